import { attributesOf, type ResourceContext } from '../exec/cgroup/attributes.ts';
import { amountInBytes } from '../exec/cgroup/memory.ts';
import { usualResources } from '../exec/cgroup/need.ts';
import { pidsMaxOf } from '../exec/cgroup/pids.ts';
import { yesNo } from '../base/yes-no.ts';
import { isActive, isInactiveOrFailed } from '../graph/active-state.ts';
import type { UnitCounters } from '../graph/report.ts';
import { pathOfGroup, slicesOfGroup } from './group-place.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import { ROOT_SLICE } from '../unit/slice.ts';
import type { Traffic } from './options.ts';
import { resourceContext } from './resource-context.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the kernel has counted for a unit's group, as far as there is a cgroup and the controllers are there (org.freedesktop.systemd1(5)). */
export function groupUsage(world: World, unit: Unit): Readonly<Record<string, string>> {
  const directory = directoryOf(world, unit);
  return {
    ControlGroupId: directory === undefined ? '0' : String(world.options.files.statFollow(directory).inode),
    MemoryCurrent: memoryCurrent(world, unit),
    MemoryAvailable: memoryAvailable(world, unit),
    CPUUsageNSec: cpuUsage(world, unit),
    EffectiveCPUs: ranges(read(world, directory, 'cpuset.cpus.effective')),
    EffectiveMemoryNodes: ranges(read(world, directory, 'cpuset.mems.effective')),
    TasksCurrent: number(read(world, directoryOf(world, unit, 'pids'), 'pids.current')),
    ...ioUsage(read(world, directory, 'io.stat')),
    ...traffic(world, unit),
  };
}

/** What is counted of a unit that has or had processes. */
export function unitCounters(world: World, unit: Unit): UnitCounters | undefined {
  if (unit.stamps.inactiveExit === undefined || unit.config.exec === undefined) return undefined;
  const { NRestarts, NAccepted } = unit.type.properties(unit.state, unit.config, world.options.config.defaults);
  const counted = {
    restarts: NRestarts,
    accepted: NAccepted,
    cpuNsec: cpuUsage(world, unit),
    memoryBytes: memoryCurrent(world, unit),
    tasks: number(read(world, directoryOf(world, unit, 'pids'), 'pids.current')),
  };
  return Object.fromEntries(
    Object.entries(counted).flatMap(([name, text]) => (text === undefined || !/^\d+$/.test(text) ? [] : [[name, Number(text)]])),
  );
}

function memoryCurrent(world: World, unit: Unit): string {
  const file = world.options.keeper.inventory.controllers.has('memory') ? 'memory.usage_in_bytes' : 'memory.current';
  return number(read(world, directoryOf(world, unit, 'memory'), file));
}

function cpuUsage(world: World, unit: Unit): string {
  if (world.options.keeper.inventory.tracking === 'cgroup1') {
    const counted = number(read(world, directoryOf(world, unit, 'cpuacct'), 'cpuacct.usage'));
    if (counted !== notSet) return counted;
  }
  const usec = usedUsec(world, unit);
  return usec === undefined ? notSet : String(BigInt(usec) * 1000n);
}

/** Processor time of a unit, as far as it is counted. A slice's cgroup comes and goes with the processes in it, so what its units tell counts as well. */
function usedUsec(world: World, unit: Unit): number | undefined {
  const counted = /^usage_usec (\d+)$/m.exec(read(world, directoryOf(world, unit), 'cpu.stat'))?.[1];
  const isRunningSlice =
    unit.config.type === 'slice' && isActive(unit.look.active) && world.options.keeper.inventory.tracking !== 'session';
  if (!isRunningSlice || unit.name === ROOT_SLICE) return counted === undefined ? unit.cpuUsec : Number(counted);
  const inside = [...world.units.values()].filter(
    (each) =>
      each.config.type !== 'slice' && !isInactiveOrFailed(each.look.active) && slicesOfGroup(each, world.options.scope).includes(unit.name),
  );
  const told = inside.reduce((sum, each) => sum + (usedUsec(world, each) ?? 0), unit.cpuUsec ?? 0);
  return Math.max(Number(counted ?? 0), told);
}

/** What the run of a unit that has just ended has used in sum; what is not counted is left out. */
export interface EndUsage {
  readonly cpuUsec?: number;
  /** Bytes read, bytes written, and the operations for that. */
  readonly io?: readonly [number, number, number, number];
  readonly traffic?: Traffic;
}

/** Its group is there until the batch of this turn is carried out, unless the keeper has told what it used when it went. */
export function endUsage(world: World, unit: Unit): EndUsage {
  const { cgroup } = unit.config;
  const { keeper, config, scope } = world.options;
  if (cgroup === undefined) return {};
  const { tracking, cgroupRoot } = keeper.inventory;
  const directory = tracking === 'cgroup2' ? `${cgroupRoot}/${pathOfGroup(unit, scope)}` : undefined;
  const counted = unit.config.type === 'slice' || unit.cpuUsec === undefined ? read(world, directory, 'cpu.stat') : '';
  const cpuUsec = Number(/^usage_usec (\d+)$/m.exec(counted)?.[1] ?? 0) || unit.cpuUsec;
  const stat = (cgroup.IOAccounting ?? config.resources?.ioAccounting) === true ? read(world, directory, 'io.stat') : '';
  const passed = unit.traffic ?? (directory === undefined ? undefined : trafficOf(world, unit, directory));
  return {
    ...(cpuUsec !== undefined && { cpuUsec }),
    ...(stat !== '' && { io: [sumOf(stat, 'rbytes'), sumOf(stat, 'wbytes'), sumOf(stat, 'rios'), sumOf(stat, 'wios')] }),
    ...(passed !== undefined && { traffic: passed }),
  };
}

/** Adds up what units used in slices that are no groups of their own: their cgroups are gone with the last process. */
export function tellSlices(world: World, unit: Unit, usec: number): void {
  if (unit.config.type === 'slice') return;
  for (const name of slicesOfGroup(unit, world.options.scope)) {
    const slice = world.peek(name);
    if (slice === undefined || slice.groupMark !== '' || slice.perpetual) continue;
    slice.cpuUsec = (slice.cpuUsec ?? 0) + usec;
    world.dirtyUnits.add(slice);
  }
}

/** What the manager's defaults and the machine make of the settings of a unit. */
export function settledResources(world: World, unit: Unit): Readonly<Record<string, string>> {
  const { cgroup } = unit.config;
  if (cgroup === undefined) return {};
  const defaults = world.options.config.resources ?? usualResources;
  const context = resourceContext(world, unit);
  const tasks = pidsMaxOf(unit.config, context);
  return {
    MemoryAccounting: yesNo(cgroup.MemoryAccounting ?? defaults.memoryAccounting),
    TasksAccounting: yesNo(cgroup.TasksAccounting ?? defaults.tasksAccounting),
    IPAccounting: yesNo(cgroup.IPAccounting ?? defaults.ipAccounting),
    IOAccounting: yesNo(cgroup.IOAccounting ?? defaults.ioAccounting),
    TasksMax: tasks === Infinity ? 'infinity' : String(tasks),
    ...memoryShares(cgroup, context),
  };
}

/** Limits that are written as shares are shown in bytes. */
function memoryShares(cgroup: CgroupSettings, context: ResourceContext): Readonly<Record<string, string>> {
  return Object.fromEntries(
    memoryNames.flatMap((name) => {
      const amount = cgroup[name];
      return amount !== undefined && 'permyriad' in amount ? [[name, String(amountInBytes(amount, context))]] : [];
    }),
  );
}

/** The context has getters, which a copy would ask all. */
function outsideStartup(context: ResourceContext): ResourceContext {
  return Object.create(context, { startup: { value: false } });
}

const memoryNames = [
  'DefaultMemoryMin',
  'DefaultMemoryLow',
  'MemoryMin',
  'MemoryLow',
  'MemoryHigh',
  'MemoryMax',
  'MemorySwapMax',
  'MemoryLimit',
] as const;

const notSet = '[not set]';

const trafficNames = ['IPIngressBytes', 'IPIngressPackets', 'IPEgressBytes', 'IPEgressPackets'] as const;

/** Of the group that is there, or of the last one. */
function traffic(world: World, unit: Unit): Readonly<Record<string, string>> {
  const isThere = unit.groupMark !== '' || unit.config.type === 'slice';
  const counted = !counts(world, unit) ? undefined : isThere ? countedTraffic(world, unit) : unit.traffic;
  return Object.fromEntries(trafficNames.map((name, index) => [name, counted === undefined ? '[no data]' : String(counted[index])]));
}

function counts(world: World, { config }: Unit): boolean {
  return config.cgroup?.IPAccounting ?? world.options.config.resources?.ipAccounting ?? false;
}

/** What the unit's group has received and sent so far, where that is counted. */
export function countedTraffic(world: World, unit: Unit): Traffic | undefined {
  const directory = directoryOf(world, unit);
  return directory === undefined ? undefined : trafficOf(world, unit, directory);
}

function trafficOf(world: World, unit: Unit, directory: string): Traffic | undefined {
  const { keeper, traffic: ask } = world.options;
  return counts(world, unit) && keeper.inventory.tracking === 'cgroup2' ? ask?.(directory) : undefined;
}

/** How much more the unit may take before it meets a limit of its own or of a slice that it is in. */
function memoryAvailable(world: World, unit: Unit): string {
  if (memoryCurrent(world, unit) === notSet) return 'infinity';
  const context = resourceContext(world, unit);
  let available = Infinity;
  for (const name of [unit.name, ...slicesOfGroup(unit, world.options.scope)]) {
    const each = world.peek(name);
    const current = each === undefined ? notSet : memoryCurrent(world, each);
    if (each === undefined || current === notSet) continue;
    const limits = attributesOf(each.config, outsideStartup(context)).filter(({ key }) => memoryLimits.has(key));
    for (const { value } of limits) if (value !== 'max') available = Math.min(available, Math.max(0, Number(value) - Number(current)));
  }
  return available === Infinity ? 'infinity' : String(available);
}

const memoryLimits: ReadonlySet<string> = new Set(['memory.max', 'memory.high', 'memory.limit_in_bytes']);

const ioNames = [
  ['IOReadBytes', 'rbytes'],
  ['IOReadOperations', 'rios'],
  ['IOWriteBytes', 'wbytes'],
  ['IOWriteOperations', 'wios'],
] as const;

/** Of all devices together. */
function ioUsage(stat: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ioNames.map(([name, key]) => {
      if (stat === '') return [name, '18446744073709551615'];
      return [name, String(sumOf(stat, key))];
    }),
  );
}

function sumOf(stat: string, key: string): number {
  return [...stat.matchAll(new RegExp(`\\b${key}=(\\d+)`, 'g'))].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** The unit's cgroup, in the hierarchy of a controller where that has one of its own. */
function directoryOf(world: World, unit: Unit, controller = ''): string | undefined {
  const { tracking, cgroupRoot, controllers } = world.options.keeper.inventory;
  const own = controllers.get(controller);
  if (tracking === 'session' || (tracking === 'cgroup1' && own === undefined)) return undefined;
  const root = own ?? cgroupRoot;
  if (unit.name === ROOT_SLICE) return root;
  return hasGroup(world, unit) ? `${root}/${pathOfGroup(unit, world.options.scope)}` : undefined;
}

/** Whether there is a cgroup of the unit; that of a slice is there with those of the units in it, and tysd itself is in that of `init.scope`. */
export function hasGroup(world: World, unit: Unit): boolean {
  if (unit.name === 'init.scope') return world.options.keeper.inventory.tracking !== 'session';
  return unit.groupMark !== '' || (unit.config.type === 'slice' && unit.look.active === 'active');
}

/** As systemd writes ranges: with blanks between them. */
function ranges(text: string): string {
  return text.trim().replaceAll(',', ' ');
}

function number(text: string): string {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? trimmed : notSet;
}

function read(world: World, directory: string | undefined, name: string): string {
  const bytes = directory === undefined ? undefined : world.options.files.read(`${directory}/${name}`, 65_536);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
