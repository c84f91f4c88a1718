import { limitNames, type Limits } from '../settings/limit.ts';

/** Limit*= as a unit's processes get them: its own, else the default (systemd.exec(5)); in the order in which systemd shows them. */
export function shownLimits(own: Limits, defaults: Limits): Readonly<Record<string, string>> {
  const properties: Record<string, string> = {};
  for (const name of limitNames) {
    const { soft, hard } = own[name] ?? defaults[name] ?? none;
    properties[`Limit${name}`] = text(hard);
    properties[`Limit${name}Soft`] = text(soft);
  }
  return properties;
}

const none = { soft: Infinity, hard: Infinity };

function text(value: number): string {
  return value === Infinity ? 'infinity' : String(BigInt(value));
}
