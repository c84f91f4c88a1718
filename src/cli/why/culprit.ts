import type { Link } from './chain.ts';

/** Whose failure brought a unit into its state, and in which run; undefined where none did. */
export interface Culprit {
  readonly unit: string;
  readonly invocation?: string;
}

/** Of the failures that the chain begins with the one that led to all others; also where the unit has just been started again after it. */
export function culpritOf(unit: string, links: readonly Link[]): Culprit | undefined {
  const first = links.findIndex(({ failed }) => failed === true);
  if (first < 0 || first > 1 || links.slice(0, first).some((link) => link.unit !== unit)) return undefined;
  let found: Link | undefined;
  for (const link of links.slice(first)) {
    if (link.failed !== true) break;
    // Earlier runs of the same unit are no reason for the last.
    if (found?.unit !== link.unit) found = link;
  }
  return found === undefined
    ? undefined
    : { unit: found.unit, ...(found.invocation === undefined ? {} : { invocation: found.invocation }) };
}
