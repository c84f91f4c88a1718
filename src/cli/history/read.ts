import { isHistoryEntry, type HistoryEntry } from '../../api/history.ts';
import { parseTimestamp } from '../../api/time.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { localClock } from '../analyze/local-clock.ts';
import type { Invocation } from '../invocation.ts';

/**
 * All that is known to have happened, oldest first: what the journal has written down, and what the manager remembers, which may
 * not have been written yet. Without a manager that answers, the former. With units, only what is about them or names them.
 */
export async function readRecord(invocation: Invocation, units?: readonly string[]): Promise<readonly HistoryEntry[]> {
  const { options, services } = invocation;
  const { scope, runtimeDirectory } = options;
  const connected = await invocation.connect();
  const recent = connected.ok ? await connected.value.call('history.list', units === undefined ? {} : { units: [...units] }) : undefined;
  const written = (await services.recordedHistory({ scope, runtimeDirectory }, units ?? [])).filter(isHistoryEntry);
  const found = new Map<string, HistoryEntry>();
  for (const entry of [...written, ...(recent?.ok === true ? recent.value : [])]) found.set(keyOf(entry), entry);
  return [...found.values()].toSorted((a, b) => a.usec - b.usec);
}

/** The units' own names, for entries have no other; a name that no manager knows stays as it is. */
export async function ownNames(invocation: Invocation, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return names;
  const connected = await invocation.connect();
  const found = connected.ok ? await connected.value.call('units.get', { units: [...names] }) : undefined;
  return names.map((name, index) => (found?.ok === true ? found.value[index]?.name : undefined) ?? name);
}

/** No two things that happen to one unit are the same at the same microsecond. */
function keyOf(entry: HistoryEntry): string {
  const which =
    entry.what === 'state' ? `${entry.from} ${entry.to}` : entry.what === 'manager' || entry.what === 'refused' ? entry.cause : entry.job;
  return `${entry.usec} ${entry.unit} ${entry.what} ${which}`;
}

/** A point in time of the command line, in microseconds since 1970; an error is a sentence. */
export function readTime(text: string): Result<number, string> {
  const parsed = parseTimestamp(text, localClock());
  return parsed.ok ? ok(parsed.value) : err(`Failed to parse timestamp: ${text}`);
}
