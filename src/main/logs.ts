import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTypedName } from '../api/unit-name.ts';
import type { LogRequest, ManagerPlace } from '../cli/invocation.ts';
import { connectOnce } from '../cli/connect.ts';
import { nearestOption } from '../cli/getopt.ts';
import { refuseCommandLine } from '../cli/output/messages.ts';
import { hasColours, messagesOf } from '../cli/output/open-terminal.ts';
import { isScreen, outputColumns } from '../cli/output/screen.ts';
import type { Pager } from '../cli/output/pager.ts';
import { logsOptionForms, parseLogsArguments } from '../journal/arguments.ts';
import { journalPath } from '../journal/database.ts';
import { changesOf } from '../journal/follow.ts';
import { runLogs } from '../journal/logs.ts';
import type { LogOutput } from '../journal/logs-print.ts';
import { historyPath, readHistory } from '../journal/history.ts';
import { readHost } from '../journal/machine.ts';
import { askJournalctl, becomeJournalctl } from './system-journalctl.ts';
import { fieldsOfPath } from '../journal/path-fields.ts';
import { parseTimestamp } from '../unit/values/timestamp.ts';
import { lookAtTimeZone } from './local-time.ts';
import { defaultRuntimeDirectory, defaultStateDirectory } from './runtime-directory.ts';
import { settledJournal } from './settled-journal.ts';
import { standardOutput } from './standard-output.ts';
import { version } from './version.ts';

/** `journalctl`: prints what the arguments ask for; gives the exit status. */
export function runJournalctl(argv: readonly string[]): Promise<number> {
  lookAtTimeZone();
  return printLogs(argv, { scope: undefined, runtimeDirectory: undefined });
}

/** Prints what the arguments ask for from the journal of the manager in this place; gives the exit status. */
export async function printLogs(argv: readonly string[], place: ManagerPlace): Promise<number> {
  // One that is named is one of ours, and needs no manager to be found.
  const { stateDirectory, journal, runtimeDirectory, whose }: LogPlace = argv.some((word) => namesPlace.test(word))
    ? named
    : await journalOf(place);
  if (journal === 'system') becomeJournalctl(argv);
  if (runtimeDirectory !== undefined) await settledJournal(runtimeDirectory);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const pager = await pagerFor(argv);
  const out = pager?.input ?? standardOutput();
  const status = await readLogs(argv, stateDirectory, {
    out,
    color: hasColours(process.env, isScreen(1, process.env)),
    signal: stop.signal,
    ...(whose && { whose }),
  });
  pager?.input.end();
  await pager?.done;
  return status;
}

/** On a terminal what is not followed goes to a pager. */
async function pagerFor(argv: readonly string[]): Promise<Pager | undefined> {
  const options = isScreen(1, process.env) && !argv.includes('--no-pager') ? readArguments(argv, 0) : undefined;
  if (options?.ok !== true || options.value.follow) return undefined;
  return (await import('../cli/output/pager.ts')).openPager(process.env, { jumpToEnd: options.value.pagerEnd });
}

const namesPlace = /^(?:-D|--directory|--file|--root)/;
const named = { stateDirectory: '', journal: 'own' } as const;

/** Which journal is meant, and the directory below which ours is. */
interface LogPlace {
  readonly stateDirectory: string;
  readonly journal: 'own' | 'system';
  /** Where the manager that it is of runs, if it does. */
  readonly runtimeDirectory?: string;
  /** Of which manager it is, where that is known. */
  readonly whose?: 'system' | 'user';
}

/** The manager knows where the journal is; where none answers, the usual place is the best guess. */
async function journalOf({ scope, runtimeDirectory }: ManagerPlace): Promise<LogPlace> {
  const uid = process.getuid?.() ?? 0;
  const connection = connectOnce({ scope, runtimeDirectory }, process.env);
  const client = await connection.connect();
  const whose = scope ?? (uid === 0 ? 'system' : 'user');
  const usual = chosen(defaultStateDirectory(whose, process.env), runtimeDirectory ?? defaultRuntimeDirectory(whose, uid, process.env));
  if (!client.ok) return { stateDirectory: usual, journal: 'own', whose };
  const info = await client.value.call('manager.info', {});
  connection.close();
  if (!info.ok) return { stateDirectory: usual, journal: 'own', whose };
  const { stateDirectory, runtimeDirectory: runtime, journal } = info.value;
  return { stateDirectory: chosen(stateDirectory, runtime), journal, runtimeDirectory: runtime, whose: info.value.scope };
}

/** A journal that is gone after a reboot (Storage=volatile) is the one that is written now. */
function chosen(stateDirectory: string, runtimeDirectory: string): string {
  return existsSync(journalPath(runtimeDirectory)) ? runtimeDirectory : stateDirectory;
}

/** Where the journal of the machine with this root directory is. */
function below(root: string): string {
  return chosen(join(root || '/', defaultStateDirectory('system', {})), join(root || '/', defaultRuntimeDirectory('system', 0, {})));
}

/** The last log lines of a unit, as `status` shows them. */
export async function recentLogs(request: LogRequest): Promise<readonly string[]> {
  const { waitMs = 0 } = request;
  const now = await linesNow(request);
  if (now.length > 0 || waitMs === 0) return now;
  if (request.journal === 'system') {
    // It has taken in what was sent when that is answered.
    await askJournalctl(['--sync']);
    return linesNow(request);
  }
  for await (const _ of changesOf(journalPath(directoryOf(request)), AbortSignal.timeout(waitMs))) {
    const lines = await linesNow(request);
    if (lines.length > 0) return lines;
  }
  return [];
}

async function linesNow(request: LogRequest): Promise<readonly string[]> {
  const text = request.journal === 'system' ? await askTheirs(request) : undefined;
  return (text ?? (await askOurs(request))).split('\n').filter((line) => line !== '');
}

/** Of whichever journal namespace: what the manager says of a unit is not in that of its processes. */
function whoseArguments({ unit, own, invocation }: LogRequest): readonly string[] {
  const written = invocation === undefined ? [] : [`_SYSTEMD_INVOCATION_ID=${invocation}`];
  if (own === true) return ['--namespace=*', `_SYSTEMD_UNIT=${unit}`, ...written];
  return ['--namespace=*', '--boot', `--unit=${unit}`, ...written.flatMap((match) => [match, '+', `INVOCATION_ID=${invocation}`])];
}

function formArguments({ lines, output, columns }: LogRequest): readonly string[] {
  return [`--lines=${lines}`, `--output=${output === '' ? 'short' : output}`, '--quiet', ...(columns === undefined ? [] : ['--no-full'])];
}

function sinceArguments({ sinceUsec }: LogRequest): readonly string[] {
  return sinceUsec > 0 ? [`--since=@${sinceUsec / 1e6}`] : [];
}

/** What journalctl(1) shows first after `--since=` are the lines that came first. So it is asked where the last ones begin. */
async function askTheirs(request: LogRequest): Promise<string | undefined> {
  const whose = whoseArguments(request);
  const since = sinceArguments(request);
  const size = request.columns === undefined ? {} : { COLUMNS: String(request.columns) };
  if (since.length === 0) return askJournalctl([...whose, ...formArguments(request)], size);
  const backwards = ['--output=cat', '--quiet', '--reverse', `--lines=${request.lines}`, '--show-cursor'];
  const shown = await askJournalctl([...whose, ...since, ...backwards]);
  const [, cursor] = /(?:^|\n)-- cursor: (.*)\n$/.exec(shown ?? '') ?? [];
  return cursor === undefined ? shown : askJournalctl([...whose, `--cursor=${cursor}`, ...formArguments(request)], size);
}

function directoryOf({ stateDirectory, runtimeDirectory }: LogRequest): string {
  return chosen(stateDirectory, runtimeDirectory);
}

async function askOurs(request: LogRequest): Promise<string> {
  await settledJournal(request.runtimeDirectory);
  const chunks: Uint8Array[] = [];
  const out = Object.assign(new EventEmitter(), { writable: true, write: (bytes: Uint8Array) => chunks.push(bytes) > 0 });
  const argv = [...whoseArguments(request), ...sinceArguments(request), ...formArguments(request)];
  const { color = false, columns } = request;
  const signal = new AbortController().signal;
  await readLogs(argv, directoryOf(request), { out, color, signal, newest: true, ...(columns === undefined ? {} : { columns }) });
  return Buffer.concat(chunks).toString();
}

/** The entries of the manager's history that are written down, as JSON values; of these, those that have one of the words. */
export async function recordedHistory(place: ManagerPlace, words: readonly string[]): Promise<readonly unknown[]> {
  const { stateDirectory } = await journalOf(place);
  return readHistory(historyPath(stateDirectory), words);
}

/** Where a word that is no match may be the name of a unit: the option for that. */
function unitMeant(error: string): string | undefined {
  const [, word] = /^Failed to add match '([A-Za-z][\w:.@-]*)'/.exec(error) ?? [];
  return word === undefined ? undefined : `-u ${word}`;
}

interface Printing {
  readonly out: LogOutput;
  readonly color: boolean;
  readonly signal: AbortSignal;
  readonly whose?: 'system' | 'user';
  /** `--lines=` are the last ones, whatever says where to begin. */
  readonly newest?: boolean;
  /** How wide it is, where standard output does not say. */
  readonly columns?: number;
}

async function readLogs(argv: readonly string[], stateDirectory: string, printing: Printing): Promise<number> {
  const { out, color, signal, whose, newest, columns = outputColumns(process.env) } = printing;
  const nowUsec = Date.now() * 1000;
  const messages = messagesOf(process.env);
  const options = readArguments(argv, nowUsec);
  if (!options.ok) {
    refuseCommandLine(messages, options.error);
    const near = isScreen(2, process.env) ? (nearestOption(options.error, logsOptionForms()) ?? unitMeant(options.error)) : undefined;
    if (near !== undefined) messages.note(`Did you mean ${near}?`);
    return 1;
  }
  const { root } = options.value;
  return runLogs(newest === true ? { ...options.value, oldest: false } : options.value, out, {
    path: journalPath(root === undefined ? stateDirectory : below(root)),
    bootId: readHost().bootId,
    uid: process.getuid?.() ?? 0,
    ...(whose && { whose }),
    nowUsec,
    version: `systemd 252 (tysd ${version})`,
    color,
    columns,
    error: messages.fail,
    note: messages.note,
    tell: messages.tell,
    signal,
  });
}

function readArguments(argv: readonly string[], nowUsec: number): ReturnType<typeof parseLogsArguments> {
  return parseLogsArguments(argv, nowUsec, { time: parseTime, unit: readTypedName, fieldsOfPath });
}

/** Asked for only by who names a time by a clock on the wall: the runtime loads what it knows of time zones then. */
const localZone = {
  get name() {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  },
};

function parseTime(text: string, nowUsec: number): number | undefined {
  const parsed = parseTimestamp(text, { usec: nowUsec, zone: localZone });
  return parsed.ok ? parsed.value : undefined;
}
