import type { UnitConfig } from '../../unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import { type Controller, controllerNames } from '../../unit/values/controller.ts';
import type { Amount } from '../../unit/values/cgroup-limit.ts';

/** What applies to units that do not say it themselves (systemd-system.conf(5)). */
export interface ResourceDefaults {
  readonly memoryAccounting: boolean;
  readonly tasksAccounting: boolean;
  readonly ioAccounting: boolean;
  readonly tasksMax: Amount;
  readonly memoryPressureWatch: boolean | 'auto' | 'skip';
  readonly memoryPressureThresholdUsec: number;
}

/** systemd's own defaults. */
export const usualResources: ResourceDefaults = {
  memoryAccounting: true,
  tasksAccounting: true,
  ioAccounting: false,
  tasksMax: { permyriad: 1500 },
  memoryPressureWatch: 'auto',
  memoryPressureThresholdUsec: 200_000,
};

/** The controllers that a unit needs in its own cgroup, as systemd 252 has it: for what is set, for what is counted, and for what is delegated. */
export function neededControllers(config: UnitConfig, defaults: ResourceDefaults): readonly Controller[] {
  const { cgroup } = config;
  if (cgroup === undefined || config.load.state !== 'loaded') return none;
  const known = found.get(cgroup);
  if (known?.defaults === defaults) return known.controllers;
  const controllers = controllerNames.filter((controller) => needs[controller](cgroup, defaults) || isDelegated(cgroup, controller));
  found.set(cgroup, { defaults, controllers });
  return controllers;
}

/** What was found for settings; units that set nothing share theirs, and so most units share one entry. */
const found = new WeakMap<CgroupSettings, { readonly defaults: ResourceDefaults; readonly controllers: readonly Controller[] }>();

/** The controllers that are never to be enabled below a unit. */
export function disabledControllers({ cgroup }: UnitConfig): readonly string[] {
  return cgroup?.DisableControllers ?? none;
}

/** The limit of tasks of a unit. */
export function tasksMaxOf({ TasksMax }: CgroupSettings, defaults: ResourceDefaults): Amount {
  return TasksMax ?? defaults.tasksMax;
}

const none: readonly never[] = [];

const needs: Readonly<Record<Controller, (cgroup: CgroupSettings, defaults: ResourceDefaults) => boolean>> = {
  cpu: ({ CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares, CPUQuota }) =>
    [CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares, CPUQuota].some((value) => value !== undefined),
  cpuset: ({ AllowedCPUs, StartupAllowedCPUs, AllowedMemoryNodes, StartupAllowedMemoryNodes, CPUSetPartition }) =>
    [AllowedCPUs, StartupAllowedCPUs, AllowedMemoryNodes, StartupAllowedMemoryNodes].some((set) => set.length > 0) ||
    CPUSetPartition !== undefined,
  io: (cgroup, defaults) => (cgroup.IOAccounting ?? cgroup.BlockIOAccounting ?? defaults.ioAccounting) || hasIoSettings(cgroup),
  memory: (cgroup, defaults) =>
    (cgroup.MemoryAccounting ?? defaults.memoryAccounting) ||
    (cgroup.MemoryPressureWatch ?? defaults.memoryPressureWatch) === true ||
    hasMemoryLimit(cgroup),
  pids: (cgroup, defaults) => (cgroup.TasksAccounting ?? defaults.tasksAccounting) || isLimit(tasksMaxOf(cgroup, defaults)),
};

function isDelegated({ Delegate }: CgroupSettings, controller: Controller): boolean {
  return Delegate === true || (Delegate !== false && Delegate.includes(controller));
}

function hasIoSettings(cgroup: CgroupSettings): boolean {
  const { IOWeight, StartupIOWeight, BlockIOWeight, StartupBlockIOWeight } = cgroup;
  const lists = [
    cgroup.IODeviceWeight,
    cgroup.IODeviceLatencyTargetSec,
    cgroup.IOReadBandwidthMax,
    cgroup.IOWriteBandwidthMax,
    cgroup.IOReadIOPSMax,
    cgroup.IOWriteIOPSMax,
    cgroup.BlockIODeviceWeight,
    cgroup.BlockIOReadBandwidth,
    cgroup.BlockIOWriteBandwidth,
  ];
  return (
    [IOWeight, StartupIOWeight, BlockIOWeight, StartupBlockIOWeight].some((value) => value !== undefined) ||
    lists.some((list) => list.length > 0)
  );
}

function hasMemoryLimit(cgroup: CgroupSettings): boolean {
  const limits = [
    cgroup.MemoryHigh,
    cgroup.StartupMemoryHigh,
    cgroup.MemoryMax,
    cgroup.StartupMemoryMax,
    cgroup.MemorySwapMax,
    cgroup.StartupMemorySwapMax,
    cgroup.MemoryZSwapMax,
    cgroup.StartupMemoryZSwapMax,
    cgroup.MemoryLimit,
  ];
  const protections = [cgroup.MemoryMin, cgroup.MemoryLow, cgroup.StartupMemoryLow];
  return (
    limits.some(isLimit) ||
    protections.some((amount) => amount !== undefined && !('absolute' in amount && amount.absolute === 0)) ||
    !cgroup.MemoryZSwapWriteback
  );
}

function isLimit(amount: Amount | undefined): boolean {
  return amount !== undefined && !('absolute' in amount && amount.absolute === Infinity);
}
