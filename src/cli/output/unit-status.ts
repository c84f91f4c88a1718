import { fileUrl } from './file-url.ts';
import type { Answer } from '../../api/contract.ts';
import { formatBytes } from '../../base/bytes-text.ts';
import { columnsOf } from '../../base/columns.ts';
import { formatAgo, formatTimespan } from '../../base/duration.ts';
import { formatTimestamp, type TimestampForm } from '../../base/timestamp.ts';
import { visibleText } from '../../base/visible-text.ts';
import { countProcesses, isEmpty, type ProcessTree } from '../processes.ts';
import { belowRow, statusRow } from './status-row.ts';
import { paintState, type Style } from './terminal.ts';
import { exitedCommands, mainAndControl } from './unit-processes.ts';
import { shortened } from './wrap.ts';

type Unit = NonNullable<Answer<'units.get'>[number]>;
type Properties = Readonly<Record<string, string>>;

/** All that the status of one unit is made of; the rest is layout. */
export interface StatusView {
  readonly unit: Unit;
  readonly properties: Properties;
  /** ActiveState= of the units that trigger this one or are triggered by it. */
  readonly triggers: ReadonlyMap<string, string>;
  readonly processes: { readonly path: string; readonly tree: ProcessTree } | undefined;
  /** Sentences on settings that are not carried out. */
  readonly notApplied: readonly string[];
  readonly style: Style;
  /** Columns to which the command lines of processes are cut; undefined where they may be of any length. */
  readonly width?: number | undefined;
  /** How points in time are shown. */
  readonly timestamp: TimestampForm;
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
    ...nextElapse(view),
    ...triggers(view, 'Triggers'),
    ...text(view, 'SysFSPath', 'Device'),
    ...text(view, 'Where', 'Where'),
    ...text(view, 'What', 'What'),
    ...documentation(view),
    ...unapplied(view),
    ...listen(view),
    ...exitedCommands(view),
    ...mainAndControl(view),
    ...statusText(view),
    ...traffic(view),
    ...transfer(view),
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
export function renderProcesses({ processes, groups }: ProcessTree, style: Style, columns?: number, indent = ''): readonly string[] {
  const { branch, last, vertical } = style.glyphs;
  const width = Math.max(0, ...processes.map(({ pid }) => String(pid).length));
  const count = processes.length + groups.length;
  const lines = processes.map(({ pid, command }, index) => {
    const glyph = index === count - 1 ? last : branch;
    const before = indent + glyph;
    const line = `${String(pid).padStart(width)} ${command}`;
    const room = columns === undefined ? undefined : Math.max(1, columns - columnsOf(before));
    return before + style.grey(room === undefined ? line : shortened(line, room, style.glyphs.ellipsis));
  });
  groups.forEach(({ name, tree }, index) => {
    const isLast = processes.length + index === count - 1;
    lines.push(`${indent}${isLast ? last : branch}${name}`, ...renderProcesses(tree, style, columns, indent + (isLast ? '  ' : vertical)));
  });
  return lines;
}

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
    return [statusRow('Loaded', reason === undefined ? load : `${load} (Reason: ${reason})`)];
  }
  const path = properties['SourcePath'] || unit.fragment;
  if (path === '') return [statusRow('Loaded', load)];
  const state = properties['UnitFileState'] ?? '';
  const preset = properties['UnitFilePreset'] ?? '';
  const parts = [
    style.link(fileUrl(path), path),
    ...(state === '' ? [] : [paintFileState(state, style)]),
    ...(preset === '' || withoutPreset.has(state) ? [] : [`preset: ${paintFileState(preset, style)}`]),
  ];
  return [statusRow('Loaded', `${load} (${parts.join('; ')})`)];
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
  return properties[name] === 'yes' ? [statusRow(label, 'yes')] : [];
}

/** Grouped by directory, in the order in which they apply. */
function dropIns({ unit, style }: StatusView): readonly string[] {
  const lines: string[] = [];
  let directory = '';
  let names: string[] = [];
  const flush = (): void => {
    if (names.length > 0) lines.push(`${belowRow}${style.glyphs.last}${names.join(', ')}`);
  };
  for (const path of unit.dropIns) {
    const slash = path.lastIndexOf('/');
    if (path.slice(0, slash) !== directory) {
      flush();
      directory = path.slice(0, slash);
      names = [];
      lines.push(lines.length === 0 ? statusRow('Drop-In', directory) : `${belowRow}${directory}`);
    }
    names.push(style.link(fileUrl(path), path.slice(slash + 1)));
  }
  flush();
  return lines;
}

function active(view: StatusView): readonly string[] {
  const { unit, style } = view;
  const { paint } = paintState(unit.active, style);
  const state = unit.sub === unit.active || unit.sub === '' ? unit.active : `${unit.active} (${unit.sub})`;
  const result = unit.result !== '' && unit.result !== 'success' ? ` (Result: ${unit.result})` : '';
  return [statusRow('Active', paint(state) + result + since(view)), ...unmetConditions(view), ...unmetAsserts(view)];
}

function unmetConditions(view: StatusView): readonly string[] {
  const { unit, properties, style } = view;
  const checked = unit.conditionUsec ?? realtimeOf(view, 'ConditionTimestampMonotonic');
  if (properties['ConditionResult'] !== 'no' || checked === undefined) return [];
  const { branch, last } = style.glyphs;
  const unmet = unit.unmetConditions ?? [];
  return [
    statusRow('Condition', `start condition failed at ${moment(view, checked)}`),
    ...unmet.map((condition, index) => `${belowRow}${index === unmet.length - 1 ? last : branch} ${condition} was not met`),
  ];
}

/** systemctl names the assert that stood in the way, unless that was that none of several holds. */
function unmetAsserts(view: StatusView): readonly string[] {
  const { unit, properties } = view;
  const checked = unit.assertUsec ?? realtimeOf(view, 'AssertTimestampMonotonic');
  if (properties['AssertResult'] !== 'no' || checked === undefined) return [];
  const [needed] = (unit.unmetAsserts ?? []).filter((assertion) => !assertion.includes('=|'));
  const reason = needed === undefined ? 'none of the trigger assertions were met' : `${needed} was not met`;
  return [statusRow('Assert', `start assertion failed at ${moment(view, checked)}`), `${belowRow}${reason}`];
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
function moment({ nowUsec, timestamp }: StatusView, realtimeUsec: number): string {
  return `${formatTimestamp(realtimeUsec, timestamp)}; ${formatAgo(Math.max(0, nowUsec - realtimeUsec))}`;
}

function duration({ unit, properties }: StatusView): readonly string[] {
  if (unit.active !== 'inactive' && unit.active !== 'failed') return [];
  const entered = Number(properties['ActiveEnterTimestampMonotonic'] ?? 0);
  const left = Number(properties['ActiveExitTimestampMonotonic'] ?? 0);
  return entered > 0 && left > entered ? [statusRow('Duration', formatTimespan(left - entered, 1000))] : [];
}

function triggers({ properties, triggers: states, style }: StatusView, name: 'TriggeredBy' | 'Triggers'): readonly string[] {
  return words(properties[name]).map((unit, index) => {
    const { paint, glyph } = paintState(states.get(unit) ?? 'inactive', style);
    // As in systemd 252, of what a unit triggers the colour alone tells the state.
    const line = `${paint(name === 'Triggers' ? paintState('active', style).glyph : glyph)} ${unit}`;
    return index === 0 ? statusRow(name, line) : belowRow + line;
  });
}

function nextElapse({ unit, nowUsec, timestamp }: StatusView): readonly string[] {
  if (unit.timer === undefined) return [];
  const { nextUsec } = unit.timer;
  const next = nextUsec === null || nextUsec === 0 ? 'n/a' : `${formatTimestamp(nextUsec, timestamp)}; ${formatAgo(nowUsec - nextUsec)}`;
  return [statusRow('Trigger', next)];
}

function text({ properties }: StatusView, name: string, label: string): readonly string[] {
  const value = properties[name] ?? '';
  return value === '' ? [] : [statusRow(label, value)];
}

function documentation({ properties, style }: StatusView): readonly string[] {
  const links = (properties['Documentation'] ?? '').match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return links.map((link, index) => {
    const target = link.replace(/^"(.*)"$/, '$1');
    const bare = style.link(target.startsWith('/') ? fileUrl(target) : target, target);
    return index === 0 ? statusRow('Docs', bare) : belowRow + bare;
  });
}

/** Names alone, in one line; `plan` says why. */
function unapplied({ notApplied, style }: StatusView): readonly string[] {
  const names = notApplied.flatMap((sentence) => /^(\S+=) is not applied/.exec(sentence)?.[1] ?? []);
  return names.length === 0 ? [] : [statusRow('Not applied', style.yellow(names.join(' ')))];
}

function listen({ properties }: StatusView): readonly string[] {
  const addresses = (properties['Listen'] ?? '').split('\n').filter((line) => line !== '');
  const lines = addresses.map((address, index) => (index === 0 ? statusRow('Listen', address) : belowRow + address));
  if (properties['Accept'] === 'yes')
    lines.push(statusRow('Accepted', `${properties['NAccepted'] ?? '0'}; Connected: ${properties['NConnections'] ?? '0'};`));
  return lines;
}

function statusText({ unit, properties }: StatusView): readonly string[] {
  const said = unit.statusText ?? properties['StatusText'] ?? '';
  const error = Number(properties['StatusErrno'] ?? 0);
  return [
    ...(said === '' ? [] : [statusRow('Status', `"${visibleText(said)}"`)]),
    ...(error > 0 ? [statusRow('Error', String(error))] : []),
  ];
}

function tasks({ properties }: StatusView): readonly string[] {
  const current = number(properties['TasksCurrent']);
  if (current === undefined) return [];
  const limit = number(properties['TasksMax']);
  return [statusRow('Tasks', `${current}${limit === undefined ? '' : ` (limit: ${limit})`}`)];
}

function descriptorStore({ properties }: StatusView): readonly string[] {
  const limit = number(properties['FileDescriptorStoreMax']) ?? 0;
  const held = number(properties['NFileDescriptorStore']) ?? 0;
  return limit > 0 || held > 0 ? [statusRow('FD Store', `${held} (limit: ${limit})`)] : [];
}

/** The limits in the order in which systemd tells them, each if it is one. */
const memoryLimits = [
  ['MemoryMin', 'min'],
  ['MemoryLow', 'low'],
  ['MemoryHigh', 'high'],
  ['MemoryMax', 'max'],
  ['MemorySwapMax', 'swap max'],
  ['MemoryLimit', 'limit'],
  ['MemoryAvailable', 'available'],
] as const;

function memory({ properties }: StatusView): readonly string[] {
  const current = number(properties['MemoryCurrent']);
  if (current === undefined) return [];
  const limits = memoryLimits.flatMap(([name, label]) => {
    const bytes = number(properties[name]);
    const isProtection = name === 'MemoryMin' || name === 'MemoryLow';
    return bytes === undefined || (isProtection && bytes === 0) ? [] : [`${label}: ${formatBytes(bytes)}`];
  });
  return [statusRow('Memory', `${formatBytes(current)}${limits.length === 0 ? '' : ` (${limits.join(' ')})`}`)];
}

function traffic({ properties }: StatusView): readonly string[] {
  const [received, sent] = [number(properties['IPIngressBytes']), number(properties['IPEgressBytes'])];
  if (received === undefined || sent === undefined) return [];
  return [statusRow('IP', `${formatBytes(received)} in, ${formatBytes(sent)} out`)];
}

function transfer({ properties }: StatusView): readonly string[] {
  const [read, written] = [number(properties['IOReadBytes']), number(properties['IOWriteBytes'])];
  if (read === undefined || written === undefined) return [];
  return [statusRow('IO', `${formatBytes(read)} read, ${formatBytes(written)} written`)];
}

function processorTime({ properties }: StatusView): readonly string[] {
  const nanoseconds = number(properties['CPUUsageNSec']);
  return nanoseconds === undefined ? [] : [statusRow('CPU', formatTimespan(Math.floor(nanoseconds / 1000), 1000))];
}

function processTree({ unit, processes, style, width }: StatusView): readonly string[] {
  // An empty group is of interest only where processes are still expected.
  if (processes === undefined || (isEmpty(processes.tree) && !/\.(socket|mount|swap)$/.test(unit.name))) return [];
  const lines = renderProcesses(processes.tree, style, width === undefined ? undefined : Math.max(20, width - belowRow.length)).map(
    (line) => belowRow + line,
  );
  if (processes.path !== '') return [statusRow('CGroup', processes.path), ...lines];
  return lines.length === 0 ? [] : [statusRow('Processes', String(countProcesses(processes.tree))), ...lines];
}

/** A property that is a number; undefined for `[not set]`, `infinity` and the number that stands for unknown. */
function number(value: string | undefined): number | undefined {
  return value === undefined || !/^\d+$/.test(value) || value === '18446744073709551615' ? undefined : Number(value);
}

function words(value: string | undefined): readonly string[] {
  return (value ?? '').split(' ').filter((word) => word !== '');
}
