import { err, ok, type Result } from '../../base/result.ts';
import { firstWord, flag, type OptionRow, readBoolean, readWords, text, type OptionForm, withoutOption } from '../getopt.ts';
import { type Host, readHost } from '../host.ts';

/** Everything that systemd-run's options can say. */
export interface RunOptions {
  readonly print: 'help' | 'version' | undefined;
  readonly scope: 'system' | 'user' | undefined;
  /** The machine on which it is to run. */
  readonly host: Host | undefined;
  /** What is made: a service, or a scope around the command. */
  readonly asScope: boolean;
  readonly unit: string | undefined;
  readonly description: string | undefined;
  readonly slice: string | undefined;
  readonly inheritSlice: boolean;
  /** NAME=VALUE, as typed. */
  readonly properties: readonly string[];
  readonly pathProperties: readonly string[];
  readonly socketProperties: readonly string[];
  readonly timerProperties: readonly string[];
  readonly isTimed: boolean;
  readonly remainAfterExit: boolean;
  readonly sendSighup: boolean;
  readonly serviceType: string | undefined;
  readonly uid: string | undefined;
  readonly gid: string | undefined;
  readonly nice: number | undefined;
  readonly workingDirectory: string | undefined;
  readonly environment: readonly string[];
  readonly wantsTerminal: boolean;
  readonly wantsPipe: boolean;
  readonly shell: boolean;
  readonly quiet: boolean;
  readonly collect: boolean;
  readonly wait: boolean;
  readonly block: boolean;
  readonly jobMode: string;
  readonly expandEnvironment: boolean;
  readonly ignoreFailure: boolean;
}

/** What the options mean together, and the command. */
export interface RunRequest extends RunOptions {
  readonly command: readonly string[];
  /** How the service is connected to its caller. */
  readonly streams: 'none' | 'pipe' | 'terminal';
  readonly trigger: 'timer' | 'path' | 'socket' | undefined;
}

/** What the answers of the machine are that options depend on. */
export interface Surroundings {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard input, output and error are all a terminal. */
  readonly isTerminal: boolean;
}

/** Reads the command line of systemd-run(1); an error is a sentence. */
export function parseRun(program: string, argv: readonly string[], surroundings: Surroundings): Result<RunRequest, string> {
  const read = readWords(program, argv, rowsFor(surroundings), defaults, { stopsAtWord: true });
  if (!read.ok) return read;
  const { options, words } = read.value;
  const trigger = triggerOf(options);
  if (trigger.length > 1) return err('Only single trigger (path, socket, timer) unit can be created.');
  const implied = options.shell ? withShell(options, surroundings) : options;
  if (options.shell && words.length > 0) return err('If --shell is used, no command line is expected.');
  const command = options.shell ? [shellOf(surroundings)] : words;
  const request = { ...implied, command, streams: streamsOf(implied, surroundings), trigger: trigger[0] };
  const problem = options.print === undefined ? conflicts.find(({ when }) => when(request)) : undefined;
  return problem === undefined ? ok(request) : err(problem.message);
}

/** The command line that means on another machine what this one means here: values are those of this machine. */
export function thereOf(program: string, argv: readonly string[], surroundings: Surroundings): Result<readonly string[], string> {
  const rows = rowsFor(surroundings);
  const first = firstWord(argv, rows);
  const options = withoutOption(program, first < 0 ? argv : argv.slice(0, first), rows, 'host');
  if (!options.ok) return options;
  const own = options.value.flatMap((word) => spelledOut(word, surroundings));
  return ok(first < 0 ? own : [...own, '--', ...argv.slice(first)]);
}

/** An option of which a value is left out that is known here. */
function spelledOut(word: string, { directory, environment }: Surroundings): readonly string[] {
  if (word === '--same-dir') return [`--working-directory=${directory}`];
  const [, name = ''] = /^--setenv=([^=]*)$/.exec(word) ?? [];
  const value = environment[name];
  if (name !== '') return value === undefined ? [] : [`--setenv=${name}=${value}`];
  const [, path = ''] = /^--working-directory=([^/~].*)$/.exec(word) ?? [];
  return [path === '' ? word : `--working-directory=${directory}/${path}`];
}

/** How the options of systemd-run are written. */
export function runOptionForms(surroundings: Surroundings): readonly OptionForm[] {
  return rowsFor(surroundings);
}

const defaults: RunOptions = {
  print: undefined,
  scope: undefined,
  host: undefined,
  asScope: false,
  unit: undefined,
  description: undefined,
  slice: undefined,
  inheritSlice: false,
  properties: [],
  pathProperties: [],
  socketProperties: [],
  timerProperties: [],
  isTimed: false,
  remainAfterExit: false,
  sendSighup: false,
  serviceType: undefined,
  uid: undefined,
  gid: undefined,
  nice: undefined,
  workingDirectory: undefined,
  environment: [],
  wantsTerminal: false,
  wantsPipe: false,
  shell: false,
  quiet: false,
  collect: false,
  wait: false,
  block: true,
  jobMode: 'fail',
  expandEnvironment: true,
  ignoreFailure: false,
};

/** What does not go together, in the order in which systemd-run notices it. */
const conflicts: readonly { readonly when: (request: RunRequest) => boolean; readonly message: string }[] = [
  {
    when: ({ command, unit, trigger }) => command.length === 0 && (unit === undefined || trigger === undefined),
    message: 'Command line to execute required.',
  },
  {
    when: ({ host, scope }) => host !== undefined && scope === 'user',
    message: 'Execution in user context is not supported on remote systems.',
  },
  { when: ({ host, asScope }) => host !== undefined && asScope, message: 'Scope execution is not supported on remote systems.' },
  {
    when: ({ asScope, remainAfterExit, serviceType }) => asScope && (remainAfterExit || serviceType !== undefined),
    message: '--remain-after-exit and --service-type= are not supported in --scope mode.',
  },
  {
    when: ({ streams, asScope, trigger }) => streams !== 'none' && (asScope || trigger !== undefined),
    message: '--pty/--pipe is not compatible in timer or --scope mode.',
  },
  {
    when: ({ host, streams }) => host !== undefined && streams !== 'none',
    message: '--pty/--pipe is only supported when connecting to the local system or containers.',
  },
  { when: ({ streams, block }) => streams !== 'none' && !block, message: '--pty/--pipe is not compatible with --no-block.' },
  {
    when: ({ asScope, trigger }) => asScope && trigger !== undefined,
    message: 'Path, socket or timer options are not supported in --scope mode.',
  },
  {
    when: ({ timerProperties, isTimed }) => timerProperties.length > 0 && !isTimed,
    message: '--timer-property= has no effect without any other timer options.',
  },
  { when: ({ wait, block }) => wait && !block, message: '--wait may not be combined with --no-block.' },
  {
    when: ({ wait, trigger }) => wait && trigger !== undefined,
    message: '--wait may not be combined with path, socket or timer operations.',
  },
  { when: ({ wait, asScope }) => wait && asScope, message: '--wait may not be combined with --scope.' },
];

function triggerOf({ pathProperties, socketProperties, isTimed }: RunOptions): readonly ('timer' | 'path' | 'socket')[] {
  return [
    ...(pathProperties.length > 0 ? (['path'] as const) : []),
    ...(socketProperties.length > 0 ? (['socket'] as const) : []),
    ...(isTimed ? (['timer'] as const) : []),
  ];
}

/** --shell means a session much like one of ssh, where nothing else is said. */
function withShell(options: RunOptions, { directory }: Surroundings): RunOptions {
  if (options.asScope) return { ...options, collect: true };
  const hasStreams = options.wantsPipe || options.wantsTerminal;
  return {
    ...options,
    wantsPipe: options.wantsPipe || !hasStreams,
    wantsTerminal: options.wantsTerminal || !hasStreams,
    workingDirectory: options.workingDirectory ?? directory,
    serviceType: options.serviceType ?? 'exec',
    wait: true,
    collect: true,
  };
}

function shellOf({ environment }: Surroundings): string {
  const shell = environment['SHELL'];
  return shell?.startsWith('/') === true ? shell : '/bin/sh';
}

/** With both, a terminal where there is one, and pipes in a pipeline. */
function streamsOf({ wantsPipe, wantsTerminal }: RunOptions, { isTerminal }: Surroundings): RunRequest['streams'] {
  if (wantsPipe && wantsTerminal) return isTerminal ? 'terminal' : 'pipe';
  if (wantsPipe) return 'pipe';
  return wantsTerminal ? 'terminal' : 'none';
}

type Row = Omit<OptionRow<RunOptions>, 'long' | 'short'>;

function rowsFor({ directory, environment }: Surroundings): readonly OptionRow<RunOptions>[] {
  const all = { ...rows, 'same-dir': flag({ workingDirectory: directory }), ...placed(directory), setenv: assignment(environment) };
  return Object.entries(all).map(([long, row]) => {
    const short = letters[long];
    return short === undefined ? { long, ...row } : { long, short, ...row };
  });
}

const rows: Readonly<Record<string, Row>> = {
  help: { isLast: true, ...flag({ print: 'help' }) },
  version: { isLast: true, ...flag({ print: 'version' }) },
  user: flag({ scope: 'user' }),
  system: flag({ scope: 'system' }),
  scope: flag({ asScope: true }),
  unit: text((unit) => ({ unit })),
  description: text((description) => ({ description })),
  slice: text((slice) => ({ slice })),
  'slice-inherit': flag({ inheritSlice: true }),
  property: text((value, { properties }: RunOptions) => ({ properties: [...properties, value] })),
  'path-property': text((value, { pathProperties }: RunOptions) => ({ pathProperties: [...pathProperties, value] })),
  'socket-property': text((value, { socketProperties }: RunOptions) => ({ socketProperties: [...socketProperties, value] })),
  'timer-property': text((value, options: RunOptions) => timed(value, options, /^On[A-Za-z]+=/.test(value))),
  'remain-after-exit': flag({ remainAfterExit: true }),
  'send-sighup': flag({ sendSighup: true }),
  'service-type': text((serviceType) => ({ serviceType })),
  uid: text((uid) => ({ uid })),
  gid: text((gid) => ({ gid })),
  nice: { value: 'required', apply: parseNice },
  pty: flag({ wantsTerminal: true }),
  pipe: flag({ wantsPipe: true }),
  shell: flag({ shell: true }),
  quiet: flag({ quiet: true }),
  collect: flag({ collect: true }),
  wait: flag({ wait: true }),
  'no-block': flag({ block: false }),
  'job-mode': text((jobMode) => ({ jobMode })),
  'expand-environment': {
    value: 'required',
    apply: (value = '') => readBoolean('expand-environment=', value, (expandEnvironment) => ({ expandEnvironment })),
  },
  'ignore-failure': flag({ ignoreFailure: true }),
  'on-active': since('OnActiveSec'),
  'on-boot': since('OnBootSec'),
  'on-startup': since('OnStartupSec'),
  'on-unit-active': since('OnUnitActiveSec'),
  'on-unit-inactive': since('OnUnitInactiveSec'),
  'on-calendar': {
    value: 'required',
    apply: (value = '', options) =>
      value === ''
        ? err('Failed to parse calendar event specification: Invalid argument')
        : ok(timed(`OnCalendar=${value}`, options, true)),
  },
  'on-timezone-change': { value: 'none', apply: (_value, options) => ok(timed('OnTimezoneChange=yes', options, true)) },
  'on-clock-change': { value: 'none', apply: (_value, options) => ok(timed('OnClockChange=yes', options, true)) },
  // Nobody is asked for passwords here.
  'no-ask-password': flag({}),
  host: { value: 'required', apply: readHostOption },
  machine: refused('tysd does not run containers: run systemd-run inside the container instead.'),
};

const letters: Readonly<Record<string, string>> = {
  help: 'h',
  unit: 'u',
  property: 'p',
  'remain-after-exit': 'r',
  setenv: 'E',
  pty: 't',
  pipe: 'P',
  shell: 'S',
  quiet: 'q',
  collect: 'G',
  'same-dir': 'd',
  host: 'H',
  machine: 'M',
};

function placed(directory: string): Readonly<Record<string, Row>> {
  return {
    'working-directory': text((value) => ({
      workingDirectory: value === '' || value === '~' || value.startsWith('/') ? value : `${directory}/${value}`,
    })),
  };
}

/** NAME alone takes over the value that the caller has. */
function assignment(environment: Surroundings['environment']): Row {
  return {
    value: 'required',
    apply: (value = '', options) => {
      const [name = ''] = value.split('=', 1);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return err(`Cannot assign environment variable ${value}: Invalid argument`);
      const own = environment[name];
      const whole = value.includes('=') ? value : own === undefined ? undefined : `${name}=${own}`;
      return ok(whole === undefined ? {} : { environment: [...options.environment.filter((each) => !each.startsWith(`${name}=`)), whole] });
    },
  };
}

function timed(property: string, { timerProperties, isTimed }: RunOptions, isTrigger: boolean): Partial<RunOptions> {
  return { timerProperties: [...timerProperties, property], isTimed: isTimed || isTrigger };
}

function since(name: string): Row {
  return { value: 'required', apply: (value = '', options) => ok(timed(`${name}=${value}`, options, true)) };
}

function readHostOption(value = ''): Result<Partial<RunOptions>, string> {
  const host = readHost(value);
  return host.ok ? ok({ host: host.value }) : host;
}

function refused(reason: string): Row {
  return { value: 'required', apply: () => err(reason) };
}

function parseNice(value = ''): Result<Partial<RunOptions>, string> {
  const nice = Number(value);
  return /^[+-]?\d+$/.test(value) && nice >= -20 && nice <= 19 ? ok({ nice }) : err(`Failed to parse nice value: ${value}`);
}
