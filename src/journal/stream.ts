import type { OpenStream } from './storage.ts';
import { parseTargets } from './forward.ts';
import type { ForwardTarget, RatePolicy } from './policy.ts';
import { type LogRules, logRules } from './log-rules.ts';
import type { Origin } from './record.ts';
import type { KnownProcess } from './senders.ts';

/** A service's output that is being read. */
export interface Stream extends OpenStream {
  meta: string;
  pending: Uint8Array;
  /** The lines so far that say what a stream is that a program brought by itself; undefined when that is known. */
  header: readonly string[] | undefined;
  /** The unit whose entries these are. */
  unit: string;
  /** What is known of the process beside what the machine can tell: unit, invocation, identifier. */
  fields: Readonly<Record<string, string>>;
  /** The priority of lines without a prefix. */
  priority: number;
  levelPrefix: boolean;
  rules: LogRules | undefined;
  /** Where its entries are passed on to. */
  forward: readonly ForwardTarget[];
  /** Who writes, as the keeper told last. */
  process: KnownProcess | undefined;
  /** Made when the first line comes. */
  origin: Origin | undefined;
}

/** A stream from what the manager wrote in its `output` op: a JSON object of strings. Meta that is no such object counts as empty. */
export function createStream({ pid, meta, pending }: OpenStream, rate: RatePolicy): Stream {
  const given = stringFields(meta);
  const unit = given['UNIT'] ?? given['USER_UNIT'] ?? '';
  const fields: Record<string, string> = pid > 0 ? { _PID: String(pid) } : {};
  for (const name in given) {
    const value = given[name] ?? '';
    const field = fieldNames[name] ?? (name.startsWith('_') ? name : name.startsWith('+') ? name.slice(1) : undefined);
    if (field !== undefined && value !== '') fields[field] = value;
  }
  const priority = Number(given['PRIORITY'] ?? defaultPriority);
  return {
    pid,
    meta,
    pending,
    header: given['HEADER'] === undefined ? undefined : given['HEADER'].split('\n').slice(0, -1),
    unit,
    fields,
    priority: Number.isInteger(priority) && priority >= 0 && priority <= 7 ? priority : defaultPriority,
    levelPrefix: given['LEVEL_PREFIX'] !== '0',
    rules: logRules(given, rate),
    forward: parseTargets(given['FORWARD']),
    process: undefined,
    origin: undefined,
  };
}

/**
 * Takes a line of what a stream begins with that a program brought by itself (sd_journal_stream_fd(3)): identifier, unit, priority,
 * whether lines have a priority prefix, and whether to pass them on to syslog, kmsg and the console.
 */
export function takeHeader(stream: Stream, line: string, rate: RatePolicy): void {
  const lines = [...(stream.header ?? []), line];
  const { HEADER: _header, ...given } = stringFields(stream.meta);
  const isWhole = lines.length === headerLines;
  const meta = JSON.stringify(isWhole ? { ...given, ...meaningOf(lines, given) } : { ...given, HEADER: `${lines.join('\n')}\n` });
  Object.assign(stream, createStream({ pid: stream.pid, meta, pending: stream.pending }, rate), { process: stream.process });
}

const headerLines = 7;

function meaningOf(
  [identifier = '', unit = '', level = '', prefix = '', ...forward]: readonly string[],
  given: Readonly<Record<string, string>>,
) {
  const priority = /^\d{1,3}$/.test(level) ? Number(level) : defaultPriority;
  return {
    SYSLOG_IDENTIFIER: identifier,
    PRIORITY: String(priority & 7),
    ...(priority > 7 ? { SYSLOG_FACILITY: String(priority >> 3) } : {}),
    LEVEL_PREFIX: prefix === '1' ? '1' : '0',
    FORWARD: ['syslog', 'kmsg', 'console'].filter((_, index) => forward[index] === '1').join(' '),
    // Only root may say that lines are another unit's.
    ...(unit !== '' && given['_UID'] === '0' ? { UNIT: unit } : {}),
  };
}

/** The members of a JSON object that are strings; none where the text is no object. */
export function stringFields(text: string): Record<string, string> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return {};
    if (hasOnlyStrings(parsed)) return parsed;
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => typeof value === 'string'));
  } catch {
    // Output with damaged meta is still worth keeping.
    return {};
  }
}

function hasOnlyStrings(value: object): value is Record<string, string> {
  if (Array.isArray(value)) return false;
  for (const name in value) if (typeof Reflect.get(value, name) !== 'string') return false;
  return true;
}

const defaultPriority = 6;

/** Meta's names for fields of systemd.journal-fields(7). */
const fieldNames: Readonly<Record<string, string>> = {
  UNIT: '_SYSTEMD_UNIT',
  USER_UNIT: '_SYSTEMD_USER_UNIT',
  SLICE: '_SYSTEMD_SLICE',
  INVOCATION_ID: '_SYSTEMD_INVOCATION_ID',
  SYSLOG_IDENTIFIER: 'SYSLOG_IDENTIFIER',
  SYSLOG_FACILITY: 'SYSLOG_FACILITY',
};
