import type { Answer } from '../../api/contract.ts';
import { exitName } from '../../api/exit-names.ts';
import { signalText } from '../../api/signals.ts';
import { formatTimespan } from '../../api/time.ts';
import { formatTimestamp } from '../../base/timestamp.ts';
import { commandName, type ProcessTree } from '../processes.ts';
import { paintState, type Style } from './terminal.ts';
import { formatAgo } from './time.ts';

type Unit = NonNullable<Answer<'units.get'>[number]>;
type Properties = Readonly<Record<string, string>>;

/** All that the status of one unit is made of; the rest is layout. */
export interface StatusView {
  readonly unit: Unit;
  readonly properties: Properties;
  /** ActiveState= of the units that trigger this one or are triggered by it. */
  readonly triggers: ReadonlyMap<string, string>;
  readonly processes: { readonly path: string; readonly tree: ProcessTree } | undefined;
  readonly style: Style;
  /** CLOCK_REALTIME, microseconds. */
  readonly nowUsec: number;
}

/** The lines of `status` for one unit, without its log. */
export function renderStatus(view: StatusView): readonly string[] {
  return [
    ...headline(view),
    ...loaded(view),
    ...flag(view, 'Transient', 'Transient'),
    ...dropIns(view),
    ...active(view),
    ...duration(view),
    ...triggers(view, 'TriggeredBy'),
    ...triggers(view, 'Triggers'),
    ...text(view, 'Where', 'Where'),
    ...text(view, 'What', 'What'),
    ...documentation(view),
    ...listen(view),
    ...exited(view),
    ...pids(view),
    ...statusText(view),
    ...tasks(view),
    ...descriptorStore(view),
    ...memory(view),
    ...processorTime(view),
    ...processTree(view),
  ];
}

/**
 * When something happened that the manager has a CLOCK_MONOTONIC time of; undefined for never. JavaScript cannot read that
 * clock, but the last change of state is known by both.
 */
export function realtimeOf({ unit, properties }: Pick<StatusView, 'unit' | 'properties'>, name: string): number | undefined {
  const monotonic = Number(properties[name] ?? 0);
  const changed = Number(properties['StateChangeTimestampMonotonic'] ?? 0);
  return monotonic > 0 && changed > 0 && unit.sinceUsec > 0 ? unit.sinceUsec - changed + monotonic : undefined;
}

/** A tree of processes below its cgroup's path, each line with its branch. */
export function renderProcesses({ processes, groups }: ProcessTree, style: Style, indent = ''): readonly string[] {
  const { branch, last, vertical } = style.glyphs;
  const width = Math.max(0, ...processes.map(({ pid }) => String(pid).length));
  const count = processes.length + groups.length;
  const lines = processes.map(({ pid, command }, index) => {
    const glyph = index === count - 1 ? last : branch;
    return style.grey(`${indent}${glyph}${String(pid).padStart(width)} ${command}`);
  });
  groups.forEach(({ name, tree }, index) => {
    const isLast = processes.length + index === count - 1;
    lines.push(`${indent}${isLast ? last : branch}${name}`, ...renderProcesses(tree, style, indent + (isLast ? '  ' : vertical)));
  });
  return lines;
}

function row(label: string, value: string): string {
  return `${label.padStart(11)}: ${value}`;
}

const below = ' '.repeat(13);

function headline({ unit, style }: StatusView): readonly string[] {
  const { glyph, paint } = paintState(unit.active, style);
  const described = unit.description === '' || unit.description === unit.name ? '' : ` - ${unit.description}`;
  return [`${paint(glyph)} ${unit.name}${described}`];
}

/** Unit files of these states are enabled by nobody, so what presets say of them is of no interest. */
const withoutPreset: ReadonlySet<string> = new Set(['static', 'alias', 'generated', 'transient', '']);

function loaded({ unit, properties, style }: StatusView): readonly string[] {
  const load = unit.load === 'loaded' ? unit.load : style.red(unit.load);
  if (unit.load !== 'loaded') {
    const reason = unit.loadReason ?? reasons[unit.load]?.(unit.name);
    return [row('Loaded', reason === undefined ? load : `${load} (Reason: ${reason})`)];
  }
  const path = properties['SourcePath'] || unit.fragment;
  if (path === '') return [row('Loaded', load)];
  const state = properties['UnitFileState'] ?? '';
  const preset = properties['UnitFilePreset'] ?? '';
  const parts = [
    path,
    ...(state === '' ? [] : [paintFileState(state, style)]),
    ...(preset === '' || withoutPreset.has(state) ? [] : [`preset: ${paintFileState(preset, style)}`]),
  ];
  return [row('Loaded', `${load} (${parts.join('; ')})`)];
}

const reasons: Readonly<Record<string, (unit: string) => string>> = {
  masked: (unit) => `Unit ${unit} is masked.`,
  'bad-setting': (unit) => `Unit ${unit} has a bad unit file setting.`,
  'not-found': (unit) => `Unit ${unit} not found.`,
};

function paintFileState(state: string, { green, yellow }: Style): string {
  if (state.startsWith('enabled')) return green(state);
  return state === 'disabled' ? yellow(state) : state;
}

function flag({ properties }: StatusView, name: string, label: string): readonly string[] {
  return properties[name] === 'yes' ? [row(label, 'yes')] : [];
}

/** Grouped by directory, in the order in which they apply. */
function dropIns({ unit, style }: StatusView): readonly string[] {
  const lines: string[] = [];
  let directory = '';
  let names: string[] = [];
  const flush = (): void => {
    if (names.length > 0) lines.push(`${below}${style.glyphs.last}${names.join(', ')}`);
  };
  for (const path of unit.dropIns) {
    const slash = path.lastIndexOf('/');
    if (path.slice(0, slash) !== directory) {
      flush();
      directory = path.slice(0, slash);
      names = [];
      lines.push(lines.length === 0 ? row('Drop-In', directory) : `${below}${directory}`);
    }
    names.push(path.slice(slash + 1));
  }
  flush();
  return lines;
}

function active(view: StatusView): readonly string[] {
  const { unit, properties, style } = view;
  const { paint } = paintState(unit.active, style);
  const state = unit.sub === unit.active || unit.sub === '' ? unit.active : `${unit.active} (${unit.sub})`;
  const result = unit.result !== '' && unit.result !== 'success' ? ` (Result: ${unit.result})` : '';
  const lines = [row('Active', paint(state) + result + since(view))];
  const checked = realtimeOf(view, 'ConditionTimestampMonotonic');
  if (properties['ConditionResult'] === 'no' && checked !== undefined) {
    lines.push(row('Condition', `start condition failed at ${moment(view, checked)}`));
  }
  return lines;
}

const sinceProperty: Readonly<Record<string, string>> = {
  active: 'ActiveEnterTimestampMonotonic',
  reloading: 'ActiveEnterTimestampMonotonic',
  inactive: 'InactiveEnterTimestampMonotonic',
  failed: 'InactiveEnterTimestampMonotonic',
  activating: 'InactiveExitTimestampMonotonic',
  deactivating: 'ActiveExitTimestampMonotonic',
};

function since(view: StatusView): string {
  const entered = realtimeOf(view, sinceProperty[view.unit.active] ?? '') ?? view.unit.sinceUsec;
  return entered === 0 ? '' : ` since ${moment(view, entered)}`;
}

/** A CLOCK_REALTIME time as a date and how long ago. */
function moment({ nowUsec }: StatusView, realtimeUsec: number): string {
  return `${formatTimestamp(realtimeUsec)}; ${formatAgo(Math.max(0, nowUsec - realtimeUsec))}`;
}

function duration({ unit, properties }: StatusView): readonly string[] {
  if (unit.active !== 'inactive' && unit.active !== 'failed') return [];
  const entered = Number(properties['ActiveEnterTimestampMonotonic'] ?? 0);
  const left = Number(properties['ActiveExitTimestampMonotonic'] ?? 0);
  return entered > 0 && left > entered ? [row('Duration', formatTimespan(left - entered, 1000))] : [];
}

function triggers({ properties, triggers: states, style }: StatusView, name: 'TriggeredBy' | 'Triggers'): readonly string[] {
  return words(properties[name]).map((unit, index) => {
    const { glyph, paint } = paintState(states.get(unit) ?? 'inactive', style);
    const line = `${paint(glyph)} ${unit}`;
    return index === 0 ? row(name, line) : below + line;
  });
}

function text({ properties }: StatusView, name: string, label: string): readonly string[] {
  const value = properties[name] ?? '';
  return value === '' ? [] : [row(label, value)];
}

function documentation({ properties }: StatusView): readonly string[] {
  const links = (properties['Documentation'] ?? '').match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return links.map((link, index) => {
    const bare = link.replace(/^"(.*)"$/, '$1');
    return index === 0 ? row('Docs', bare) : below + bare;
  });
}

function listen({ properties }: StatusView): readonly string[] {
  const addresses = (properties['Listen'] ?? '').split('\n').filter((line) => line !== '');
  const lines = addresses.map((address, index) => (index === 0 ? row('Listen', address) : below + address));
  if (properties['Accept'] === 'yes')
    lines.push(row('Accepted', `${properties['NAccepted'] ?? '0'}; Connected: ${properties['NConnections'] ?? '0'};`));
  return lines;
}

const commandLists = ['ExecCondition', 'ExecStartPre', 'ExecStart', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost'];

/** The commands that ran and have ended, from `{ path=… ; argv[]=… ; … ; pid=68 ; code=exited ; status=0 }`. */
function exited({ properties, style }: StatusView): readonly string[] {
  return commandLists.flatMap((list) =>
    (properties[list] ?? '').split('\n').flatMap((line) => {
      const match = /; argv\[\]=(.*) ; ignore_errors=.*; pid=(\d+) ; code=(\w+) ; status=(\d+)/.exec(line);
      const [argv, pid, code, status] = [match?.[1], match?.[2], match?.[3], match?.[4]];
      if (argv === undefined || pid === undefined || pid === '0' || code === undefined || !ended.has(code)) return [];
      const outcome = outcomeText(code, Number(status));
      const bad = code !== 'exited' || status !== '0';
      return [row('Process', `${pid} ${list}=${argv} ${bad ? style.red(`(${outcome})`) : `(${outcome})`}`)];
    }),
  );
}

const ended: ReadonlySet<string> = new Set(['exited', 'killed', 'dumped']);

function outcomeText(code: string, status: number): string {
  if (code !== 'exited') return `code=${code}, signal=${signalText(status)}`;
  const name = exitName(status);
  return `code=exited, status=${status}${name === undefined ? '' : `/${name}`}`;
}

/** CLD_* of waitid(2), as ExecMainCode= has them. */
const exitCodes: Readonly<Record<string, string>> = { '1': 'exited', '2': 'killed', '3': 'dumped' };

function pids({ unit, properties, style }: StatusView): readonly string[] {
  const main = mainText(unit, properties, style);
  const control = unit.controlPid !== undefined && unit.controlPid > 0 ? withName(unit.controlPid) : undefined;
  if (main !== undefined) return [row('Main PID', control === undefined ? main : `${main}; Control PID: ${control}`)];
  return control === undefined ? [] : [row('Cntrl PID', control)];
}

function mainText(unit: Unit, properties: Properties, style: Style): string | undefined {
  if (unit.mainPid !== undefined && unit.mainPid > 0) return withName(unit.mainPid);
  const pid = properties['ExecMainPID'] ?? '0';
  const code = exitCodes[properties['ExecMainCode'] ?? '0'];
  if (pid === '0' || code === undefined) return undefined;
  const status = Number(properties['ExecMainStatus'] ?? 0);
  const outcome = `(${outcomeText(code, status)})`;
  return `${pid} ${code === 'exited' && status === 0 ? outcome : style.red(outcome)}`;
}

function withName(pid: number): string {
  const name = commandName(pid);
  return name === undefined ? String(pid) : `${pid} (${name})`;
}

function statusText({ unit, properties }: StatusView): readonly string[] {
  const said = unit.statusText ?? properties['StatusText'] ?? '';
  const error = Number(properties['StatusErrno'] ?? 0);
  return [...(said === '' ? [] : [row('Status', `"${said}"`)]), ...(error > 0 ? [row('Error', String(error))] : [])];
}

function tasks({ properties }: StatusView): readonly string[] {
  const current = number(properties['TasksCurrent']);
  if (current === undefined) return [];
  const limit = number(properties['TasksMax']);
  return [row('Tasks', `${current}${limit === undefined ? '' : ` (limit: ${limit})`}`)];
}

function descriptorStore({ properties }: StatusView): readonly string[] {
  const limit = number(properties['FileDescriptorStoreMax']) ?? 0;
  const held = number(properties['NFileDescriptorStore']) ?? 0;
  return limit > 0 || held > 0 ? [row('FD Store', `${held} (limit: ${limit})`)] : [];
}

function memory({ properties }: StatusView): readonly string[] {
  const current = number(properties['MemoryCurrent']);
  return current === undefined ? [] : [row('Memory', formatBytes(current))];
}

function processorTime({ properties }: StatusView): readonly string[] {
  const nanoseconds = number(properties['CPUUsageNSec']);
  return nanoseconds === undefined ? [] : [row('CPU', formatTimespan(Math.floor(nanoseconds / 1000), 1000))];
}

function processTree({ processes, style }: StatusView): readonly string[] {
  if (processes === undefined) return [];
  const lines = renderProcesses(processes.tree, style).map((line) => below + line);
  if (processes.path !== '') return [row('CGroup', processes.path), ...lines];
  const [first, ...others] = lines;
  return first === undefined ? [] : [row('Processes', first.slice(below.length)), ...others];
}

/** A property that is a number; undefined for `[not set]`, `infinity` and the number that stands for unknown. */
function number(value: string | undefined): number | undefined {
  return value === undefined || !/^\d+$/.test(value) || value === '18446744073709551615' ? undefined : Number(value);
}

function words(value: string | undefined): readonly string[] {
  return (value ?? '').split(' ').filter((word) => word !== '');
}

/** Bytes as systemd prints them: 1.5M. */
function formatBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T', 'P'];
  let power = 0;
  let amount = bytes;
  while (amount >= 1024 && power < units.length - 1) {
    amount /= 1024;
    power++;
  }
  const rounded = power === 0 ? String(amount) : (Math.floor(amount * 10) / 10).toFixed(1);
  return `${rounded}${units[power] ?? ''}`;
}
