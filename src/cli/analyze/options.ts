import { isUnitName, readTypedName } from '../../api/unit-name.ts';
import { parseTimespan, parseTimestamp } from '../../api/time.ts';
import { simplifyPath } from '../../base/path.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { flag, type OptionRow, readBoolean, readWords, text, type Words } from '../getopt.ts';
import { type Host, readHost } from '../host.ts';
import { localClock } from './local-clock.ts';

/** What systemd-analyze's options say. */
export interface AnalyzeOptions {
  readonly scope: 'system' | 'user' | 'global';
  /** The manager that was named; any where none was. */
  readonly manager: 'system' | 'user' | undefined;
  /** The machine on which the same is to be asked. */
  readonly host: Host | undefined;
  readonly root: string | undefined;
  readonly iterations: number;
  /** Microseconds since 1970; now where it is undefined. */
  readonly baseTime: number | undefined;
  /** The unit whose conditions are looked at. */
  readonly unit: string | undefined;
  /** How JSON is written, where that is asked for. */
  readonly json: 'short' | 'pretty' | undefined;
  /** Of security: the exposure, of 100, above which the exit status is not 0. */
  readonly threshold: number;
  /** Of security: the file with the policy by which services are judged, absolute. */
  readonly policy: string | undefined;
  /** Of security: a portable profile that goes with files: its name, or the absolute path of a drop-in. */
  readonly profile: string | undefined;
  readonly offline: boolean;
  readonly quiet: boolean;
  /** Of dot: only one kind of edges. */
  readonly graph: 'order' | 'require' | undefined;
  readonly fromPatterns: readonly string[];
  readonly toPatterns: readonly string[];
  /** Of critical-chain: how much earlier than the last one a unit may have been up to be shown, in microseconds. */
  readonly fuzz: number;
  /** Of plot: how much wider it is, with more details, or as a table with or without a header. */
  readonly scale: number;
  readonly detailed: boolean;
  readonly table: boolean;
  readonly legend: boolean;
  /** Of verify: whose warnings count; undefined where none do. */
  readonly recursion: 'no' | 'one' | 'yes' | undefined;
  /** Of verify: whether pages of the manual are looked for, and the instance that stands for a template. */
  readonly man: boolean;
  /** Of verify: whether generators run first, for units of theirs that others need. */
  readonly generators: boolean;
  readonly instance: string;
  /** Of cat-config: only lines that say something. */
  readonly tldr: boolean;
  readonly print: 'help' | 'version' | undefined;
}

const defaults: AnalyzeOptions = {
  scope: 'system',
  manager: undefined,
  host: undefined,
  root: undefined,
  iterations: 1,
  baseTime: undefined,
  unit: undefined,
  json: undefined,
  threshold: 100,
  policy: undefined,
  profile: undefined,
  offline: false,
  quiet: false,
  graph: undefined,
  fromPatterns: [],
  toPatterns: [],
  fuzz: 0,
  scale: 1,
  detailed: false,
  table: false,
  legend: true,
  recursion: undefined,
  man: true,
  generators: false,
  instance: 'i',
  tldr: false,
  print: undefined,
};

/** In the order in which getopt_long(3) names those that an abbreviation may mean. */
export const analyzeOptionRows: readonly OptionRow<AnalyzeOptions>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'quiet', short: 'q', ...flag({ quiet: true }) },
  { long: 'order', ...flag({ graph: 'order' }) },
  { long: 'require', ...flag({ graph: 'require' }) },
  { long: 'root', ...text((root) => ({ root: root === '/' ? undefined : root })) },
  { long: 'image', ...refusal('Disk images cannot be worked on: mount the image and use --root=.') },
  { long: 'recursive-errors', value: 'required', apply: readRecursion },
  { long: 'offline', value: 'required', apply: (value = '') => readBoolean('offline', value, (offline) => ({ offline })) },
  { long: 'threshold', value: 'required', apply: readThreshold },
  { long: 'security-policy', ...text((path) => ({ policy: path === '' ? undefined : absolute(path) })) },
  { long: 'system', ...flag({ scope: 'system', manager: 'system' }) },
  { long: 'user', ...flag({ scope: 'user', manager: 'user' }) },
  { long: 'global', ...flag({ scope: 'global' }) },
  { long: 'from-pattern', ...text((pattern, { fromPatterns }) => ({ fromPatterns: [...fromPatterns, pattern] })) },
  { long: 'to-pattern', ...text((pattern, { toPatterns }) => ({ toPatterns: [...toPatterns, pattern] })) },
  { long: 'fuzz', value: 'required', apply: readFuzz },
  { long: 'no-pager', ...flag({}) },
  { long: 'man', value: 'optional', apply: (value = 'yes') => readBoolean('man', value, (man) => ({ man })) },
  { long: 'generators', value: 'optional', apply: readGenerators },
  { long: 'host', short: 'H', value: 'required', apply: readHostOption },
  { long: 'machine', short: 'M', ...refusal('tysd does not run containers: run systemd-analyze inside the container instead.') },
  { long: 'iterations', value: 'required', apply: readIterations },
  { long: 'base-time', value: 'required', apply: readBaseTime },
  { long: 'unit', short: 'U', value: 'required', apply: readUnit },
  { long: 'json', value: 'required', apply: readJson },
  { long: 'profile', value: 'required', apply: readProfile },
  // Younger than 252: no abbreviation of an older one is to mean them, too.
  { long: 'scale-svg', isWhole: true, value: 'required', apply: readScale },
  { long: 'detailed', isWhole: true, ...flag({ detailed: true }) },
  { long: 'table', isWhole: true, ...flag({ table: true }) },
  { long: 'instance', isWhole: true, value: 'required', apply: readInstance },
  { long: 'tldr', isWhole: true, ...flag({ tldr: true }) },
  { long: 'output', short: 'o', isWhole: true, value: 'required', apply: readOutput },
  { long: 'no-legend', isWhole: true, ...flag({ legend: false }) },
];

/** Reads the command line of systemd-analyze(1). An error is what to print. */
export function parseAnalyze(argv: readonly string[]): Result<Words<AnalyzeOptions>, string> {
  const read = readWords('systemd-analyze', argv, analyzeOptionRows, defaults);
  if (!read.ok || read.value.options.print !== undefined) return read;
  const { options, words } = read.value;
  const problem = contradiction(options, words);
  return problem === undefined ? read : err(problem);
}

/** The verbs that can print JSON. */
const jsonVerbs: readonly string[] = (
  'security plot pcrs architectures capability exit-status inspect-elf time blame critical-chain ' +
  'unit-paths unit-files filesystems syscall-filter calendar timestamp timespan'
).split(' ');

function contradiction(
  { scope, unit, json, root, offline, threshold, policy, host }: AnalyzeOptions,
  [verb = 'time', first]: readonly string[],
): string | undefined {
  if (offline && verb !== 'security') return 'Option --offline= is only supported for security right now.';
  if (json !== undefined && !jsonVerbs.includes(verb)) return `Option --json= is only supported for ${jsonVerbs.join(', ')} right now.`;
  if (threshold !== defaults.threshold && verb !== 'security') return 'Option --threshold= is only supported for security right now.';
  if (host !== undefined && scope === 'user') return 'Cannot access user instance remotely.';
  if (scope === 'global' && !['dot', 'unit-paths', 'verify'].includes(verb))
    return 'Option --global only makes sense with verbs dot, unit-paths, verify.';
  if (scope === 'user' && verb === 'cat-config') return 'Option --user is not supported for cat-config right now.';
  if (policy !== undefined && verb !== 'security') return 'Option --security-policy= is only supported for security.';
  if (root !== undefined && verb !== 'cat-config' && verb !== 'verify' && verb !== 'condition' && !(verb === 'security' && offline))
    return 'Options --root= and --image= are only supported for cat-config, verify, condition and security when used with --offline= right now.';
  if (unit !== undefined && verb !== 'condition') return 'Option --unit= is only supported for condition';
  if (verb === 'condition' && unit === undefined && first === undefined) return 'Too few arguments for condition';
  if (verb === 'condition' && unit !== undefined && first !== undefined) return 'No conditions can be passed if --unit= is used.';
  return undefined;
}

function refusal(reason: string): Pick<OptionRow<AnalyzeOptions>, 'value' | 'apply'> {
  return { value: 'required', apply: () => err(reason) };
}

/** A name, or a path, which has a slash in it. */
function readProfile(value = ''): Result<Partial<AnalyzeOptions>, string> {
  if (value === '') return err('Profile file name is empty');
  if (!value.includes('/')) return ok({ profile: value });
  const profile = absolute(value);
  return profile.endsWith('.conf') ? ok({ profile }) : err(`Profile file name must end with .conf: ${profile}`);
}

function absolute(path: string): string {
  return simplifyPath(path.startsWith('/') ? path : `${process.cwd()}/${path}`);
}

function readHostOption(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const host = readHost(value);
  return host.ok ? ok({ host: host.value }) : host;
}

function readFuzz(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const fuzz = parseTimespan(value);
  return fuzz.ok ? ok({ fuzz: fuzz.value }) : err(`Failed to parse --fuzz= parameter: ${value}`);
}

function readScale(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const scale = /^\d{1,3}(\.\d+)?$/.test(value) ? Number(value) : 0;
  return scale > 0 ? ok({ scale }) : err(`Failed to parse --scale-svg= parameter: ${value}`);
}

function readGenerators(value = 'yes'): Result<Partial<AnalyzeOptions>, string> {
  return readBoolean('generators', value, (generators) => ({ generators }));
}

function readRecursion(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const recursion = (['no', 'one', 'yes'] as const).find((mode) => mode === value);
  return recursion === undefined ? err(`Unknown mode passed to --recursive-errors='${value}'.`) : ok({ recursion });
}

function readInstance(value = ''): Result<Partial<AnalyzeOptions>, string> {
  return isUnitName(`x@${value}.service`) && value !== '' ? ok({ instance: value }) : err(`Invalid instance name: ${value}`);
}

function readThreshold(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const threshold = Number(value.trim());
  return /^\s*\+?\d{1,10}\s*$/.test(value) && threshold <= 100 ? ok({ threshold }) : err(`Failed to parse threshold: ${value}`);
}

function readIterations(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const number = Number(value.trim());
  return /^\s*\+?\d{1,10}\s*$/.test(value) && number < 2 ** 32 ? ok({ iterations: number }) : err(`Failed to parse iterations: ${value}`);
}

function readBaseTime(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const baseTime = parseTimestamp(value, localClock());
  return baseTime.ok ? ok({ baseTime: baseTime.value }) : err(`Failed to parse --base-time= parameter: ${value}`);
}

function readUnit(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const typed = readTypedName(value);
  return typed === undefined ? err(`Failed to mangle unit name '${value}': Invalid argument`) : ok({ unit: typed.name });
}

function readJson(value = ''): Result<Partial<AnalyzeOptions>, string> {
  if (value === 'off') return ok({ json: undefined });
  return value === 'short' || value === 'pretty' ? ok({ json: value }) : err(`Unknown argument to --json= switch: ${value}`);
}

/** As systemctl calls the same forms. */
function readOutput(value = ''): Result<Partial<AnalyzeOptions>, string> {
  const forms = { table: undefined, json: 'short', 'json-pretty': 'pretty' } as const;
  const form = (['table', 'json', 'json-pretty'] as const).find((each) => each === value);
  return form === undefined ? err(`Unknown output '${value}'.`) : ok({ json: forms[form] });
}
