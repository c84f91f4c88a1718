import { formatTimespan } from '../../base/duration.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { CgroupSettings } from '../settings/cgroup.ts';
import type { Amount } from '../values/cgroup-limit.ts';
import { type InvertibleList, mergedNames, mergedText } from '../values/name-list.ts';
import type { SocketBindRule } from '../values/socket-bind-rule.ts';
import { formatIpAddress, type IpPrefix } from '../values/ip-address.ts';
import { notSet, numberOr, ranges, type ShownTable } from './value.ts';

/** What systemd.resource-control(5) describes. Accounting that only resource control would bring is shown as the unit asks for it. */
export const cgroupTable: ShownTable<CgroupSettings> = {
  Delegate: ({ Delegate }) => yesNo(Delegate !== false),
  DelegateControllers: ({ Delegate }) =>
    Delegate === false ? '' : controllers.filter((each) => Delegate === true || Delegate.includes(each)).join(' '),
  CPUAccounting: ({ CPUAccounting }) => yesNo(CPUAccounting !== false),
  CPUWeight: ({ CPUWeight }) => numberOr(CPUWeight, notSet),
  StartupCPUWeight: ({ StartupCPUWeight }) => numberOr(StartupCPUWeight, notSet),
  CPUShares: ({ CPUShares }) => numberOr(CPUShares, notSet),
  StartupCPUShares: ({ StartupCPUShares }) => numberOr(StartupCPUShares, notSet),
  CPUQuotaPerSecUSec: ({ CPUQuota }) => formatTimespan(CPUQuota === undefined ? Infinity : Math.round(CPUQuota * 10_000)),
  CPUQuotaPeriodUSec: ({ CPUQuotaPeriodSec }) => formatTimespan(CPUQuotaPeriodSec ?? Infinity),
  AllowedCPUs: ({ AllowedCPUs }) => ranges(AllowedCPUs),
  StartupAllowedCPUs: ({ StartupAllowedCPUs }) => ranges(StartupAllowedCPUs),
  AllowedMemoryNodes: ({ AllowedMemoryNodes }) => ranges(AllowedMemoryNodes),
  StartupAllowedMemoryNodes: ({ StartupAllowedMemoryNodes }) => ranges(StartupAllowedMemoryNodes),
  IOAccounting: ({ IOAccounting }) => yesNo(IOAccounting === true),
  IOWeight: ({ IOWeight }) => numberOr(IOWeight, notSet),
  StartupIOWeight: ({ StartupIOWeight }) => numberOr(StartupIOWeight, notSet),
  IODeviceWeight: ({ IODeviceWeight }) => lines(IODeviceWeight, ({ device, value }) => `${device} ${numberOr(value, notSet)}`),
  IOReadBandwidthMax: ({ IOReadBandwidthMax }) => rates(IOReadBandwidthMax),
  IOWriteBandwidthMax: ({ IOWriteBandwidthMax }) => rates(IOWriteBandwidthMax),
  IOReadIOPSMax: ({ IOReadIOPSMax }) => rates(IOReadIOPSMax),
  IOWriteIOPSMax: ({ IOWriteIOPSMax }) => rates(IOWriteIOPSMax),
  IODeviceLatencyTargetUSec: ({ IODeviceLatencyTargetSec }) =>
    lines(IODeviceLatencyTargetSec, ({ device, value }) => `${device} ${formatTimespan(value)}`),
  BlockIOAccounting: ({ BlockIOAccounting }) => yesNo(BlockIOAccounting === true),
  BlockIOWeight: ({ BlockIOWeight }) => numberOr(BlockIOWeight, notSet),
  StartupBlockIOWeight: ({ StartupBlockIOWeight }) => numberOr(StartupBlockIOWeight, notSet),
  BlockIODeviceWeight: ({ BlockIODeviceWeight }) =>
    lines(BlockIODeviceWeight, ({ device, value }) => `${device} ${numberOr(value, notSet)}`),
  BlockIOReadBandwidth: ({ BlockIOReadBandwidth }) =>
    lines(BlockIOReadBandwidth, ({ device, value }) => `${device} ${numberOr(value, notSet)}`),
  BlockIOWriteBandwidth: ({ BlockIOWriteBandwidth }) =>
    lines(BlockIOWriteBandwidth, ({ device, value }) => `${device} ${numberOr(value, notSet)}`),
  MemoryAccounting: ({ MemoryAccounting }) => yesNo(MemoryAccounting === true),
  DefaultMemoryLow: ({ DefaultMemoryLow }) => amount(DefaultMemoryLow, '0'),
  DefaultMemoryMin: ({ DefaultMemoryMin }) => amount(DefaultMemoryMin, '0'),
  MemoryMin: ({ MemoryMin }) => amount(MemoryMin, '0'),
  MemoryLow: ({ MemoryLow }) => amount(MemoryLow, '0'),
  MemoryHigh: ({ MemoryHigh }) => amount(MemoryHigh, 'infinity'),
  MemoryMax: ({ MemoryMax }) => amount(MemoryMax, 'infinity'),
  MemorySwapMax: ({ MemorySwapMax }) => amount(MemorySwapMax, 'infinity'),
  MemoryLimit: ({ MemoryLimit }) => amount(MemoryLimit, 'infinity'),
  DevicePolicy: ({ DevicePolicy }) => DevicePolicy,
  // Each line goes in front of those before it.
  DeviceAllow: ({ DeviceAllow }) => lines(DeviceAllow.toReversed(), ({ device, access }) => `${device} ${access}`),
  TasksAccounting: ({ TasksAccounting }) => yesNo(TasksAccounting === true),
  TasksMax: ({ TasksMax }) => amount(TasksMax, 'infinity'),
  IPAccounting: ({ IPAccounting }) => yesNo(IPAccounting === true),
  IPAddressAllow: ({ IPAddressAllow }) => prefixes(IPAddressAllow),
  IPAddressDeny: ({ IPAddressDeny }) => prefixes(IPAddressDeny),
  IPIngressFilterPath: ({ IPIngressFilterPath }) => IPIngressFilterPath.join(' '),
  IPEgressFilterPath: ({ IPEgressFilterPath }) => IPEgressFilterPath.join(' '),
  DisableControllers: ({ DisableControllers }) => controllers.filter((each) => DisableControllers.includes(each)).join(' '),
  ManagedOOMSwap: ({ ManagedOOMSwap }) => ManagedOOMSwap ?? 'auto',
  ManagedOOMMemoryPressure: ({ ManagedOOMMemoryPressure }) => ManagedOOMMemoryPressure ?? 'auto',
  // Ten-thousandths, in the 32 bits of the property.
  ManagedOOMMemoryPressureLimit: ({ ManagedOOMMemoryPressureLimit }) =>
    String(Math.round(((ManagedOOMMemoryPressureLimit ?? 0) * 0xffff_ffff) / 10_000)),
  ManagedOOMPreference: ({ ManagedOOMPreference }) => ManagedOOMPreference ?? 'none',
  BPFProgram: ({ BPFProgram }) => lines(BPFProgram, (each) => each),
  SocketBindAllow: ({ SocketBindAllow }) => lines(SocketBindAllow, bindRule),
  SocketBindDeny: ({ SocketBindDeny }) => lines(SocketBindDeny, bindRule),
  RestrictNetworkInterfaces: ({ RestrictNetworkInterfaces }) => interfaces(RestrictNetworkInterfaces),
};

const controllers = ['cpu', 'cpuset', 'io', 'memory', 'pids'] as const;

/** Without a limit a device is as one that is not named. */
function rates(devices: CgroupSettings['IOReadBandwidthMax']): string {
  return lines(
    devices.filter(({ value }) => value !== Infinity),
    ({ device, value }) => `${device} ${value}`,
  );
}

function lines<Item>(items: readonly Item[], text: (item: Item) => string): string {
  return items.map(text).join('\n');
}

function amount(value: Amount | undefined, none: string): string {
  if (value === undefined) return none;
  return 'absolute' in value ? numberOr(value.absolute, none) : `${value.permyriad / 100}%`;
}

function bindRule({ family, protocol, ports }: SocketBindRule): string {
  const range = ports === undefined ? [] : [ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`];
  const words = [family ?? [], protocol ?? [], range].flat();
  return words.length === 0 ? 'any' : words.join(':');
}

/** What the lists come to: the first says whether those of the set are allowed or denied. */
function interfaces(all: readonly InvertibleList[]): string {
  return all.length === 0 ? '~' : mergedText(mergedNames(all));
}

/** IPv6 before IPv4, each in the order of its addresses. */
function prefixes(list: readonly IpPrefix[]): string {
  const texts = new Map(list.map((prefix) => [placeOf(prefix), `${formatIpAddress(prefix)}/${prefix.length}`]));
  return [...texts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join(' ');
}

function placeOf({ family, bytes, length }: IpPrefix): string {
  return [family === 'inet6' ? 0 : 1, ...[...bytes, length].map((byte) => String(byte).padStart(3, '0'))].join();
}
