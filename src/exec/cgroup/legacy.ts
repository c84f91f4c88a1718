import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Amount } from '../../unit/values/cgroup-limit.ts';
import { allowedDevices } from '../devices.ts';
import type { Aspect, Attribute, ResourceContext } from './attributes.ts';
import { cpuQuota, cpuWeight } from './cpu.ts';
import { bfqWeight, hasIo, ioWeight } from './io.ts';
import { amountInBytes } from './memory.ts';
import type { ManagedController } from './need.ts';
import { pidsAttributes } from './pids.ts';

/**
 * What controllers of cgroup v1 are told, as systemd 252 tells them where they have hierarchies of their own: the settings that are named
 * after cgroup v2 as far as there is something like it. cpuset is not used there.
 */
export const legacyAttributes: Readonly<Partial<Record<ManagedController, Aspect>>> = {
  cpu: (cgroup, { startup }) => [...shares(cgroup, startup), ...quota(cgroup)],
  io: (cgroup, context) => [...blockWeight(cgroup, context.startup), ...ofDevices(cgroup, context)],
  memory: (cgroup, context) => {
    const limit = amountInBytes(memoryLimit(cgroup), context);
    return limit === Infinity ? [] : [attribute('memory', 'memory.limit_in_bytes', String(limit))];
  },
  pids: pidsAttributes,
  devices: (cgroup, { devices }, { exec }) => {
    const allowed = allowedDevices(cgroup, exec, devices);
    if (allowed === undefined) return [];
    const rules = allowed.devices.map(
      ({ kind, major, minor, access }) => `${kind === 'char' ? 'c' : 'b'} ${major ?? '*'}:${minor ?? '*'} ${access}`,
    );
    // One rule is taken by each write, so they are one value here.
    return [attribute('devices', 'devices.allow', rules.join('\n'))];
  },
};

/** What goes into the files of a value, in order. */
export function writesOf({ file, value }: { readonly file: string; readonly value: string }): readonly {
  readonly file: string;
  readonly value: string;
}[] {
  if (file !== 'devices.allow') return [{ file, value }];
  if (value === 'a') return [{ file, value }];
  const rules = value.split('\n').filter((rule) => rule !== '');
  return [{ file: 'devices.deny', value: 'a' }, ...rules.map((rule) => ({ file, value: rule }))];
}

/** What new cgroups have. */
export const legacyValues: Readonly<Record<string, string>> = {
  'cpu.shares': '1024',
  'cpu.cfs_period_us': '100000',
  'cpu.cfs_quota_us': '-1',
  'blkio.weight': '500',
  'blkio.bfq.weight': '100',
  'memory.limit_in_bytes': '-1',
  'devices.allow': 'a',
};

/** What takes the entry of a device back. */
export const legacyDevice: Readonly<Record<string, string>> = {
  'blkio.throttle.read_bps_device': '0',
  'blkio.throttle.write_bps_device': '0',
  'blkio.weight_device': '0',
  'blkio.bfq.weight_device': '0',
};

const usualShares = 1024;
const usualBlockWeight = 500;
const usualPeriodUsec = 100_000;

function shares(cgroup: CgroupSettings, startup: boolean): readonly Attribute[] {
  const { CPUWeight, StartupCPUWeight, CPUShares, StartupCPUShares } = cgroup;
  const isNew = CPUWeight !== undefined || StartupCPUWeight !== undefined;
  const weight = isNew ? cpuWeight(cgroup, startup) : 100;
  const old = (startup ? StartupCPUShares : undefined) ?? CPUShares ?? usualShares;
  const value = isNew ? clamp(Math.floor(((weight === 'idle' ? 0 : weight) * usualShares) / 100), 2, 262_144) : old;
  return value === usualShares ? [] : [attribute('cpu', 'cpu.shares', String(value))];
}

function quota(cgroup: CgroupSettings): readonly Attribute[] {
  const found = cpuQuota(cgroup);
  if (found === undefined) return [];
  return [
    ...(found.periodUsec === usualPeriodUsec ? [] : [attribute('cpu', 'cpu.cfs_period_us', String(found.periodUsec))]),
    attribute('cpu', 'cpu.cfs_quota_us', String(found.quotaUsec)),
  ];
}

function memoryLimit(cgroup: CgroupSettings): Amount {
  const { MemoryMin, MemoryLow, MemoryHigh, MemoryMax, MemorySwapMax, MemoryLimit } = cgroup;
  const isNew = [MemoryMin, MemoryLow, MemoryHigh, MemoryMax, MemorySwapMax].some((value) => value !== undefined);
  return (isNew ? MemoryMax : MemoryLimit) ?? { absolute: Infinity };
}

function blockWeight(cgroup: CgroupSettings, startup: boolean): readonly Attribute[] {
  const old = (startup ? cgroup.StartupBlockIOWeight : undefined) ?? cgroup.BlockIOWeight ?? usualBlockWeight;
  const weight = hasIo(cgroup) ? translated(ioWeight(cgroup, startup)) : old;
  return [
    ...(weight === usualBlockWeight ? [] : [{ ...attribute('io', 'blkio.weight', String(weight)), optional: true as const }]),
    // The usual weight is another one there, and siblings are weighed against each other.
    attribute('io', 'blkio.bfq.weight', String(bfqWeight(weight))),
  ];
}

function ofDevices(cgroup: CgroupSettings, context: ResourceContext): readonly Attribute[] {
  const isNew = hasIo(cgroup);
  const weights = isNew
    ? cgroup.IODeviceWeight.flatMap(({ device: path, value }) =>
        value === undefined || value === 'idle' ? [] : [{ path, value: translated(value) }],
      )
    : cgroup.BlockIODeviceWeight.flatMap(({ device: path, value }) => (value === undefined ? [] : [{ path, value }]));
  const limits = {
    read: isNew ? cgroup.IOReadBandwidthMax : cgroup.BlockIOReadBandwidth,
    write: isNew ? cgroup.IOWriteBandwidthMax : cgroup.BlockIOWriteBandwidth,
  };
  const line = (file: string, path: string, value: number): readonly Attribute[] => {
    const number = context.device(path);
    return number === undefined ? [] : [{ ...attribute('io', file, `${number} ${value}`), key: `${file} ${number}` }];
  };
  return [
    ...weights.flatMap(({ path, value }) => [
      ...line('blkio.weight_device', path, value).map((each): Attribute => ({ ...each, optional: true })),
      ...line('blkio.bfq.weight_device', path, bfqWeight(value)),
    ]),
    ...(['read', 'write'] as const).flatMap((direction) =>
      limits[direction].flatMap(({ device: path, value }) =>
        value === Infinity ? [] : line(`blkio.throttle.${direction}_bps_device`, path, value),
      ),
    ),
  ];
}

/** A weight of cgroup v2 as one of blkio, whose usual one is 500. */
function translated(weight: number): number {
  return clamp(Math.floor((weight * usualBlockWeight) / 100), 10, 1000);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function attribute(controller: ManagedController, file: string, value: string): Attribute {
  return { controller, file, value, key: file };
}
