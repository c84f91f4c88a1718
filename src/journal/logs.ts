import { existsSync } from 'node:fs';
import { unreachable } from '../base/assert.ts';
import { ok, type Result } from '../base/result.ts';
import { isDatabaseError } from './database.ts';
import { ended, type LogOutput, printed } from './logs-print.ts';
import { logsHelp } from './logs-help.ts';
import type { LogsAction, LogsOptions } from './logs-options.ts';
import { toQuery } from './logs-query.ts';
import { showEntries } from './logs-show.ts';
import { newId } from './new-id.ts';
import { diskUsage, journalHeader, vacuum, verifyJournal } from './maintenance.ts';
import { listExplanations } from './output/catalog.ts';
import { checkCatalogs, messageLanguages, readCatalog } from './output/catalog-files.ts';
import { isForPeople } from './output/output.ts';
import { createTimeText } from '../base/timestamp.ts';
import { realFiles } from '../port/files-real.ts';
import { type Boot, type JournalReader, openJournal } from './query.ts';
import { type FieldValue, valueBytes } from './record.ts';

/** Where `logs` runs. */
export interface LogsSurroundings {
  /** The journal's file, if the options name no other. */
  readonly path: string;
  readonly bootId: string;
  /** Of which manager the journal is, where that is known. */
  readonly whose?: 'system' | 'user';
  readonly uid: number;
  readonly nowUsec: number;
  /** The text of `--version`. */
  readonly version: string;
  readonly color: boolean;
  /** How wide the output is, where long lines are not wanted in full. */
  readonly columns: number;
  /** Says what is wrong, what the user had better know, and what was done. */
  error(text: string): void;
  note(text: string): void;
  tell(text: string): void;
  /** Ends `--follow`. */
  readonly signal: AbortSignal;
}

/** Does what journalctl(1) does with these options; gives the exit status. */
export async function runLogs(options: LogsOptions, out: LogOutput, surroundings: LogsSurroundings): Promise<number> {
  const { action } = options;
  const path = options.path ?? surroundings.path;
  for (const remark of options.remarks) surroundings.note(remark);
  if (options.directory !== undefined && !existsSync(options.directory)) {
    surroundings.error(`Failed to open ${options.directory}: No such file or directory`);
    return 1;
  }
  try {
    if (action.do === 'show') return await show(options, path, out, surroundings);
    if (action.do === 'catalog') return await explanations(action, options.root ?? '', out, surroundings);
    if (action.do === 'update-catalog') return updateCatalog(options.root ?? '', surroundings);
    const answer = answerTo(action, options, path, surroundings);
    if (answer.ok) {
      await printed(out, answer.value);
      return 0;
    }
    surroundings.error(answer.error);
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    surroundings.error(`Cannot read the journal ${path}: ${error.message}`);
  }
  return 1;
}

async function show(options: LogsOptions, path: string, out: LogOutput, surroundings: LogsSurroundings): Promise<number> {
  if (options.path !== undefined && options.directory === undefined && !existsSync(path)) {
    surroundings.error('Failed to open files: No such file or directory');
    return 1;
  }
  if (!options.follow && !existsSync(path)) {
    // That nothing has ever been logged is no failure.
    if (!options.quiet) surroundings.note(`No journal files were found (${path} does not exist).`);
    if (!options.quiet && isForPeople(options.output)) await printed(out, '-- No entries --\n');
    return 0;
  }
  const opened = openJournal(path);
  if (!opened.ok) {
    surroundings.error(opened.error);
    return 1;
  }
  using reader = opened.value;
  const query = toQuery(options, reader, surroundings);
  if (!query.ok) {
    surroundings.error(query.error);
    return 1;
  }
  // Awaited here, for the reader is closed when this returns.
  return await showEntries(options, query.value, { out, reader, path, surroundings, ended: ended(out, surroundings.signal) });
}

async function explanations(
  { form, ids }: LogsAction & { readonly do: 'catalog' },
  root: string,
  out: LogOutput,
  surroundings: LogsSurroundings,
): Promise<number> {
  const { text, errors } = listExplanations(readCatalog(realFiles, root, messageLanguages(process.env)), form, ids);
  await printed(out, text);
  for (const error of errors) surroundings.error(error);
  return errors.length === 0 ? 0 : 1;
}

/** Catalogs are read as they are whenever something is explained: there is no more to do than to say what is wrong with them. */
function updateCatalog(root: string, surroundings: LogsSurroundings): number {
  const checked = checkCatalogs(realFiles, root);
  if (checked.ok && checked.value === 0) surroundings.tell('No items in catalog.');
  for (const error of checked.ok ? [] : checked.error) surroundings.error(error);
  return checked.ok ? 0 : 1;
}

function answerTo(
  action: Exclude<LogsAction, { readonly do: 'show' | 'catalog' | 'update-catalog' }>,
  options: LogsOptions,
  path: string,
  surroundings: LogsSurroundings,
): Result<string | Uint8Array, string> {
  switch (action.do) {
    case 'help':
      return ok(logsHelp);
    case 'version':
      return ok(`${surroundings.version}\n`);
    case 'list':
      return ok(`${action.text}\n`);
    case 'new-id':
      return ok(newId());
    case 'nothing':
      return ok('');
    case 'disk-usage':
      return ok(`${diskUsage(path)}\n`);
    case 'header':
      return journalHeader(path);
    case 'verify':
      return verifyJournal(path);
    case 'vacuum': {
      const outcome = vacuum(path, action, surroundings.nowUsec);
      if (!outcome.ok) return outcome;
      surroundings.tell(outcome.value);
      return ok('');
    }
    case 'fields':
      return read(path, (reader) => lineList(reader.fieldNames()));
    case 'field':
      return read(path, (reader) => lineList(reader.fieldValues(action.name).slice(0, options.lines)));
    case 'list-boots':
      return read(path, (reader) => bootList(reader.boots(), options));
    default:
      return unreachable(action);
  }
}

function read(path: string, answer: (reader: JournalReader) => string | Uint8Array): Result<string | Uint8Array, string> {
  const opened = openJournal(path);
  if (!opened.ok) return opened;
  using reader = opened.value;
  return ok(answer(reader));
}

function lineList(values: readonly FieldValue[]): Uint8Array {
  return Buffer.concat(values.flatMap((value) => [valueBytes(value), Buffer.from('\n')]));
}

function bootList(boots: readonly Boot[], { utc, output, quiet, reverse }: LogsOptions): string {
  const numbered = boots.map((boot, index) => ({ ...boot, index: index - boots.length + 1 }));
  const ordered = reverse ? numbered.toReversed() : numbered;
  if (!output.startsWith('json')) return bootTable(ordered, utc, !quiet);
  const rows = ordered.map(({ index, bootId, firstUsec, lastUsec }) => ({
    index,
    boot_id: bootId,
    first_entry: firstUsec,
    last_entry: lastUsec,
  }));
  return output === 'json'
    ? `${JSON.stringify(rows)}\n`
    : `${JSON.stringify(rows, undefined, '\t').replaceAll(/^(\t+"\w+"):/gm, '$1 :')}\n`;
}

function bootTable(boots: readonly (Boot & { readonly index: number })[], utc: boolean, headed: boolean): string {
  const time = createTimeText(utc);
  const rows = boots.map(({ index, bootId, firstUsec, lastUsec }) => [String(index), bootId, time.full(firstUsec), time.full(lastUsec)]);
  const heads = headed ? [['IDX', 'BOOT ID', 'FIRST ENTRY', 'LAST ENTRY']] : [];
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...[...heads, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [...heads, ...rows].map((row, line) =>
    row
      .map((cell, column) => (column === 0 && line >= heads.length ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join(' ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
