import type { UnitConfig } from '../../unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import { cpuAttributes } from './cpu.ts';
import { cpusetAttributes } from './cpuset.ts';
import type { DeviceTables } from '../devices.ts';
import { ioAttributes } from './io.ts';
import { legacyAttributes, legacyDevice, legacyValues } from './legacy.ts';
import { memoryAttributes } from './memory.ts';
import { type ManagedController, managedControllers, type ResourceDefaults } from './need.ts';
import { pidsAttributes } from './pids.ts';

/** What a unit's limits depend on besides its settings. */
export interface ResourceContext {
  readonly defaults: ResourceDefaults;
  /** OOMPolicy= of services and scopes that do not say it themselves. */
  readonly oomPolicy: 'continue' | 'stop' | 'kill';
  /** The manager starts up, so Startup*= applies. */
  readonly startup: boolean;
  /** What shares are of: bytes of memory, and tasks that there may be. */
  readonly memoryTotal: number;
  readonly tasksTotal: number;
  /** The slices that the unit is in, the innermost first. */
  readonly slices: readonly CgroupSettings[];
  /** The controllers that have hierarchies of cgroup v1. */
  readonly legacy: ReadonlySet<ManagedController>;
  /** What devices are called. */
  readonly devices: DeviceTables;
  /** MAJOR:MINOR of the block device that a path names or that its file system is on; undefined where there is none. */
  device(path: string): string | undefined;
}

/**
 * A value of a file of a cgroup. Files that hold a value for each device are written once for each, so `key` is the file or `FILE DEVICE`.
 * What has the kernel's own value does not appear.
 */
export interface Attribute {
  readonly controller: ManagedController;
  readonly file: string;
  readonly value: string;
  readonly key: string;
  /** Where there is no such file, nobody need hear of it. */
  readonly optional?: true;
}

/** What is written to the cgroup of a unit beyond the kernel's defaults, by its settings (systemd.resource-control(5)). */
export function attributesOf(config: UnitConfig, context: ResourceContext): readonly Attribute[] {
  const { cgroup } = config;
  if (cgroup === undefined) return [];
  return managedControllers.flatMap((controller) => {
    const aspect = (context.legacy.has(controller) ? legacyAttributes : aspects)[controller];
    return aspect === undefined ? [] : aspect(cgroup, context, config);
  });
}

/** The value that the kernel gives a file when it makes the cgroup, to go back to; for a device, what takes the entry back. */
export function initialValue(key: string): string {
  const [file = '', device] = key.split(' ');
  return device === undefined ? (initialValues[file] ?? '') : `${device} ${initialDevice[file] ?? 'default'}`;
}

/** What a controller makes of the settings of a unit. */
export type Aspect = (cgroup: CgroupSettings, context: ResourceContext, config: UnitConfig) => readonly Attribute[];

const aspects: Readonly<Partial<Record<ManagedController, Aspect>>> = {
  cpu: cpuAttributes,
  cpuset: cpusetAttributes,
  io: ioAttributes,
  memory: memoryAttributes,
  pids: pidsAttributes,
};

const initialValues: Readonly<Record<string, string>> = {
  'cpu.weight': '100',
  'cpu.idle': '0',
  'cpu.max': 'max 100000',
  'cpuset.cpus': '\n',
  'cpuset.mems': '\n',
  'cpuset.cpus.partition': 'member',
  'io.weight': 'default 100',
  'io.bfq.weight': 'default 100',
  'memory.min': '0',
  'memory.low': '0',
  'memory.high': 'max',
  'memory.max': 'max',
  'memory.swap.max': 'max',
  'memory.zswap.max': 'max',
  'memory.zswap.writeback': '1',
  'memory.oom.group': '0',
  'pids.max': 'max',
  ...legacyValues,
};

const initialDevice: Readonly<Record<string, string>> = {
  'io.max': 'rbps=max wbps=max riops=max wiops=max',
  'io.latency': 'target=0',
  ...legacyDevice,
};
