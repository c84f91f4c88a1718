import { capabilityRows } from './capabilities.ts';
import { choiceRows } from './choices.ts';
import { filterRows } from './filters.ts';
import type { Policy, PolicyRule } from './policy.ts';
import type { Subject } from './subject.ts';
import { switchRows } from './switches.ts';

/** What is found on one point: how bad it is, of `range`, or undefined where the point does not apply, and a sentence. */
export interface Finding {
  readonly badness: number | undefined;
  readonly description: string | undefined;
  /** The description says more than whether it is good or bad, so that no policy replaces it. */
  readonly isPrecise?: boolean;
}

/** One point on which a service is judged, and how much it counts. */
export interface Point {
  readonly name: string;
  /** The name of the field in JSON. */
  readonly field: string;
  readonly weight: number;
  readonly range: number;
  assess(subject: Subject): Finding;
}

/** A point with what was found, and its share in the whole, in hundredths; undefined where it has none. */
export interface Assessed extends Finding {
  readonly name: string;
  readonly field: string;
  readonly exposure: number | undefined;
}

/** How exposed a service is, from 0 to 100, and what makes it so (systemd-analyze(1), security). */
export interface Assessment {
  readonly exposure: number;
  readonly points: readonly Assessed[];
}

/**
 * Judges a service on all points, which count as the policy says. They come in the order of systemd: by what was found, backwards, then
 * by name.
 */
export function assess(subject: Subject, policy: Policy = new Map()): Assessment {
  const found = points.map((point) => judged(point, subject, policy.get(point.field) ?? {}));
  const counted = found.filter(({ badness }) => badness !== undefined);
  const all = counted.reduce((sum, { weight }) => sum + weight, 0);
  const badness = counted.reduce((sum, each) => sum + Math.ceil(((each.badness ?? 0) * each.weight) / each.range), 0);
  return {
    exposure: all === 0 ? 0 : Math.ceil((badness * 100) / all),
    points: found
      .map((each) => ({
        name: each.name,
        field: each.field,
        badness: each.badness,
        description: each.description,
        exposure: share(each, all),
      }))
      .toSorted((a, b) => compare(b.description ?? '', a.description ?? '') || compare(a.name, b.name)),
  };
}

/** A point with what was found, and how much it counts by the policy. */
interface Judged extends Finding, Pick<Point, 'name' | 'field' | 'weight' | 'range'> {}

function judged(point: Point, subject: Subject, rule: PolicyRule): Judged {
  const { name, field } = point;
  const weight = rule.weight ?? point.weight;
  const range = rule.range ?? point.range;
  const { badness, description, isPrecise = false } = finding(point, subject, weight);
  const replaced = badness === undefined ? rule.notApplicable : badness === 0 ? rule.good : rule.bad;
  return {
    name,
    field,
    weight,
    range,
    // Worse than the worst of a range that the policy has made too small is the worst.
    badness: badness === undefined ? undefined : Math.min(badness, range),
    description: isPrecise ? description : (replaced ?? description),
  };
}

function finding(point: Point, subject: Subject, weight: number): Finding {
  if (subject.isEarly && late.has(point.name)) return tooEarly;
  return weight === 0 ? excluded : point.assess(subject);
}

/** Points on which nothing can be asked of a service that runs early in the boot. */
const late: ReadonlySet<string> = new Set(['PrivateTmp=', 'ProtectHome=', 'ProtectSystem=', 'RootDirectory=/RootImage=']);
const tooEarly: Finding = {
  badness: undefined,
  description: 'Service runs in special boot phase, option is not appropriate',
  isPrecise: true,
};
const excluded: Finding = { badness: undefined, description: 'Option excluded by policy, skipping', isPrecise: true };

const points: readonly Point[] = [...switchRows, ...choiceRows, ...capabilityRows, ...filterRows];

function share({ weight, range, badness }: Judged, all: number): number | undefined {
  return badness === undefined || badness === 0 ? undefined : Math.ceil(Math.ceil((badness * weight * 100) / range) / all);
}

/** By the bytes of UTF-8, of which those of ASCII are all that differ here. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
