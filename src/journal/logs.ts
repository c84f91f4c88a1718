import { existsSync } from 'node:fs';
import { unreachable } from '../base/assert.ts';
import { ok, type Result } from '../base/result.ts';
import { isDatabaseError } from './database.ts';
import { ended, printed } from './logs-print.ts';
import { logsHelp } from './logs-help.ts';
import type { LogsAction, LogsOptions } from './logs-options.ts';
import { toQuery } from './logs-query.ts';
import { showEntries } from './logs-show.ts';
import { diskUsage, vacuum } from './maintenance.ts';
import { isForPeople } from './output/output.ts';
import { createTimeText } from '../base/timestamp.ts';
import { type Boot, type JournalReader, openJournal } from './query.ts';
import { type FieldValue, valueBytes } from './record.ts';

/** Where `logs` runs. */
export interface LogsSurroundings {
  /** The journal's file, if the options name no other. */
  readonly path: string;
  readonly bootId: string;
  readonly nowUsec: number;
  /** The text of `--version`. */
  readonly version: string;
  readonly color: boolean;
  /** Tells the user what is wrong. */
  error(text: string): void;
  /** Ends `--follow`. */
  readonly signal: AbortSignal;
}

/** Does what journalctl(1) does with these options; gives the exit status. */
export async function runLogs(options: LogsOptions, out: NodeJS.WritableStream, surroundings: LogsSurroundings): Promise<number> {
  const { action } = options;
  const path = options.path ?? surroundings.path;
  try {
    if (action.do === 'show') return await show(options, path, out, surroundings);
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

async function show(options: LogsOptions, path: string, out: NodeJS.WritableStream, surroundings: LogsSurroundings): Promise<number> {
  if (!options.follow && !existsSync(path)) {
    // That nothing has ever been logged is no failure.
    if (!options.quiet) surroundings.error(`No journal files were found (${path} does not exist).`);
    if (!options.quiet && isForPeople(options.output)) await printed(out, '-- No entries --\n');
    return 0;
  }
  const opened = openJournal(path);
  if (!opened.ok) {
    surroundings.error(opened.error);
    return 1;
  }
  using reader = opened.value;
  const query = toQuery(options, reader, surroundings.bootId);
  if (!query.ok) {
    surroundings.error(query.error);
    return 1;
  }
  // Awaited here, for the reader is closed when this returns.
  return await showEntries(options, query.value, { out, reader, path, surroundings, ended: ended(out, surroundings.signal) });
}

function answerTo(
  action: Exclude<LogsAction, { readonly do: 'show' }>,
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
    case 'nothing':
      return ok('');
    case 'disk-usage':
      return ok(`${diskUsage(path)}\n`);
    case 'vacuum': {
      const outcome = vacuum(path, action, surroundings.nowUsec);
      if (!outcome.ok) return outcome;
      surroundings.error(outcome.value);
      return ok('');
    }
    case 'fields':
      return read(path, (reader) => lineList(reader.fieldNames()));
    case 'field':
      return read(path, (reader) => lineList(reader.fieldValues(action.name)));
    case 'list-boots':
      return read(path, (reader) => bootTable(reader.boots(), options.utc));
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

function bootTable(boots: readonly Boot[], utc: boolean): string {
  const time = createTimeText(utc);
  const rows = boots.map(({ bootId, firstUsec, lastUsec }, index) => [
    String(index - boots.length + 1),
    bootId,
    time.full(firstUsec),
    time.full(lastUsec),
  ]);
  const heads = ['IDX', 'BOOT ID', 'FIRST ENTRY', 'LAST ENTRY'];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [heads, ...rows].map((row, line) =>
    row
      .map((cell, column) => (column === 0 && line > 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join(' ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
