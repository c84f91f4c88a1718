import { facilities } from '../base/facilities.ts';
import { err, ok, type Result } from '../base/result.ts';
import { readFlags, type FlagRow } from './flags.ts';
import { grepPattern } from './grep-pattern.ts';
import type { BootChoice, LogsAction, LogsOptions } from './logs-options.ts';
import { type OutputName, outputNames } from '../base/output-names.ts';
import type { FieldGroup } from './query.ts';
import { parsePriorities, parseSize, parseTimespan } from './values.ts';

/** What the words of the command line mean that are more than options. */
export interface WordReader {
  /** Reads a time as journalctl(1) takes it; µs since 1970, or undefined where it is none. */
  readonly time: (text: string, nowUsec: number) => number | undefined;
  /** The unit of a name that was typed; `escaped` if it had to be changed. Undefined where there can be no such unit. */
  readonly unit: (text: string) => { readonly name: string; readonly escaped?: string } | undefined;
  /** The fields of entries of a program or a device by its path (journalctl(1), "Specifying arguments"); the error is what journalctl(1) says. */
  readonly fieldsOfPath: (path: string) => Result<readonly (readonly [name: string, value: string])[], string>;
}

/** How each option is written: its names without dashes, and whether a value follows. */
export function logsOptionForms(): readonly {
  readonly long: string;
  readonly short?: string;
  readonly value: 'none' | 'required' | 'optional';
}[] {
  const letters = new Map(Object.entries(shortNames).map(([letter, name]) => [name, letter]));
  return Object.entries(flags).map(([name, { takes }]) => {
    const short = letters.get(name);
    const value = takes === 'nothing' ? 'none' : takes === 'value' ? 'required' : 'optional';
    return { long: name.slice(2), ...(short === undefined ? {} : { short }), value };
  });
}

/** What the arguments mean; the error is what journalctl(1) says of them. */
export function parseLogsArguments(argv: readonly string[], nowUsec: number, words: WordReader): Result<LogsOptions, string> {
  const draft: Draft = { ...nothingAsked, words, nowUsec };
  const read = readFlags('journalctl', argv, { rows: flags, shortNames }, draft);
  if (!read.ok) return read;
  const problem = findContradiction(draft);
  if (problem !== undefined) return err(problem);
  const { action } = draft;
  if (action.do === 'catalog') return ok(finish({ ...draft, action: { ...action, ids: read.value } }, [], undefined));
  const [extraneous] = action.do === 'show' ? [] : read.value;
  if (extraneous !== undefined) return err(`Extraneous arguments starting with '${extraneous}'`);
  const matches = parseMatches(read.value, words);
  if (!matches.ok) return matches;
  const pattern = compilePattern(draft);
  return pattern.ok ? ok(finish(draft, matches.value, pattern.value)) : pattern;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The options as they are gathered. */
interface Draft extends Mutable<LogsOptions> {
  readonly words: WordReader;
  readonly nowUsec: number;
  lineCount: number | 'all' | undefined;
  pattern: string | undefined;
  caseSensitive: boolean | undefined;
  tail: boolean;
  merge: boolean;
  file: string | undefined;
  pagerEnd: boolean;
  maximumBytes: number;
  maximumAgeUsec: number;
}

const nothingAsked: Omit<Draft, 'words' | 'nowUsec'> = {
  action: { do: 'show' },
  units: [],
  userUnits: [],
  identifiers: [],
  priorities: undefined,
  facilities: [],
  matches: [],
  sinceUsec: undefined,
  untilUsec: undefined,
  boot: undefined,
  kernel: false,
  grep: undefined,
  lines: undefined,
  oldest: undefined,
  reverse: false,
  follow: false,
  cursor: undefined,
  afterCursor: undefined,
  cursorFile: undefined,
  showCursor: false,
  output: 'short',
  outputFields: undefined,
  catalog: false,
  full: true,
  all: false,
  quiet: false,
  utc: false,
  hostname: true,
  path: undefined,
  directory: undefined,
  root: undefined,
  remarks: [],
  scope: undefined,
  namespaces: new Set(['']),
  lineCount: undefined,
  pattern: undefined,
  caseSensitive: undefined,
  tail: true,
  merge: false,
  file: undefined,
  pagerEnd: false,
  maximumBytes: 0,
  maximumAgeUsec: 0,
};

type Row = FlagRow<Draft>;

const accepted: Row = { takes: 'nothing', apply: () => undefined };

const unsealed = 'The journal is not sealed, so there are no keys for that.';

/** What `--namespace=` names: one, all, or one beside what is in none. */
function namespacesOf(word: string): ReadonlySet<string> | undefined {
  if (word === '*') return undefined;
  return new Set(word.startsWith('+') ? ['', word.slice(1)] : [word]);
}

const flags: Readonly<Record<string, Row>> = {
  '--system': { takes: 'nothing', apply: (draft) => assign(draft, { scope: 'system' }) },
  '--user': { takes: 'nothing', apply: (draft) => assign(draft, { scope: 'user' }) },
  '--merge': { takes: 'nothing', apply: (draft) => assign(draft, { merge: true }) },
  '--no-pager': accepted,
  '--full': { takes: 'nothing', apply: (draft) => assign(draft, { full: true }) },
  '--no-full': { takes: 'nothing', apply: (draft) => assign(draft, { full: false }) },
  '--catalog': { takes: 'nothing', apply: (draft) => assign(draft, { catalog: true }) },
  // There is one journal; what units with LogNamespace= say is marked in it.
  '--namespace': { takes: 'value', apply: (draft, name) => assign(draft, { namespaces: namespacesOf(name) }) },
  '--directory': { takes: 'value', apply: (draft, value) => assign(draft, { directory: value }) },
  '--file': { takes: 'value', apply: (draft, value) => assign(draft, { file: value }) },
  '--since': { takes: 'value', apply: (draft, value) => time(draft, value, (usec) => assign(draft, { sinceUsec: usec })) },
  '--until': { takes: 'value', apply: (draft, value) => time(draft, value, (usec) => assign(draft, { untilUsec: usec })) },
  '--cursor': { takes: 'value', apply: (draft, value) => assign(draft, { cursor: value }) },
  '--after-cursor': { takes: 'value', apply: (draft, value) => assign(draft, { afterCursor: value }) },
  '--cursor-file': { takes: 'value', apply: (draft, value) => assign(draft, { cursorFile: value }) },
  '--boot': { takes: 'optional', apply: boot, nextIsValue: (word) => parseBoot(word) !== undefined },
  '--unit': { takes: 'value', apply: (draft, value) => unit(draft, value, 'units') },
  '--user-unit': { takes: 'value', apply: (draft, value) => unit(draft, value, 'userUnits') },
  '--identifier': { takes: 'value', apply: (draft, value) => assign(draft, { identifiers: [...draft.identifiers, value] }) },
  '--priority': { takes: 'value', apply: priority },
  '--facility': { takes: 'value', apply: facility },
  '--grep': { takes: 'value', apply: (draft, value) => assign(draft, { pattern: value }) },
  '--case-sensitive': { takes: 'optional', apply: caseSensitive, refusesEmpty: 'Bad --case-sensitive= argument "": Invalid argument' },
  '--dmesg': { takes: 'nothing', apply: (draft) => assign(draft, { kernel: true, boot: draft.boot ?? { id: undefined, offset: 0 } }) },
  '--output': { takes: 'value', apply: output },
  '--output-fields': {
    takes: 'value',
    apply: (draft, value) =>
      addOutputFields(
        draft,
        value.split(',').filter((name) => name !== ''),
      ),
  },
  '--lines': {
    takes: 'optional',
    apply: lines,
    refusesEmpty: "Failed to parse lines ''",
    nextIsValue: (word) => word === 'all' || isCount(word),
  },
  '--reverse': { takes: 'nothing', apply: (draft) => assign(draft, { reverse: true }) },
  '--show-cursor': { takes: 'nothing', apply: (draft) => assign(draft, { showCursor: true }) },
  '--utc': { takes: 'nothing', apply: (draft) => assign(draft, { utc: true }) },
  '--no-tail': { takes: 'nothing', apply: (draft) => assign(draft, { tail: false }) },
  '--no-hostname': { takes: 'nothing', apply: (draft) => assign(draft, { hostname: false }) },
  '--all': { takes: 'nothing', apply: (draft) => assign(draft, { all: true }) },
  '--follow': { takes: 'nothing', apply: (draft) => assign(draft, { follow: true }) },
  '--quiet': { takes: 'nothing', apply: (draft) => assign(draft, { quiet: true }) },
  '--pager-end': { takes: 'nothing', apply: (draft) => assign(draft, { pagerEnd: true }) },
  '--help': act({ do: 'help' }),
  '--version': act({ do: 'version' }),
  '--fields': act({ do: 'fields' }),
  '--field': { takes: 'value', apply: (draft, name) => assign(draft, { action: { do: 'field', name } }) },
  '--list-boots': act({ do: 'list-boots' }),
  '--disk-usage': act({ do: 'disk-usage' }),
  '--vacuum-size': { takes: 'value', apply: vacuumSize },
  '--vacuum-time': { takes: 'value', apply: vacuumTime },
  // The journal is one file, always in its place, and committed within some milliseconds.
  '--vacuum-files': { takes: 'value', apply: vacuumFiles },
  '--rotate': { takes: 'nothing', apply: nothing },
  '--flush': { takes: 'nothing', apply: nothing },
  '--sync': { takes: 'nothing', apply: nothing },
  '--relinquish-var': { takes: 'nothing', apply: nothing },
  '--smart-relinquish-var': { takes: 'nothing', apply: nothing },
  '--header': act({ do: 'header' }),
  '--root': { takes: 'value', apply: (draft, value) => assign(draft, { root: value }) },
  '--image': { takes: 'value', apply: () => 'Option --image= is not supported; --file= reads a journal of another place.' },
  '--machine': { takes: 'value', apply: () => 'Option --machine= is not supported: there are no machines of which tysd knows.' },
  '--verify': act({ do: 'verify' }),
  '--setup-keys': { takes: 'nothing', apply: () => unsealed },
  // These two are about the keys that --setup-keys makes.
  '--interval': { takes: 'value', apply: interval },
  '--force': accepted,
  '--verify-key': { takes: 'value', apply: () => unsealed },
  '--list-catalog': act({ do: 'catalog', form: 'lines', ids: [] }),
  '--dump-catalog': act({ do: 'catalog', form: 'full', ids: [] }),
  '--update-catalog': act({ do: 'update-catalog' }),
  '--new-id128': act({ do: 'new-id' }),
};

const shortNames: Readonly<Record<string, string>> = {
  D: '--directory',
  M: '--machine',
  F: '--field',
  N: '--fields',
  S: '--since',
  U: '--until',
  a: '--all',
  b: '--boot',
  c: '--cursor',
  e: '--pager-end',
  f: '--follow',
  g: '--grep',
  h: '--help',
  k: '--dmesg',
  l: '--full',
  m: '--merge',
  n: '--lines',
  o: '--output',
  p: '--priority',
  q: '--quiet',
  r: '--reverse',
  t: '--identifier',
  u: '--unit',
  x: '--catalog',
};

function act(action: LogsAction): Row {
  return { takes: 'nothing', apply: (draft) => assign(draft, { action }) };
}

function assign(draft: Draft, change: Partial<Draft>): undefined {
  Object.assign(draft, change);
}

function nothing(draft: Draft): undefined {
  if (draft.action.do === 'show') assign(draft, { action: { do: 'nothing' } });
}

function unit(draft: Draft, value: string, kind: 'units' | 'userUnits'): string | undefined {
  const read = draft.words.unit(value);
  if (read === undefined) return 'Failed to add filter for units: Invalid argument';
  const { name, escaped } = read;
  const remarks =
    escaped === undefined ? [] : [`Invalid unit name "${value}" escaped as "${escaped}" (maybe you should use systemd-escape?).`];
  return assign(draft, { [kind]: [...draft[kind], name], remarks: [...draft.remarks, ...remarks] });
}

function time(draft: Draft, value: string, set: (usec: number) => void): string | undefined {
  const usec = draft.words.time(value, draft.nowUsec);
  if (usec === undefined) return `Failed to parse timestamp: ${value}`;
  set(usec);
  return undefined;
}

function boot(draft: Draft, value: string): string | undefined {
  const choice = value === '' ? { id: undefined, offset: 0 } : parseBoot(value);
  if (choice === undefined) return `Failed to parse boot descriptor '${value}'`;
  return assign(draft, { boot: choice === 'all' ? undefined : choice });
}

function parseBoot(text: string): BootChoice | 'all' | undefined {
  if (text === 'all') return 'all';
  const found = /^(?:([0-9a-f]{32})|([0-9a-f]{8}-[0-9a-f-]{27}))?([+-]?\d+)?$/i.exec(text);
  if (found === null || text === '') return undefined;
  const offset = Number(found[3] ?? 0);
  return Math.abs(offset) > maximumCount ? undefined : { id: (found[1] ?? found[2])?.replaceAll('-', '').toLowerCase(), offset };
}

function priority(draft: Draft, value: string): string | undefined {
  const priorities = parsePriorities(value);
  if (!priorities.ok) return priorities.error;
  // All of them is no condition: there are entries that have none.
  return assign(draft, { priorities: priorities.value.length === 8 ? undefined : priorities.value });
}

function facility(draft: Draft, value: string): string | undefined {
  if (value === 'help') return assign(draft, { action: { do: 'list', text: ['Available facilities:', ...facilities].join('\n') } });
  for (const word of value.split(',').filter((one) => one !== '')) {
    const number = /^\d+$/.test(word) ? Number(word) : facilities.indexOf(word);
    if (number < 0 || number > maximumFacility) return `Bad --facility= argument "${word}".`;
    assign(draft, { facilities: [...draft.facilities, number] });
  }
  return undefined;
}

/** As large as the field of syslog(3) is. */
const maximumFacility = 127;

function caseSensitive(draft: Draft, value: string): string | undefined {
  if (/^(?:1|y|yes|t|true|on|)$/i.test(value)) return assign(draft, { caseSensitive: true });
  if (/^(?:0|n|no|f|false|off)$/i.test(value)) return assign(draft, { caseSensitive: false });
  return `Bad --case-sensitive= argument "${value}": Invalid argument`;
}

function output(draft: Draft, value: string): string | undefined {
  if (value === 'help') return assign(draft, { action: { do: 'list', text: outputNames.join('\n') } });
  const name = outputNames.find((known) => known === value);
  if (name === undefined) return `Unknown output format '${value}'.`;
  const quiet = draft.quiet || forMachines.has(name);
  return assign(draft, { output: name, quiet });
}

/** Formats that switch on --quiet. */
const forMachines: ReadonlySet<OutputName> = new Set(['export', 'json', 'json-pretty', 'json-sse', 'json-seq', 'cat']);

function addOutputFields(draft: Draft, names: readonly string[]): undefined {
  if (names.length > 0) assign(draft, { outputFields: new Set([...(draft.outputFields ?? []), ...names]) });
}

function lines(draft: Draft, value: string): string | undefined {
  if (value === '') return assign(draft, { lineCount: defaultLines });
  if (value === 'all') return assign(draft, { lineCount: 'all' });
  if (!isCount(value)) return `Failed to parse lines '${value}'`;
  return assign(draft, { lineCount: Number(value), oldest: value.startsWith('+') ? true : undefined });
}

function isCount(text: string): boolean {
  return /^\+?\d+$/.test(text) && Number(text) <= maximumCount;
}

const maximumCount = 2 ** 31 - 1;
const defaultLines = 10;
const pagerLines = 1000;

function vacuumSize(draft: Draft, value: string): string | undefined {
  const bytes = parseSize(value);
  return bytes === undefined ? `Failed to parse vacuum size: ${value}` : vacuum(draft, { maximumBytes: bytes });
}

function vacuumTime(draft: Draft, value: string): string | undefined {
  const usec = parseTimespan(value);
  return usec === undefined ? `Failed to parse vacuum time: ${value}` : vacuum(draft, { maximumAgeUsec: usec });
}

function vacuumFiles(draft: Draft, value: string): string | undefined {
  return /^\d+$/.test(value) ? nothing(draft) : `Failed to parse vacuum files: ${value}`;
}

function vacuum(draft: Draft, change: { readonly maximumBytes?: number; readonly maximumAgeUsec?: number }): undefined {
  assign(draft, change);
  assign(draft, { action: { do: 'vacuum', maximumBytes: draft.maximumBytes, maximumAgeUsec: draft.maximumAgeUsec } });
}

function interval(_: Draft, value: string): string | undefined {
  return parseTimespan(value) === undefined ? `Failed to parse sealing key change interval: ${value}` : undefined;
}

/** FIELD=VALUE words, divided by `+` into groups; a path means what its file is. */
function parseMatches(words: readonly string[], { fieldsOfPath }: WordReader): Result<readonly FieldGroup[], string> {
  const groups: Map<string, string[]>[] = [];
  let group = new Map<string, string[]>();
  for (const word of words) {
    if (word.startsWith('/')) {
      const fields = fieldsOfPath(word);
      if (!fields.ok) return fields;
      for (const [name, value] of fields.value) group.set(name, [...(group.get(name) ?? []), value]);
      continue;
    }
    if (word === '+') {
      if (group.size === 0) return err('"+" can only be used between terms');
      groups.push(group);
      group = new Map();
      continue;
    }
    const [, name, value] = /^(?!__)([A-Z0-9_]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) return err(`Failed to add match '${word}': Invalid argument`);
    group.set(name, [...(group.get(name) ?? []), value]);
  }
  if (groups.length > 0 && group.size === 0) return err('"+" can only be used between terms');
  return ok(group.size === 0 ? groups : [...groups, group]);
}

function findContradiction(draft: Draft): string | undefined {
  if ([draft.directory, draft.file, draft.root].filter((place) => place !== undefined).length > 1)
    return 'Please specify at most one of -D/--directory=, --file=, -M/--machine=, --root=, --image=.';
  if (draft.merge && (draft.boot !== undefined || draft.action.do === 'list-boots'))
    return 'Using --boot or --list-boots with --merge is not supported.';
  if (draft.follow && draft.reverse) return 'Please specify either --reverse= or --follow=, not both.';
  if (draft.sinceUsec !== undefined && draft.untilUsec !== undefined && draft.sinceUsec > draft.untilUsec)
    return '--since= must be before --until=.';
  if (draft.action.do === 'field' && !/^(?!__)[A-Z0-9_]+$/.test(draft.action.name))
    return 'Failed to query unique data objects: Invalid argument';
  const starts = [draft.cursor, draft.afterCursor, draft.cursorFile, draft.sinceUsec].filter((start) => start !== undefined);
  if (starts.length > 1) return 'Please specify only one of --since=, --cursor=, and --after-cursor=.';
  return undefined;
}

function finish(draft: Draft, matches: readonly FieldGroup[], grep: RegExp | undefined): LogsOptions {
  const { lineCount, tail, pagerEnd } = draft;
  const implied = draft.follow && tail && draft.sinceUsec === undefined ? defaultLines : pagerEnd ? pagerLines : undefined;
  const count = lineCount === 'all' || !tail ? undefined : (lineCount ?? implied);
  return {
    ...draft,
    path: draft.file ?? (draft.directory === undefined ? undefined : `${draft.directory}/journal.db`),
    matches,
    grep,
    lines: count,
    reverse: draft.reverse || (grep !== undefined && count !== undefined && !draft.follow && draft.oldest !== true),
  };
}

/** A pattern in lower case matches either case, if nothing else is asked for. */
function compilePattern({ pattern, caseSensitive: told }: Draft): Result<RegExp | undefined, string> {
  return pattern === undefined ? ok(undefined) : grepPattern(pattern, told ?? /\p{Lu}/u.test(pattern));
}
