import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Attribute, ResourceContext } from './attributes.ts';

/** IO*=, or BlockIO*= where none of them is set, a weight of 500 there being one of 100. */
export function ioAttributes(cgroup: CgroupSettings, context: ResourceContext): readonly Attribute[] {
  const io = unified(cgroup, context.startup);
  return [
    ...weights(io.weight),
    ...io.deviceWeights.flatMap(({ device, value }) => ofDevice('io.weight', device, String(value), context)),
    ...io.latencies.flatMap(({ device, value }) => ofDevice('io.latency', device, `target=${value}`, context)),
    ...limits(io.limits, context),
  ];
}

const usualWeight = 100;
const limitNames = ['rbps', 'wbps', 'riops', 'wiops'] as const;

interface PerDevice {
  readonly device: string;
  readonly value: number;
}

interface Io {
  readonly weight: number;
  readonly deviceWeights: readonly PerDevice[];
  readonly latencies: readonly PerDevice[];
  readonly limits: Readonly<Record<(typeof limitNames)[number], readonly PerDevice[]>>;
}

function unified(cgroup: CgroupSettings, startup: boolean): Io {
  const { BlockIOWeight, StartupBlockIOWeight } = cgroup;
  const limitLists = {
    rbps: cgroup.IOReadBandwidthMax,
    wbps: cgroup.IOWriteBandwidthMax,
    riops: cgroup.IOReadIOPSMax,
    wiops: cgroup.IOWriteIOPSMax,
  };
  if (hasIo(cgroup))
    return {
      weight: ioWeight(cgroup, startup),
      deviceWeights: cgroup.IODeviceWeight.flatMap(({ device, value }) => withNumber(device, numeric(value))),
      latencies: cgroup.IODeviceLatencyTargetSec,
      limits: limitLists,
    };
  const old = (startup ? StartupBlockIOWeight : undefined) ?? BlockIOWeight;
  return {
    weight: old === undefined ? usualWeight : translated(old),
    deviceWeights: cgroup.BlockIODeviceWeight.flatMap(({ device, value }) =>
      withNumber(device, value === undefined ? undefined : translated(value)),
    ),
    latencies: [],
    limits: { rbps: cgroup.BlockIOReadBandwidth, wbps: cgroup.BlockIOWriteBandwidth, riops: [], wiops: [] },
  };
}

/** Any of IO*= is set, so that BlockIO*= do not count. */
export function hasIo(cgroup: CgroupSettings): boolean {
  const lists = [
    cgroup.IODeviceWeight,
    cgroup.IODeviceLatencyTargetSec,
    cgroup.IOReadBandwidthMax,
    cgroup.IOWriteBandwidthMax,
    cgroup.IOReadIOPSMax,
    cgroup.IOWriteIOPSMax,
  ];
  return [cgroup.IOWeight, cgroup.StartupIOWeight].some((weight) => weight !== undefined) || lists.some((list) => list.length > 0);
}

/** Of 1 to 10000, the usual being 100. */
export function ioWeight({ IOWeight, StartupIOWeight }: CgroupSettings, startup: boolean): number {
  return numeric((startup ? StartupIOWeight : undefined) ?? IOWeight) ?? usualWeight;
}

function translated(blockWeight: number): number {
  return Math.min(10_000, Math.max(1, Math.floor((blockWeight * 100) / 500)));
}

function weights(weight: number): readonly Attribute[] {
  if (weight === usualWeight) return [];
  return [
    { controller: 'io', file: 'io.weight', value: `default ${weight}`, key: 'io.weight' },
    // Where the scheduler BFQ is there, it takes no account of io.weight, and its own weights end at 1000.
    { controller: 'io', file: 'io.bfq.weight', value: String(bfqWeight(weight)), key: 'io.bfq.weight', optional: true },
  ];
}

/** As the scheduler BFQ has it, whose weights end at 1000. */
export function bfqWeight(weight: number): number {
  return weight <= usualWeight
    ? weight
    : usualWeight + Math.floor(((weight - usualWeight) * (1000 - usualWeight)) / (10_000 - usualWeight));
}

/** The kernel takes all limits of a device in one line. */
function limits(lists: Io['limits'], context: ResourceContext): readonly Attribute[] {
  const devices = new Set(limitNames.flatMap((name) => lists[name].map(({ device }) => device)));
  return [...devices].flatMap((device) => {
    const texts = limitNames.map((name) => {
      const value = lists[name].find((each) => each.device === device)?.value ?? Infinity;
      return `${name}=${value === Infinity ? 'max' : value}`;
    });
    return ofDevice('io.max', device, texts.join(' '), context);
  });
}

function ofDevice(file: string, path: string, value: string, context: ResourceContext): readonly Attribute[] {
  const number = context.device(path);
  return number === undefined ? [] : [{ controller: 'io', file, value: `${number} ${value}`, key: `${file} ${number}` }];
}

function numeric(weight: number | 'idle' | undefined): number | undefined {
  return weight === 'idle' ? undefined : weight;
}

function withNumber(device: string, value: number | undefined): readonly PerDevice[] {
  return value === undefined ? [] : [{ device, value }];
}
