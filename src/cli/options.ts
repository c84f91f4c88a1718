import { err, ok, type Result } from '../base/result.ts';
import { flag, type OptionRow, readBoolean, readWords, text, type Words } from './getopt.ts';
import { signalNumber } from '../api/signals.ts';
import { type Host, readHost } from './host.ts';
import { listForm } from './output/json.ts';
import { outputNames } from '../base/output-names.ts';
import { timestampForms, type TimestampForm } from '../base/timestamp.ts';
import { cleanableKinds, presetModes, type PresetMode } from './option-words.ts';

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
  readonly presetMode: PresetMode;
  readonly withDependencies: boolean;
  /** Of `clean`. */
  readonly what: readonly string[];
  readonly marked: boolean;
  /** The drop-in that `edit` is about; its usual one where none is named. */
  readonly dropIn: string | undefined;
  /** `edit` takes the new text from standard input. */
  readonly stdin: boolean;
  /** The words of an option that were asked for, as by --output=help. */
  readonly list: readonly string[] | undefined;
  /** How points in time are shown. */
  readonly timestamp: TimestampForm;
  readonly readOnly: boolean;
  readonly mkdir: boolean;
  /** Of `plan`: compare with what it would be with another file. */
  readonly diff: boolean;
  /** Points in time, as they were written. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly at: string | undefined;
  /** Of `lint`: warnings count as errors; the form for tools of code review; where units are to run; the systemd that is to read them. */
  readonly strict: boolean;
  readonly sarif: boolean;
  readonly target: string | undefined;
  readonly forVersion: string | undefined;
  /** Do what is shown without asking. */
  readonly yes: boolean;
  /** The machine that is meant, in place of this one. */
  readonly host: Host | undefined;
  readonly print: 'help' | 'version' | undefined;
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
  withDependencies: false,
  what: [],
  marked: false,
  dropIn: undefined,
  stdin: false,
  list: undefined,
  timestamp: 'pretty',
  readOnly: false,
  mkdir: false,
  diff: false,
  since: undefined,
  until: undefined,
  at: undefined,
  strict: false,
  sarif: false,
  target: undefined,
  forVersion: undefined,
  yes: false,
  host: undefined,
  print: undefined,
};

const whom = text((value) => ({ whom: value }));

/** The rows stand in the order in which getopt_long(3) names those that an abbreviation may mean. */
export const optionRows: readonly OptionRow<Options>[] = [
  { long: 'help', short: 'h', isLast: true, ...flag({ print: 'help' }) },
  { long: 'version', isLast: true, ...flag({ print: 'version' }) },
  { long: 'type', short: 't', value: 'required', apply: readTypes },
  { long: 'property', short: 'p', ...text((value, { properties }: Options) => ({ properties: withProperties(properties, value) })) },
  { short: 'P', ...text((value, { properties }: Options) => ({ properties: withProperties(properties, value), value: true })) },
  { long: 'all', short: 'a', ...flag({ all: true }) },
  { long: 'reverse', ...flag({ reverse: true }) },
  { long: 'after', ...flag({ after: true }) },
  { long: 'before', ...flag({ before: true }) },
  { long: 'show-types', ...flag({ showTypes: true }) },
  { long: 'failed', value: 'none', apply: (_value, { states }) => ok({ states: [...states, 'failed'] }) },
  { long: 'full', short: 'l', ...flag({ full: true }) },
  { long: 'job-mode', ...text((jobMode) => ({ jobMode })) },
  { long: 'fail', ...flag({ jobMode: 'fail' }) },
  { long: 'irreversible', ...flag({ jobMode: 'replace-irreversibly' }) },
  { long: 'ignore-dependencies', ...flag({ jobMode: 'ignore-dependencies' }) },
  { long: 'ignore-inhibitors', short: 'i', ...flag({}) },
  { long: 'check-inhibitors', value: 'required', apply: readInhibitors },
  { long: 'value', ...flag({ value: true }) },
  { long: 'user', ...flag({ scope: 'user' }) },
  { long: 'system', ...flag({ scope: 'system' }) },
  { long: 'global', ...flag({ global: true }) },
  { long: 'wait', ...flag({ wait: true }) },
  { long: 'no-block', ...flag({ block: false }) },
  { long: 'legend', value: 'required', apply: (value = '') => readBoolean('legend', value, (legend) => ({ legend })) },
  { long: 'no-legend', ...flag({ legend: false }) },
  { long: 'no-pager', ...flag({ pager: false }) },
  // These have nothing to change here: no password agents, no wall messages, no inhibitors.
  { long: 'no-wall', ...flag({}) },
  { long: 'dry-run', ...flag({ dryRun: true }) },
  { long: 'quiet', short: 'q', ...flag({ quiet: true }) },
  { long: 'root', ...text((root) => ({ root })) },
  { long: 'image', ...refused('Disk images cannot be worked on: mount the image and use --root=.') },
  { long: 'force', short: 'f', value: 'none', apply: (_value, { force }) => ok({ force: force + 1 }) },
  { long: 'no-reload', ...flag({ reload: false }) },
  { long: 'kill-whom', ...whom },
  { long: 'kill-who', ...whom },
  { long: 'signal', short: 's', value: 'required', apply: (value = '') => readSignal(value) },
  { long: 'no-ask-password', ...flag({}) },
  { long: 'host', short: 'H', value: 'required', apply: (value = '') => readHostOption(value) },
  { long: 'machine', short: 'M', ...refused('tysd does not run containers: run tysctl inside the container instead.') },
  { long: 'runtime', ...flag({ runtime: true }) },
  { long: 'runtime-directory', isWhole: true, ...text((runtimeDirectory) => ({ runtimeDirectory })) },
  { long: 'lines', short: 'n', value: 'required', apply: (value = '') => readLines(value) },
  { long: 'output', short: 'o', value: 'required', apply: (value = '') => readOutput(value) },
  { long: 'plain', ...flag({ plain: true }) },
  { long: 'state', value: 'required', apply: readStates },
  // Only containers would be recursed into.
  { long: 'recursive', short: 'r', ...flag({}) },
  { long: 'with-dependencies', ...flag({ withDependencies: true }) },
  { long: 'preset-mode', value: 'required', apply: (value = '') => readPresetMode(value) },
  { long: 'firmware-setup', value: 'none', apply: () => err('--firmware-setup: tysd does not speak to the firmware.') },
  { long: 'boot-loader-menu', ...refused('--boot-loader-menu=: tysd does not speak to the boot loader.') },
  { long: 'boot-loader-entry', ...refused('--boot-loader-entry=: tysd does not speak to the boot loader.') },
  { long: 'now', ...flag({ now: true }) },
  { long: 'message', ...text(() => ({})) },
  { long: 'show-transaction', short: 'T', ...flag({ showTransaction: true }) },
  { long: 'what', value: 'required', apply: readWhat },
  { long: 'reboot-argument', ...text(() => ({})) },
  { long: 'timestamp', value: 'required', apply: (value = '') => readTimestamp(value) },
  { long: 'read-only', ...flag({ readOnly: true }) },
  { long: 'mkdir', ...flag({ mkdir: true }) },
  { long: 'marked', ...flag({ marked: true }) },
  // From systemd 253 and 256.
  { long: 'no-warn', isWhole: true, ...flag({}) },
  { long: 'drop-in', isWhole: true, ...text((dropIn) => ({ dropIn })) },
  { long: 'stdin', isWhole: true, ...flag({ stdin: true }) },
  // tysd's own.
  { long: 'json', isWhole: true, ...flag(asJson('json')) },
  { long: 'since', isWhole: true, ...text((since) => ({ since })) },
  { long: 'until', isWhole: true, ...text((until) => ({ until })) },
  { long: 'at', isWhole: true, ...text((at) => ({ at })) },
  { long: 'strict', isWhole: true, ...flag({ strict: true }) },
  { long: 'sarif', isWhole: true, ...flag({ sarif: true }) },
  { long: 'target', isWhole: true, ...text((target) => ({ target })) },
  { long: 'for-version', isWhole: true, ...text((forVersion) => ({ forVersion })) },
  { long: 'yes', isWhole: true, ...flag({ yes: true }) },
  { long: 'diff', isWhole: true, ...flag({ diff: true }) },
];

/** Reads the command line of systemctl(1). An error is what to print. */
export function parseCommandLine(program: string, argv: readonly string[]): Result<Words<Options>, string> {
  const read = readWords(program, argv, optionRows, defaults);
  if (!read.ok) return read.error.endsWith("invalid option -- '.'") ? err(`${read.error}\n${dashHint(program, argv)}`) : read;
  const problem = contradiction(read.value);
  return problem === undefined || read.value.options.print !== undefined ? read : err(problem);
}

/** Units may be called -.mount, which looks like options. */
function dashHint(program: string, argv: readonly string[]): string {
  const unit = argv.find((word) => word.startsWith('-.') && word !== '-.') ?? '-.mount';
  return `Hint: to specify units starting with a dash, use "--":\n      ${program} [OPTIONS...] COMMAND -- ${unit} ...`;
}

function contradiction({ options, words }: Words<Options>): string | undefined {
  if (options.host !== undefined && options.scope === 'user') return 'Cannot access user instance remotely.';
  if (options.wait && !options.block) return '--wait may not be combined with --no-block.';
  if (options.marked && words[0] !== 'reload-or-restart') return "--marked may only be used with 'reload-or-restart'.";
  return undefined;
}

function refused(reason: string): Pick<OptionRow<Options>, 'value' | 'apply'> {
  return { value: 'required', apply: () => err(reason) };
}

function commas(value: string): readonly string[] {
  return value.split(',').filter((part) => part !== '');
}

/** An empty list means none of them, not all. */
function withProperties(before: readonly string[], value: string): readonly string[] {
  return value === '' && before.length === 0 ? [''] : [...before, ...commas(value)];
}

function readTypes(value = '', { types }: Options): Result<Partial<Options>, string> {
  return value === '' ? err('--type= requires arguments.') : ok({ types: [...types, ...commas(value)] });
}

function readStates(value = '', { states }: Options): Result<Partial<Options>, string> {
  return value === '' ? err('--state= requires arguments.') : ok({ states: [...states, ...commas(value)] });
}

function readWhat(value = '', { what }: Options): Result<Partial<Options>, string> {
  if (value === '') return err('--what= requires arguments.');
  return value === 'help' ? ok({ list: cleanableKinds }) : ok({ what: [...what, ...commas(value)] });
}

function readInhibitors(value = ''): Result<Partial<Options>, string> {
  const isKnown = value === 'auto' || readBoolean('check-inhibitors', value, () => ({})).ok;
  return isKnown ? ok({}) : err(`Failed to parse --check-inhibitors= argument: ${value}`);
}

function readHostOption(value: string): Result<Partial<Options>, string> {
  const host = readHost(value);
  return host.ok ? ok({ host: host.value }) : host;
}

function readLines(value: string): Result<Partial<Options>, string> {
  return /^\d{1,9}$/.test(value) ? ok({ lines: Number(value) }) : err(`Failed to parse lines '${value}'`);
}

/** The lists of signals are printed where the option is used. */
function readSignal(signal: string): Result<Partial<Options>, string> {
  const isKnown = signal === 'help' || signal === 'list' || (signalNumber(signal) ?? 0) > 0;
  return isKnown ? ok({ signal }) : err(`Failed to parse signal string "${signal}".`);
}

function readOutput(output: string): Result<Partial<Options>, string> {
  if (output === 'help') return ok({ list: outputNames });
  if (!outputNames.some((name) => name === output)) return err(`Unknown output '${output}'.`);
  return ok(listForm(output) === 'table' ? { output } : asJson(output));
}

/** What programs are to read has nothing for people around it. */
function asJson(output: string) {
  return { output, legend: false, plain: true };
}

function readPresetMode(mode: string): Result<Partial<Options>, string> {
  if (mode === 'help') return ok({ list: presetModes });
  const presetMode = presetModes.find((known) => known === mode);
  return presetMode === undefined ? err(`Failed to parse preset mode: ${mode}.`) : ok({ presetMode });
}

function readTimestamp(value: string): Result<Partial<Options>, string> {
  if (value === 'help') return ok({ list: timestampForms });
  const timestamp = timestampForms.find((form) => form === value.replace(/[µμ]/, 'u'));
  return timestamp === undefined ? err(`Invalid value: ${value}.`) : ok({ timestamp });
}
