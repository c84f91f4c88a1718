import type { JsonValue } from '../../base/json-text.ts';

/** How the points count on which services are judged, by their fields in JSON; what is not said is as ever. */
export type Policy = ReadonlyMap<string, PolicyRule>;

export interface PolicyRule {
  /** What is said in place of the usual. */
  readonly good?: string;
  readonly bad?: string;
  readonly notApplicable?: string;
  /** How much the point counts; not at all with 0. */
  readonly weight?: number;
  readonly range?: number;
}

/** The policy that a file of systemd-analyze(1), --security-policy=, describes. What has no meaning in it changes nothing. */
export function readPolicy(value: JsonValue): Policy {
  if (!(value instanceof Map)) return new Map();
  return new Map([...value].map(([field, rule]) => [field, readRule(rule)]));
}

function readRule(value: JsonValue): PolicyRule {
  if (!(value instanceof Map)) return {};
  const fields: ReadonlyMap<string, JsonValue> = value;
  const good = sentence(fields.get('description_good'));
  const bad = sentence(fields.get('description_bad'));
  const notApplicable = sentence(fields.get('description_na'));
  const weight = count(fields.get('weight'));
  const range = count(fields.get('range'));
  return {
    ...(good === undefined ? {} : { good }),
    ...(bad === undefined ? {} : { bad }),
    ...(notApplicable === undefined ? {} : { notApplicable }),
    ...(weight === undefined ? {} : { weight }),
    ...(range === undefined || range === 0 ? {} : { range }),
  };
}

function sentence(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An integer of 64 bits without a sign. */
function count(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 64 ? value : undefined;
}
