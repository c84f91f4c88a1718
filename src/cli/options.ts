import { err, ok, type Result } from '../base/result.ts';

/** Everything that systemctl's options can say; the same for each verb. */
export interface Options {
  readonly scope: 'system' | 'user' | undefined;
  readonly runtimeDirectory: string | undefined;
  readonly block: boolean;
  readonly wait: boolean;
  readonly jobMode: string | undefined;
  readonly showTransaction: boolean;
  readonly dryRun: boolean;
  readonly types: readonly string[];
  readonly states: readonly string[];
  readonly all: boolean;
  readonly full: boolean;
  readonly legend: boolean | undefined;
  readonly plain: boolean;
  readonly pager: boolean;
  readonly output: string;
  readonly properties: readonly string[];
  readonly value: boolean;
  readonly quiet: boolean;
  readonly lines: number | undefined;
  readonly reverse: boolean;
  readonly after: boolean;
  readonly before: boolean;
  readonly showTypes: boolean;
  readonly signal: string;
  readonly whom: string;
  /** How often -f was given: twice means still more force for poweroff and its kin. */
  readonly force: number;
  readonly now: boolean;
  readonly runtime: boolean;
  readonly global: boolean;
  readonly root: string | undefined;
  readonly reload: boolean;
  readonly presetMode: string;
  readonly print: 'help' | 'version' | undefined;
}

/** A command line, told apart into options and the words that are none. */
export interface CommandLine {
  readonly options: Options;
  readonly words: readonly string[];
}

const defaults: Options = {
  scope: undefined,
  runtimeDirectory: undefined,
  block: true,
  wait: false,
  jobMode: undefined,
  showTransaction: false,
  dryRun: false,
  types: [],
  states: [],
  all: false,
  full: false,
  legend: undefined,
  plain: false,
  pager: true,
  output: '',
  properties: [],
  value: false,
  quiet: false,
  lines: undefined,
  reverse: false,
  after: false,
  before: false,
  showTypes: false,
  signal: 'TERM',
  whom: 'all',
  force: 0,
  now: false,
  runtime: false,
  global: false,
  root: undefined,
  reload: true,
  presetMode: 'full',
  print: undefined,
};

type Change = Partial<Options>;

/** One option: whether a value follows, and what it changes; an error is a whole sentence. */
interface Row {
  readonly value: boolean;
  apply(value: string, options: Options): Result<Change, string>;
}

const long: Readonly<Record<string, Row>> = {
  help: flag({ print: 'help' }),
  version: flag({ print: 'version' }),
  system: flag({ scope: 'system' }),
  user: flag({ scope: 'user' }),
  'runtime-directory': text((runtimeDirectory) => ({ runtimeDirectory })),
  'no-block': flag({ block: false }),
  wait: flag({ wait: true }),
  'job-mode': text((jobMode) => ({ jobMode })),
  fail: flag({ jobMode: 'fail' }),
  irreversible: flag({ jobMode: 'replace-irreversibly' }),
  'ignore-dependencies': flag({ jobMode: 'ignore-dependencies' }),
  'show-transaction': flag({ showTransaction: true }),
  'dry-run': flag({ dryRun: true }),
  type: text((value, { types }) => ({ types: [...types, ...commas(value)] })),
  state: text((value, { states }) => ({ states: [...states, ...commas(value)] })),
  failed: { value: false, apply: (_value, { states }) => ok({ states: [...states, 'failed'] }) },
  all: flag({ all: true }),
  full: flag({ full: true }),
  'no-legend': flag({ legend: false }),
  legend: { value: true, apply: parseLegend },
  plain: flag({ plain: true }),
  'no-pager': flag({ pager: false }),
  output: text((output) => ({ output })),
  property: text((value, { properties }) => ({ properties: [...properties, ...commas(value)] })),
  value: flag({ value: true }),
  quiet: flag({ quiet: true }),
  lines: { value: true, apply: parseLines },
  // Only containers would be recursed into.
  recursive: flag({}),
  reverse: flag({ reverse: true }),
  after: flag({ after: true }),
  before: flag({ before: true }),
  'show-types': flag({ showTypes: true }),
  timestamp: { value: true, apply: parseTimestamp },
  signal: text((signal) => ({ signal })),
  'kill-whom': text((whom) => ({ whom })),
  'kill-who': text((whom) => ({ whom })),
  force: { value: false, apply: (_value, { force }) => ok({ force: force + 1 }) },
  now: flag({ now: true }),
  runtime: flag({ runtime: true }),
  global: flag({ global: true }),
  root: text((root) => ({ root })),
  'no-reload': flag({ reload: false }),
  'preset-mode': text((presetMode) => ({ presetMode })),
  // These have nothing to change here: no password agents, no wall messages, no inhibitors.
  'no-ask-password': flag({}),
  'no-wall': flag({}),
  'no-warn': flag({}),
  message: text(() => ({})),
  'check-inhibitors': text(() => ({})),
  host: refused('Another host cannot be reached this way yet: run tysctl there, as in: ssh HOST tysctl …'),
  machine: refused('tysd does not run containers: run tysctl inside the container instead.'),
  image: refused('Disk images cannot be worked on: mount the image and use --root=.'),
};

const short: Readonly<Record<string, string>> = {
  h: 'help',
  t: 'type',
  a: 'all',
  l: 'full',
  o: 'output',
  p: 'property',
  q: 'quiet',
  n: 'lines',
  r: 'recursive',
  s: 'signal',
  f: 'force',
  T: 'show-transaction',
  H: 'host',
  M: 'machine',
};

/** Reads a command line as getopt_long(3) does: options anywhere, unique abbreviations, `--` ends them. An error is a sentence. */
export function parseCommandLine(program: string, argv: readonly string[]): Result<CommandLine, string> {
  let options = defaults;
  const words: string[] = [];
  const rest = [...argv];
  const apply = (row: Row, value: string): string | undefined => {
    const change = row.apply(value, options);
    if (!change.ok) return change.error;
    options = { ...options, ...change.value };
    return undefined;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest.splice(0));
    } else if (word.startsWith('--')) {
      const problem = applyLong(program, word, rest, apply);
      if (problem !== undefined) return err(problem);
    } else if (word.startsWith('-') && word !== '-') {
      const problem = applyShort(program, word, rest, apply);
      if (problem !== undefined) return err(problem);
    } else words.push(word);
  }
  return ok({ options, words });
}

type Apply = (row: Row, value: string) => string | undefined;

function applyLong(program: string, word: string, rest: string[], apply: Apply): string | undefined {
  const equals = word.indexOf('=');
  const typed = equals === -1 ? word.slice(2) : word.slice(2, equals);
  const found = Object.hasOwn(long, typed) ? [typed] : Object.keys(long).filter((candidate) => candidate.startsWith(typed));
  const [name, ...others] = found;
  const row = name === undefined ? undefined : long[name];
  if (name === undefined || row === undefined) return `${program}: unrecognized option '--${typed}'`;
  if (others.length > 0) {
    const possibilities = found.map((candidate) => `'--${candidate}'`).join(' ');
    return `${program}: option '--${typed}' is ambiguous; possibilities: ${possibilities}`;
  }
  if (!row.value) return equals === -1 ? apply(row, '') : `${program}: option '--${name}' doesn't allow an argument`;
  const value = equals === -1 ? rest.shift() : word.slice(equals + 1);
  return value === undefined ? `${program}: option '--${name}' requires an argument` : apply(row, value);
}

function applyShort(program: string, word: string, rest: string[], apply: Apply): string | undefined {
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    // -P NAME is -p NAME --value; -i has nothing to change.
    if (letter === 'i') continue;
    const name = letter === 'P' ? 'property' : short[letter];
    const row = name === undefined ? undefined : long[name];
    if (row === undefined) return `${program}: invalid option -- '${letter}'`;
    if (letter === 'P') apply(flag({ value: true }), '');
    if (!row.value) {
      const problem = apply(row, '');
      if (problem !== undefined) return problem;
      continue;
    }
    const value = index + 1 < word.length ? word.slice(index + 1) : rest.shift();
    return value === undefined ? `${program}: option requires an argument -- '${letter}'` : apply(row, value);
  }
  return undefined;
}

function flag(change: Change): Row {
  return { value: false, apply: () => ok(change) };
}

function text(change: (value: string, options: Options) => Change): Row {
  return { value: true, apply: (value, options) => ok(change(value, options)) };
}

function refused(reason: string): Row {
  return { value: true, apply: () => err(reason) };
}

function commas(value: string): readonly string[] {
  return value.split(',').filter((part) => part !== '');
}

function parseLegend(value: string): Result<Change, string> {
  if (/^(1|y|yes|t|true|on)$/i.test(value)) return ok({ legend: true });
  if (/^(0|n|no|f|false|off)$/i.test(value)) return ok({ legend: false });
  return err(`Failed to parse --legend= argument: ${value}`);
}

function parseLines(value: string): Result<Change, string> {
  return /^\d{1,9}$/.test(value) ? ok({ lines: Number(value) }) : err(`Failed to parse lines '${value}'`);
}

function parseTimestamp(value: string): Result<Change, string> {
  if (value === 'pretty') return ok({});
  return ['unix', 'us', 'µs', 'utc', 'us+utc', 'µs+utc'].includes(value)
    ? err(`--timestamp=${value} is not there yet: times are shown as --timestamp=pretty.`)
    : err(`Invalid value: ${value}.`);
}
