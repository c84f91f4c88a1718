import { formatAgo } from '../../base/duration.ts';
import { formatTimestamp } from '../../base/timestamp.ts';
import type { Invocation } from '../invocation.ts';
import { findListed, type Listed, printListing } from '../listing.ts';

/** `list-timers`: one line for each timer, the one that elapses first on top. */
export async function runListTimers(invocation: Invocation): Promise<number> {
  const listed = await findListed(invocation, 'timer');
  if (listed === undefined) return 1;
  const timers = listed.map(timerOf).toSorted((left, right) => order(left) - order(right) || compare(left.unit, right.unit));
  const nowUsec = Date.now() * 1000;
  return printListing(invocation, {
    noun: 'timers',
    header: ['NEXT', 'LEFT', 'LAST', 'PASSED', 'UNIT', 'ACTIVATES'],
    rows: timers.map(({ nextUsec, lastUsec, unit, activates }) => [
      ...moment(nextUsec ?? 0, nowUsec),
      ...moment(lastUsec, nowUsec),
      unit,
      activates,
    ]),
    // As systemd has it: what is left and passed is told by when it is and was.
    json: timers.map(({ nextUsec, lastUsec, unit, activates }) => ({
      next: nextUsec,
      left: nextUsec,
      last: lastUsec,
      passed: lastUsec,
      unit,
      activates,
    })),
  });
}

interface Timer {
  readonly unit: string;
  readonly activates: string;
  readonly nextUsec: number | null;
  readonly lastUsec: number;
}

function timerOf({ unit, properties }: Listed): Timer {
  const { nextUsec = null, lastUsec = 0 } = unit.timer ?? {};
  return { unit: unit.name, activates: properties['Triggers'] ?? '', nextUsec, lastUsec };
}

function order({ nextUsec }: Timer): number {
  return nextUsec ?? Number.MAX_SAFE_INTEGER;
}

/** A time, and how far it is away. */
function moment(usec: number, nowUsec: number): readonly [string, string] {
  return usec === 0 ? ['-', '-'] : [formatTimestamp(usec), formatAgo(nowUsec - usec)];
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
