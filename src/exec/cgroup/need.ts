import type { UnitConfig } from '../../unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import { controllerNames } from '../../unit/values/controller.ts';
import type { Amount } from '../../unit/values/cgroup-limit.ts';
import { hasIo } from './io.ts';

/** What units are given cgroups for: the controllers of cgroup v2, and those that cgroup v1 has besides. */
export const managedControllers = [...controllerNames, 'cpuacct', 'devices'] as const;

export type ManagedController = (typeof managedControllers)[number];

/** What applies to units that do not say it themselves (systemd-system.conf(5)). */
export interface ResourceDefaults {
  readonly memoryAccounting: boolean;
  readonly tasksAccounting: boolean;
  readonly ioAccounting: boolean;
  readonly ipAccounting: boolean;
  readonly tasksMax: Amount;
  readonly memoryZSwapWriteback: boolean;
  readonly memoryPressureWatch: boolean | 'auto' | 'skip';
  readonly memoryPressureThresholdUsec: number;
}

/** systemd's own defaults. */
export const usualResources: ResourceDefaults = {
  memoryAccounting: true,
  tasksAccounting: true,
  ioAccounting: false,
  ipAccounting: false,
  tasksMax: { permyriad: 1500 },
  memoryZSwapWriteback: true,
  memoryPressureWatch: 'auto',
  memoryPressureThresholdUsec: 200_000,
};

/** The controllers that a unit needs in its own cgroup, as systemd 252 has it: for what is set, for what is counted, and for what is delegated. */
export function neededControllers(config: UnitConfig, defaults: ResourceDefaults): readonly ManagedController[] {
  const { cgroup } = config;
  if (cgroup === undefined || config.load.state !== 'loaded') return none;
  const known = found.get(cgroup);
  const controllers = known?.defaults === defaults ? known.controllers : findControllers(cgroup, defaults);
  return config.exec?.PrivateDevices === true && !controllers.includes('devices') ? [...controllers, 'devices'] : controllers;
}

function findControllers(cgroup: CgroupSettings, defaults: ResourceDefaults): readonly ManagedController[] {
  const controllers = managedControllers.filter(
    (controller) => needs[controller](cgroup, defaults) || (controller !== 'devices' && isDelegated(cgroup, controller)),
  );
  found.set(cgroup, { defaults, controllers });
  return controllers;
}

/** What was found for settings; units that set nothing share theirs, and so most units share one entry. */
const found = new WeakMap<CgroupSettings, { readonly defaults: ResourceDefaults; readonly controllers: readonly ManagedController[] }>();

/** The controllers that are never to be enabled below a unit. */
export function disabledControllers({ cgroup }: UnitConfig): readonly string[] {
  return cgroup?.DisableControllers ?? none;
}

/** The limit of tasks of a unit. */
export function tasksMaxOf({ TasksMax }: CgroupSettings, defaults: ResourceDefaults): Amount {
  return TasksMax ?? defaults.tasksMax;
}

const none: readonly never[] = [];

type Needs = (cgroup: CgroupSettings, defaults: ResourceDefaults) => boolean;

const needs: Readonly<Record<ManagedController, Needs>> = {
  // Counting processor time costs something there.
  cpuacct: ({ CPUAccounting }) => CPUAccounting === true,
  devices: ({ DeviceAllow, DevicePolicy }) => DeviceAllow.length > 0 || DevicePolicy !== 'auto',
  cpu: ({ CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares, CPUQuota }) =>
    [CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares, CPUQuota].some((value) => value !== undefined),
  cpuset: ({ AllowedCPUs, StartupAllowedCPUs, AllowedMemoryNodes, StartupAllowedMemoryNodes, CPUSetPartition }) =>
    [AllowedCPUs, StartupAllowedCPUs, AllowedMemoryNodes, StartupAllowedMemoryNodes].some((set) => set.length > 0) ||
    CPUSetPartition !== undefined,
  io: (cgroup, defaults) => (cgroup.IOAccounting ?? cgroup.BlockIOAccounting ?? defaults.ioAccounting) || hasIoSettings(cgroup),
  memory: (cgroup, defaults) =>
    (cgroup.MemoryAccounting ?? defaults.memoryAccounting) ||
    (cgroup.MemoryPressureWatch ?? defaults.memoryPressureWatch) === true ||
    hasMemoryLimit(cgroup, defaults),
  pids: (cgroup, defaults) => (cgroup.TasksAccounting ?? defaults.tasksAccounting) || isLimit(tasksMaxOf(cgroup, defaults)),
};

function isDelegated({ Delegate }: CgroupSettings, controller: ManagedController): boolean {
  return Delegate === true || (Delegate !== false && Delegate.some((each) => each === controller));
}

function hasIoSettings(cgroup: CgroupSettings): boolean {
  const { BlockIOWeight, StartupBlockIOWeight, BlockIODeviceWeight, BlockIOReadBandwidth, BlockIOWriteBandwidth } = cgroup;
  const lists = [BlockIODeviceWeight, BlockIOReadBandwidth, BlockIOWriteBandwidth];
  return (
    hasIo(cgroup) || [BlockIOWeight, StartupBlockIOWeight].some((weight) => weight !== undefined) || lists.some((list) => list.length > 0)
  );
}

function hasMemoryLimit(cgroup: CgroupSettings, defaults: ResourceDefaults): boolean {
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
    !(cgroup.MemoryZSwapWriteback ?? defaults.memoryZSwapWriteback)
  );
}

function isLimit(amount: Amount | undefined): boolean {
  return amount !== undefined && !('absolute' in amount && amount.absolute === Infinity);
}
