import { parseHttpAddress } from '../api/http/address.ts';
import { idIn } from './machine-id.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseUnitName } from '../unit/name.ts';
import { parseTimespan } from '../unit/values/timespan.ts';

/** How tysd was asked to run; what is absent is chosen by the configuration file or by default. */
export interface Options {
  readonly scope: 'system' | 'user';
  readonly unit?: string;
  /** The id that the machine is to have (kernel-command-line(7)). */
  readonly machineId?: string;
  /** Search path for unit files, instead of systemd's. */
  readonly unitPath?: readonly string[];
  readonly runtimeDirectory?: string;
  readonly stateDirectory?: string;
  readonly logLevel?: string;
  readonly showStatus?: boolean;
  /** Entries of the journal go to standard error too. */
  readonly logToConsole?: boolean;
  /** How entries look there. */
  readonly logFormat?: 'lines' | 'json';
  /** A cgroup to take over, as an absolute path below /sys/fs/cgroup, or below the cgroup mount. */
  readonly cgroup?: string;
  /** A configuration file, read instead of the usual ones; or a directory in the manner of rustysd. */
  readonly config?: string;
  /** A program to run as a service, with its arguments: what follows `--`. */
  readonly command?: readonly [string, ...string[]];
  /** The unit whose end ends tysd, with its exit status. */
  readonly exitCodeFrom?: string;
  /** Variables of tysd's own environment that all services get; `*` is all of them. */
  readonly passEnvironment?: readonly string[];
  /** Where probes and metrics are answered. */
  readonly http?: string;
  /** Milliseconds after which a manager that does not answer is killed and started again; 0 is never. */
  readonly managerPatienceMs?: number;
  /** Leave after printing this. */
  readonly print?: 'help' | 'version';
  /** What PID 1 was asked for and goes on without, each as a message. */
  readonly passedOver: readonly string[];
}

interface Word {
  readonly takes: 'nothing' | 'value' | 'optional';
  apply(options: Mutable<Options>, value: string): string | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const words: Readonly<Record<string, Word>> = {
  '--system': { takes: 'nothing', apply: (options) => assign(options, { scope: 'system' }) },
  '--user': { takes: 'nothing', apply: (options) => assign(options, { scope: 'user' }) },
  '--unit': { takes: 'value', apply: (options, value) => assign(options, { unit: value }) },
  '--unit-path': { takes: 'value', apply: (options, value) => absolutePaths(options, value) },
  '--runtime-directory': { takes: 'value', apply: (options, value) => assign(options, { runtimeDirectory: value }) },
  '--state-directory': { takes: 'value', apply: (options, value) => assign(options, { stateDirectory: value }) },
  '--log-level': { takes: 'value', apply: (options, value) => logLevel(options, value) },
  '--show-status': { takes: 'optional', apply: (options, value) => showStatus(options, value === '' ? 'yes' : value) },
  '--log-target': { takes: 'value', apply: (options, value) => logTarget(options, value) },
  '--log-format': { takes: 'value', apply: (options, value) => logFormat(options, value) },
  '--cgroup': { takes: 'value', apply: (options, value) => assign(options, { cgroup: value }) },
  '--exit-code-from': { takes: 'value', apply: (options, value) => exitCodeFrom(options, value) },
  '--pass-environment': { takes: 'optional', apply: (options, value) => passEnvironment(options, value) },
  '--http': { takes: 'value', apply: (options, value) => http(options, value) },
  '--manager-patience': { takes: 'value', apply: (options, value) => managerPatience(options, value) },
  '--config': { takes: 'value', apply: (options, value) => assign(options, { config: value }) },
  '-c': { takes: 'value', apply: (options, value) => assign(options, { config: value }) },
  '--conf': { takes: 'value', apply: (options, value) => assign(options, { config: value }) },
  '--help': { takes: 'nothing', apply: (options) => assign(options, { print: 'help' }) },
  '-h': { takes: 'nothing', apply: (options) => assign(options, { print: 'help' }) },
  '--version': { takes: 'nothing', apply: (options) => assign(options, { print: 'version' }) },
  // systemd's own options that container images pass to their init; they change nothing here.
  '--log-color': { takes: 'optional', apply: () => undefined },
  '--default-standard-output': { takes: 'value', apply: () => undefined },
  '--default-standard-error': { takes: 'value', apply: () => undefined },
  '--deserialize': { takes: 'value', apply: () => undefined },
  '--switched-root': { takes: 'nothing', apply: () => undefined },
};

/** What kernels and container runtimes pass to an init that means a target (kernel-command-line(7)). */
const targets: Readonly<Record<string, string>> = {
  single: 'rescue.target',
  s: 'rescue.target',
  S: 'rescue.target',
  '1': 'rescue.target',
  rescue: 'rescue.target',
  emergency: 'emergency.target',
  '-b': 'emergency.target',
  '2': 'multi-user.target',
  '3': 'multi-user.target',
  '4': 'multi-user.target',
  '5': 'graphical.target',
};

const kernelWords: Readonly<Record<string, Word['apply']>> = {
  'systemd.unit': (options, value) => (value === '' ? undefined : assign(options, { unit: value })),
  'systemd.show_status': (options, value) => showStatus(options, value === '' ? 'yes' : value),
  'systemd.log_target': (options, value) => logTarget(options, value),
  'systemd.machine_id': (options, value) => (idIn(value) === undefined ? undefined : assign(options, { machineId: value })),
  'systemd.log_level': (options, value) => logLevel(options, value),
};

/** Reads tysd's command line. `init` says that it runs as PID 1, which goes on whatever is wrong, and takes words of the kernel's without complaint. */
export function parseOptions(argv: readonly string[], init: boolean, uid: number): Result<Options, string> {
  // As process 1 of a container, too, one who is not root can only have a user's manager.
  const options: Mutable<Options> = { scope: uid === 0 ? 'system' : 'user', passedOver: [] };
  const passedOver: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      const [program, ...rest] = argv.slice(index + 1);
      // The kernel keeps this word to itself, so that it is of a container whose command is missing: all units of it are not meant.
      if (program === undefined) return err('-- needs a command after it');
      options.command = [program, ...rest];
      break;
    }
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const word = Object.hasOwn(words, name) ? words[name] : undefined;
    let problem: string | undefined;
    if (word) {
      let value = equals < 0 ? '' : argument.slice(equals + 1);
      if (word.takes === 'value' && equals < 0) value = argv[++index] ?? '';
      if (word.takes === 'value' && value === '') problem = `${name} needs a value`;
      else if (word.takes === 'nothing' && equals >= 0) problem = `${name} takes no value`;
      else problem = word.apply(options, value);
    } else if (init && Object.hasOwn(kernelWords, name)) {
      problem = kernelWords[name]?.(options, equals < 0 ? '' : argument.slice(equals + 1));
    } else if (init && Object.hasOwn(targets, argument)) {
      options.unit = targets[argument] ?? 'default.target';
    } else if (argument.startsWith('-')) {
      problem = `unknown option ${argument}; see tysd --help`;
    } else if (!init) {
      problem = `unknown argument ${argument}; see tysd --help`;
    }
    if (problem === undefined) continue;
    // An init that refuses to start for a wrong word leaves a machine that does not boot.
    if (!init) return err(problem);
    passedOver.push(problem.includes(name) ? problem : `${argument}: ${problem}`);
  }
  return ok({ ...options, passedOver });
}

/** The text of `tysd --help`. */
export const help = `tysd [OPTION…] [-- COMMAND [ARGUMENT…]]

Runs systemd units, unmodified, where systemd is not or cannot be. With a command: runs that alone, passes signals on to it,
takes care of what it leaves behind, and ends with its exit status; with --unit= too, that unit comes first and runs beside it.

  --system                   Use systemd's unit path (default for root and PID 1)
  --user                     Use the user's unit path
  --unit=TARGET              Start this unit instead of default.target
  --unit-path=DIR[:DIR]      Search unit files here, and nowhere else
  --runtime-directory=DIR    Sockets (default: /run/tysd or $XDG_RUNTIME_DIR/tysd)
  --state-directory=DIR      Logs and state (default: /var/lib/tysd or $XDG_STATE_HOME/tysd)
  --log-level=LEVEL          emerg … debug (default: info)
  --log-target=console       Pass all that is logged on to standard error
  --log-format=json          Pass it on as JSON, an object in a line (default: lines)
  --show-status[=BOOL]       Tell on the terminal what is started and stopped
  --cgroup=PATH              Take over this cgroup, rather than make one below our own
  --exit-code-from=UNIT      Start this unit too; when it ends, stop all others and end with its exit status
  --pass-environment[=NAME,…]  Give services these variables of tysd's environment, or all
  --http=[ADDRESS:]PORT      Answer /healthz, /readyz and /metrics by HTTP; or give the path of a socket
  --manager-patience=TIME    How long the manager may hang before it is killed and started again (default: 30s)
  --config=FILE              Read this configuration file
  --version, --help

tysctl controls a running tysd.
`;

function assign(options: Mutable<Options>, values: Partial<Options>): undefined {
  Object.assign(options, values);
}

function absolutePaths(options: Mutable<Options>, value: string): string | undefined {
  const paths = value.split(':').filter((path) => path !== '');
  if (paths.length === 0) return '--unit-path needs at least one directory';
  options.unitPath = paths;
  return undefined;
}

const logLevels = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'];

function logLevel(options: Mutable<Options>, value: string): string | undefined {
  const level = /^[0-7]$/.test(value) ? logLevels[Number(value)] : value;
  if (level === undefined || !logLevels.includes(level)) return `--log-level needs one of ${logLevels.join(' ')}, not ${value}`;
  options.logLevel = level;
  return undefined;
}

/** systemd's other targets all mean the journal here. */
function logTarget(options: Mutable<Options>, value: string): undefined {
  options.logToConsole = value === 'console';
  return undefined;
}

function logFormat(options: Mutable<Options>, value: string): string | undefined {
  if (value !== 'json' && value !== 'lines') return `--log-format needs lines or json, not ${value}`;
  options.logFormat = value;
  return undefined;
}

const booleans: Readonly<Record<string, boolean>> = {
  '1': true,
  yes: true,
  y: true,
  true: true,
  t: true,
  on: true,
  auto: true,
  error: true,
  '0': false,
  no: false,
  n: false,
  false: false,
  f: false,
  off: false,
};

function exitCodeFrom(options: Mutable<Options>, value: string): string | undefined {
  const unit = value.includes('.') ? value : `${value}.service`;
  const name = parseUnitName(unit);
  if (!name.ok || name.value.isTemplate) return `--exit-code-from needs the name of a unit, not ${value}`;
  options.exitCodeFrom = unit;
  return undefined;
}

function http(options: Mutable<Options>, value: string): string | undefined {
  const address = parseHttpAddress(value);
  if (!address.ok) return `--http: ${address.error}`;
  options.http = value;
  return undefined;
}

function passEnvironment(options: Mutable<Options>, value: string): string | undefined {
  const names = value === '' ? ['*'] : value.split(',');
  const wrong = names.find((name) => name !== '*' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) return `--pass-environment needs names of variables, not ${wrong}`;
  options.passEnvironment = [...(options.passEnvironment ?? []), ...names];
  return undefined;
}

function managerPatience(options: Mutable<Options>, value: string): string | undefined {
  const usec = parseTimespan(value);
  if (!usec.ok) return `--manager-patience needs a time, as 30s, not ${value}`;
  options.managerPatienceMs = usec.value === Infinity ? 0 : Math.ceil(usec.value / 1000);
  return undefined;
}

function showStatus(options: Mutable<Options>, value: string): string | undefined {
  const shown = booleans[value.toLowerCase()];
  if (shown === undefined) return `--show-status needs yes or no, not ${value}`;
  options.showStatus = shown;
  return undefined;
}
