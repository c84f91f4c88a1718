import { readFileSync } from 'node:fs';
import { globPattern, isGlob } from '../base/glob.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseCursor } from './cursor.ts';
import type { BootChoice, LogsOptions } from './logs-options.ts';
import type { Boot, FieldGroup, JournalReader, Query } from './query.ts';
import { systemMessage } from './system-message.ts';

/** Where in the journal to begin, beside what is wanted of it. */
export interface PlacedQuery extends Query {
  /** The beginning was given by a cursor, so `--lines=` counts from there. */
  readonly fromCursor: boolean;
}

/** Who asks, and of which journal. */
export interface Asker {
  readonly bootId: string;
  /** Of which manager the journal is, where that is known. */
  readonly whose?: 'system' | 'user';
  readonly uid: number;
}

/** The options as a query of this journal: patterns become names, and boots and cursors what they stand for. */
export function toQuery(
  options: LogsOptions,
  reader: JournalReader,
  { bootId: currentBootId, whose, uid }: Asker,
): Result<PlacedQuery, string> {
  const boot = options.boot === undefined ? ok(undefined) : chooseBoot(options.boot, reader.boots(), currentBootId);
  if (!boot.ok) return boot;
  const start = chooseStart(options, reader.id);
  if (!start.ok) return start;
  const units = findUnits(options.units, () => reader.units());
  const userUnits = findUnits(options.userUnits, () => reader.units());
  const isAsked = options.units.length + options.userUnits.length > 0;
  if (isAsked && units.length + userUnits.length === 0) return err('Failed to add filter for units: No data available');
  const fields: [string, readonly string[]][] = [];
  if (options.facilities.length > 0) fields.push(['SYSLOG_FACILITY', options.facilities.map(String)]);
  if (options.kernel) fields.push(['_TRANSPORT', ['kernel']]);
  const matches = narrow(options.matches, fields);
  return ok({
    ...(isAsked && { units: [...units, ...userUnits] }),
    ...(isAsked &&
      (userUnits.length > 0 || whose === 'system') && { owner: { system: new Set(units), user: new Set(userUnits), uid: String(uid) } }),
    ...(options.identifiers.length > 0 && { identifiers: options.identifiers }),
    ...(options.priorities !== undefined && { priorities: options.priorities }),
    ...(options.sinceUsec !== undefined && { sinceUsec: options.sinceUsec }),
    ...(options.untilUsec !== undefined && { untilUsec: options.untilUsec }),
    ...(options.grep !== undefined && { grep: options.grep }),
    ...(boot.value !== undefined && { bootId: boot.value }),
    ...(matches.length > 0 && { matches }),
    ...(options.namespaces !== undefined && { namespaces: options.namespaces }),
    ...start.value,
    fromCursor: start.value !== undefined,
  });
}

/** Names that a `--unit=` word stands for: a pattern is compared with the units that there are. */
export function findUnits(words: readonly string[], known: () => readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    if (!isGlob(word)) return [word];
    const pattern = globPattern(word);
    return known().filter((name) => pattern.test(name));
  });
}

function chooseBoot({ id, offset }: BootChoice, boots: readonly Boot[], currentBootId: string): Result<string, string> {
  // The present boot need not have left an entry yet.
  if (id === undefined && offset === 0)
    return ok(boots.some(({ bootId }) => bootId === currentBootId) ? currentBootId : (boots.at(-1)?.bootId ?? currentBootId));
  const anchor = id === undefined ? (offset > 0 ? -1 : boots.length - 1) : boots.findIndex(({ bootId }) => bootId === id);
  const index = anchor + offset;
  const found = id !== undefined && anchor < 0 ? undefined : boots[index];
  if (found !== undefined) return ok(found.bootId);
  const shown = id ?? `${offset >= 0 ? '+' : ''}${offset}`;
  return err(`Data from the specified boot (${shown}) is not available: No such boot ID in journal`);
}

function chooseStart(
  options: LogsOptions,
  journalId: string,
): Result<Pick<Query, 'after' | 'before' | 'sinceUsec' | 'untilUsec'> | undefined, string> {
  const fromFile = options.cursorFile === undefined ? ok(undefined) : readCursorFile(options.cursorFile);
  if (!fromFile.ok) return fromFile;
  const text = options.cursor ?? options.afterCursor ?? fromFile.value;
  if (text === undefined) return ok(undefined);
  const cursor = parseCursor(text);
  if (cursor === undefined) return err('Failed to seek to cursor: Invalid argument');
  const step = options.cursor === undefined ? 1 : 0;
  if (cursor.journalId === journalId && cursor.id > 0)
    return ok(options.reverse ? { before: cursor.id - step + 1 } : { after: cursor.id + step - 1 });
  if (cursor.realtimeUsec === undefined) return err('Failed to seek to cursor: Invalid argument');
  return ok(options.reverse ? { untilUsec: cursor.realtimeUsec - step } : { sinceUsec: cursor.realtimeUsec + step });
}

/** One that is not there yet is made later. */
function readCursorFile(path: string): Result<string | undefined, string> {
  try {
    return ok(readFileSync(path, 'utf8').trim() || undefined);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing ? ok(undefined) : err(`Failed to read cursor file ${path}: ${systemMessage(error)}`);
  }
}

/** Groups that hold where one of the groups and all of the fields do. */
function narrow(groups: readonly FieldGroup[], fields: readonly (readonly [string, readonly string[]])[]): FieldGroup[] {
  if (fields.length === 0) return [...groups];
  if (groups.length === 0) return [new Map(fields)];
  return groups.map((group) => {
    const narrowed = new Map(group);
    for (const [name, values] of fields) narrowed.set(name, narrowed.get(name)?.filter((value) => values.includes(value)) ?? values);
    return narrowed;
  });
}
