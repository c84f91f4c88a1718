import type { HistoryEntry } from '../../api/history.ts';

/** Rounds of a unit that went the same way as the one before them: restarts, runs by a timer, starts by somebody's script. */
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

/** A round has no more entries than this. */
const longestRound = 16;

/** The entries without rounds that went as the one before them; where they were stands how many. Of such a row the first and the last stay. */
export function withoutRepeats(entries: readonly HistoryEntry[]): readonly (HistoryEntry | Repeats)[] {
  const units = new Map<string, HistoryEntry[]>();
  for (const entry of entries) {
    const own = units.get(entry.unit);
    if (own === undefined) units.set(entry.unit, [entry]);
    else own.push(entry);
  }
  const dropped = new Set<HistoryEntry>();
  const told = new Map<HistoryEntry, Repeats>();
  for (const own of units.values())
    for (const { start, length, count } of rowsOf(own)) {
      const repeats = own.slice(start + length, start + length * (count - 1));
      const [first, last] = [repeats[0], repeats.at(-length)];
      if (first === undefined || last === undefined) continue;
      for (const entry of repeats) dropped.add(entry);
      told.set(first, { what: 'repeats', usec: first.usec, untilUsec: last.usec, unit: first.unit, count: count - 2 });
    }
  return entries.flatMap((entry): readonly (HistoryEntry | Repeats)[] => {
    const repeats = told.get(entry);
    return repeats !== undefined ? [repeats] : dropped.has(entry) ? [] : [entry];
  });
}

/** Rounds of so many entries each that follow each other from a place on and are the same. */
interface Row {
  readonly start: number;
  readonly length: number;
  readonly count: number;
}

function rowsOf(entries: readonly HistoryEntry[]): readonly Row[] {
  const courses = entries.map(courseOf);
  const rows: Row[] = [];
  for (let at = 0; at < entries.length;) {
    const row = rowFrom(at, courses, entries);
    if (row !== undefined) rows.push(row);
    at = row === undefined ? at + 1 : row.start + row.length * row.count;
  }
  return rows;
}

/** The row of the shortest rounds that begins at this entry; with a job, where one is in them. */
function rowFrom(at: number, courses: readonly string[], entries: readonly HistoryEntry[]): Row | undefined {
  for (let length = 1; length <= longestRound; length++) {
    let end = at;
    while (end + length < courses.length && courses[end] === courses[end + length]) end++;
    const rowAt = (start: number): Row => ({ start, length, count: Math.floor((end - start) / length) + 1 });
    const job = entries.slice(at, at + length).findIndex(({ what }) => what === 'job');
    const found = [rowAt(at + Math.max(0, job)), rowAt(at)].find(({ count }) => count >= leastRepeats + 2);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What an entry says, but for the numbers of its job and of who asked. */
function courseOf(entry: HistoryEntry): string {
  return textOf(entry).replaceAll(/\b(job|pid) \d+/g, '$1');
}

function textOf(entry: HistoryEntry): string {
  switch (entry.what) {
    case 'state':
      return `${entry.from} ${entry.to} ${entry.cause}`;
    case 'job':
      return `${entry.type} ${entry.cause} ${entry.reason?.of ?? ''}`;
    case 'end':
      return `${entry.type} ${entry.result} ${entry.cause ?? ''}`;
    case 'refused':
      return `${entry.type} ${entry.message} ${entry.cause}`;
    case 'manager':
      return entry.cause;
    default:
      return entry;
  }
}
