import type { HistoryEntry, StateEntry } from '../../api/history.ts';

/** One run of a unit, from when it was started to when it was off again. */
export interface Run {
  readonly invocation: string;
  readonly began: StateEntry;
  /** Absent while it goes on, or where its end is not on record. */
  readonly ended?: StateEntry;
  /** It is the last that is on record, and has not ended. */
  readonly goesOn: boolean;
}

/** The runs of a unit, oldest first, as its entries tell them. */
export function runsOf(entries: readonly HistoryEntry[]): readonly Run[] {
  const runs = new Map<string, { began: StateEntry; ended?: StateEntry }>();
  for (const entry of entries) {
    if (entry.what !== 'state' || entry.invocation === undefined) continue;
    const run = runs.get(entry.invocation);
    if (run === undefined) {
      if (!isOff(entry.to)) runs.set(entry.invocation, { began: entry });
    } else if (run.ended === undefined && isOff(entry.to)) run.ended = entry;
  }
  const all = [...runs];
  return all.map(([invocation, run], index) => ({ invocation, ...run, goesOn: run.ended === undefined && index === all.length - 1 }));
}

function isOff(state: string): boolean {
  return state.startsWith('inactive') || state.startsWith('failed');
}

/** How long a run took, in microseconds. */
export function durationOf({ began, ended }: Run, nowUsec: number): number {
  if (ended === undefined) return nowUsec - began.usec;
  // Its end may be of another boot, with another clock.
  const usec = ended.monotonicUsec - began.monotonicUsec;
  return usec >= 0 ? usec : ended.usec - began.usec;
}
