import type { HistoryEntry } from '../../api/history.ts';
import { isRestart } from '../why/restarts.ts';

/** Restarts of a unit that went the same way as the one before them. */
export interface Repeats {
  readonly what: 'repeats';
  /** When the first of them began, and the last. */
  readonly usec: number;
  readonly untilUsec: number;
  readonly unit: string;
  readonly count: number;
}

/** Fewer than so many are no burden. */
const leastRepeats = 3;

/** The entries without restarts that went as the one before them; where they were stands how many. Of such a row the first and the last stay. */
export function withoutRepeats(entries: readonly HistoryEntry[]): readonly (HistoryEntry | Repeats)[] {
  const cycles = new Map<string, HistoryEntry[][]>();
  const dropped = new Set<HistoryEntry>();
  const told = new Map<HistoryEntry, Repeats>();
  for (const entry of entries) {
    const own = cycles.get(entry.unit);
    if (own === undefined) cycles.set(entry.unit, [[entry]]);
    else if (isRestart(entry)) own.push([entry]);
    else own.at(-1)?.push(entry);
  }
  for (const own of cycles.values()) for (const row of rowsOf(own)) drop(row.slice(1, -1), dropped, told);
  return entries.flatMap((entry): readonly (HistoryEntry | Repeats)[] => {
    const repeats = told.get(entry);
    return repeats !== undefined ? [repeats] : dropped.has(entry) ? [] : [entry];
  });
}

/** Cycles that follow each other and are the same. */
function rowsOf(cycles: readonly (readonly HistoryEntry[])[]): readonly (readonly (readonly HistoryEntry[])[])[] {
  const rows: (readonly HistoryEntry[])[][] = [];
  let key: string | undefined;
  for (const cycle of cycles) {
    const [first] = cycle;
    const now = first !== undefined && isRestart(first) ? cycle.map(courseOf).join('\n') : undefined;
    if (now !== undefined && now === key) rows.at(-1)?.push(cycle);
    else rows.push([cycle]);
    key = now;
  }
  return rows;
}

function drop(row: readonly (readonly HistoryEntry[])[], dropped: Set<HistoryEntry>, told: Map<HistoryEntry, Repeats>): void {
  const [first] = row[0] ?? [];
  const last = row.at(-1)?.[0];
  if (row.length < leastRepeats || first === undefined || last === undefined) return;
  for (const entry of row.flat()) dropped.add(entry);
  told.set(first, { what: 'repeats', usec: first.usec, untilUsec: last.usec, unit: first.unit, count: row.length });
}

/** What an entry says, but for the number of its job. */
function courseOf(entry: HistoryEntry): string {
  switch (entry.what) {
    case 'state':
      return `${entry.from} ${entry.to} ${entry.cause.replace(/ job \d+$/, '')}`;
    case 'job':
      return `${entry.type} ${entry.cause}`;
    case 'end':
      return `${entry.type} ${entry.result} ${entry.cause ?? ''}`;
    case 'refused':
      return `${entry.type} ${entry.message}`;
    case 'manager':
      return entry.cause;
    default:
      return entry;
  }
}
