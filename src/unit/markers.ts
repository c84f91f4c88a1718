import { err, ok, type Result } from '../base/result.ts';

/** What programs note of units that they have changed (org.freedesktop.systemd1(5), Markers), in the order in which it is shown. */
export const markers = ['needs-reload', 'needs-restart'] as const;

export type Marker = (typeof markers)[number];

/** The markers after an assignment: a list sets them, words with + and - add and remove, and nothing changes nothing. */
export function assignMarkers(before: readonly Marker[], value: string): Result<readonly Marker[], string> {
  const words = value.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return ok(before);
  const isChange = /^[+-]/.test(words[0] ?? '');
  const after = new Set(isChange ? before : []);
  for (const word of words) {
    const sign = /^[+-]/.exec(word)?.[0];
    if ((sign !== undefined) !== isChange) return err('Bad marker syntax.');
    const name = sign === undefined ? word : word.slice(1);
    const marker = markers.find((each) => each === name);
    if (marker === undefined) return err(`Unknown marker "${name}".`);
    if (sign === '-') after.delete(marker);
    else after.add(marker);
  }
  return ok(markers.filter((marker) => after.has(marker)));
}
