import { orEmpty, remarked } from '../values/combine.ts';
import { ok } from '../../base/result.ts';
import { refuse, type ValueParser } from '../values/parser.ts';
import { boolean } from '../values/boolean.ts';
import { blockWeight, cpuQuota, cpuShares, memoryAmountOr, memoryLimit, rate, tasksMax, weight } from '../values/cgroup-limit.ts';
import { cpuSet } from '../values/cpu-set.ts';
import { deviceRule, perDevice } from '../values/device.ts';
import { booleanOr, oneOf } from '../values/enum.ts';
import { addressPrefixList } from '../values/ip-address.ts';
import { invertibleInterfaces } from '../values/name-list.ts';
import { absolutePath } from '../values/path.ts';
import { permyriad } from '../values/percent.ts';
import { socketBindRule } from '../values/socket-bind-rule.ts';
import { plainString, string } from '../values/string.ts';
import { timespan, timespanOrInfinity } from '../values/timespan.ts';
import { unitName } from '../values/unit-name.ts';
import { mergeNumbers, noNumbers } from './merge.ts';
import { combining, entries, last, list, merged, obsolete, type Facts, type Setting, single, type Values } from './setting.ts';
import { words } from '../values/words.ts';
import { controllers } from './checked-words.ts';
import { without } from './status.ts';

/** A setting of the time of cgroup v1. */
function old<T>(parser: ValueParser<T>, instead: string): ValueParser<T> {
  return remarked(parser, () => `it is about to go from systemd; ${instead} is what takes its place`);
}

const bpfProgram: ValueParser<string> = (text) =>
  /^[a-z0-9_]+:\//.test(text) ? ok(text) : refuse('expected a kind of program such as egress, and a path behind a colon');

/** What systemd.resource-control(5) describes. */
export const cgroupRows = {
  Slice: last(unitName('slice'), '', { since: 208, meaning: 'Slice the unit is placed in' }),
  AllowedCPUs: merged(cpuSet, noNumbers, mergeNumbers, { since: 244, meaning: 'cpuset.cpus' }),
  StartupAllowedCPUs: merged(cpuSet, noNumbers, mergeNumbers, {
    since: 244,
    meaning: 'cpuset.cpus during boot/shutdown',
  }),
  AllowedMemoryNodes: merged(cpuSet, noNumbers, mergeNumbers, { since: 244, meaning: 'cpuset.mems' }),
  StartupAllowedMemoryNodes: merged(cpuSet, noNumbers, mergeNumbers, {
    since: 244,
    meaning: 'cpuset.mems during boot/shutdown',
  }),
  CPUSetPartition: last(oneOf('member', 'root', 'isolated'), undefined, {
    since: 261,
    meaning: 'cpuset.cpus.partition: member, root, isolated',
  }),
  CPUAccounting: last(boolean, undefined, {
    since: 0,
    meaning: 'Obsolete (always on)',
    status: { accepted: 'the kernel counts processor time without being asked' },
  }),
  CPUWeight: last(weight({ idle: true }), undefined, { since: 232, meaning: 'cpu.weight 1..10000 or idle' }),
  StartupCPUWeight: last(weight({ idle: true }), undefined, {
    since: 232,
    meaning: 'cpu.weight during boot/shutdown',
  }),
  CPUShares: last(old(cpuShares, 'CPUWeight='), undefined, { since: 0, meaning: 'Old weight of cgroup v1, where there is no CPUWeight=' }),
  StartupCPUShares: last(old(cpuShares, 'StartupCPUWeight='), undefined, {
    since: 0,
    meaning: 'Old weight of cgroup v1, where there is no StartupCPUWeight=',
  }),
  CPUQuota: last(cpuQuota, undefined, { since: 213, meaning: 'CPU time per wall time in percent' }),
  CPUQuotaPeriodSec: last(timespanOrInfinity, undefined, {
    since: 242,
    meaning: 'Period the quota is measured over',
  }),
  MemoryAccounting: last(boolean, undefined, { since: 208, meaning: 'Memory accounting switch' }),
  MemoryMin: last(memoryAmountOr(0), undefined, { since: 240, meaning: 'memory.min (hard protection)' }),
  MemoryLow: last(memoryAmountOr(0), undefined, { since: 240, meaning: 'memory.low (soft protection)' }),
  StartupMemoryLow: last(memoryAmountOr(0), undefined, { since: 254, meaning: 'memory.low during boot/shutdown' }),
  DefaultMemoryMin: last(memoryAmountOr(0), undefined, { since: 243, meaning: 'MemoryMin= of the units in the slice that set none' }),
  DefaultMemoryLow: last(memoryAmountOr(0), undefined, { since: 243, meaning: 'MemoryLow= of the units in the slice that set none' }),
  DefaultStartupMemoryLow: last(memoryAmountOr(0), undefined, {
    since: 254,
    meaning: 'StartupMemoryLow= of the units in the slice that set none',
  }),
  MemoryHigh: last(memoryLimit, undefined, { since: 231, meaning: 'memory.high (throttle)' }),
  StartupMemoryHigh: last(memoryLimit, undefined, { since: 254, meaning: 'memory.high during boot/shutdown' }),
  MemoryMax: last(memoryLimit, undefined, { since: 231, meaning: 'memory.max (hard limit)' }),
  StartupMemoryMax: last(memoryLimit, undefined, { since: 254, meaning: 'memory.max during boot/shutdown' }),
  MemorySwapMax: last(memoryAmountOr(Infinity), undefined, { since: 232, meaning: 'memory.swap.max' }),
  StartupMemorySwapMax: last(memoryAmountOr(Infinity), undefined, {
    since: 254,
    meaning: 'memory.swap.max during boot/shutdown',
  }),
  MemoryZSwapMax: last(memoryAmountOr(Infinity), undefined, { since: 253, meaning: 'memory.zswap.max' }),
  StartupMemoryZSwapMax: last(memoryAmountOr(Infinity), undefined, {
    since: 254,
    meaning: 'memory.zswap.max during boot/shutdown',
  }),
  MemoryZSwapWriteback: last(boolean, undefined, { since: 256, meaning: 'memory.zswap.writeback' }),
  MemoryLimit: last(old(memoryLimit, 'MemoryMax='), undefined, {
    since: 0,
    meaning: 'Old limit of cgroup v1, where no other limit of memory is set',
  }),
  DeviceAllow: entries(deviceRule, { since: 208, meaning: 'Device node or block-/char- class with r, w, m' }),
  DevicePolicy: last(oneOf('auto', 'closed', 'strict'), 'auto', {
    since: 208,
    meaning: 'auto, closed or strict device access',
  }),
  IOAccounting: last(boolean, undefined, { since: 230, meaning: 'IO accounting switch' }),
  IOWeight: last(weight(), undefined, { since: 230, meaning: 'io.weight 1..10000' }),
  StartupIOWeight: last(weight(), undefined, { since: 230, meaning: 'io.weight during boot/shutdown' }),
  IODeviceWeight: entries(perDevice(weight()), { since: 230, meaning: 'Per-device weight' }),
  IOReadBandwidthMax: perDeviceLast(perDevice(rate), { since: 230, meaning: 'Per-device read bytes per second' }),
  IOWriteBandwidthMax: perDeviceLast(perDevice(rate), {
    since: 230,
    meaning: 'Per-device write bytes per second',
  }),
  IOReadIOPSMax: perDeviceLast(perDevice(rate), { since: 230, meaning: 'Per-device read operations per second' }),
  IOWriteIOPSMax: perDeviceLast(perDevice(rate), {
    since: 230,
    meaning: 'Per-device write operations per second',
  }),
  IODeviceLatencyTargetSec: entries(perDevice(timespan), { since: 240, meaning: 'Per-device latency target' }),
  BlockIOAccounting: last(boolean, undefined, { since: 0, meaning: 'Old spelling of IOAccounting=' }),
  BlockIOWeight: last(blockWeight, undefined, { since: 0, meaning: 'Old weight of cgroup v1, where nothing of IO*= is set' }),
  StartupBlockIOWeight: last(blockWeight, undefined, { since: 0, meaning: 'Old weight of cgroup v1, where nothing of IO*= is set' }),
  BlockIODeviceWeight: entries(old(perDevice(blockWeight), 'IODeviceWeight='), { since: 0, meaning: 'The same for one device' }),
  BlockIOReadBandwidth: perDeviceLast(old(perDevice(rate), 'IOReadBandwidthMax='), {
    since: 0,
    meaning: 'Old spelling of IOReadBandwidthMax=',
  }),
  BlockIOWriteBandwidth: perDeviceLast(old(perDevice(rate), 'IOWriteBandwidthMax='), {
    since: 0,
    meaning: 'Old spelling of IOWriteBandwidthMax=',
  }),
  TasksAccounting: last(boolean, undefined, { since: 227, meaning: 'Task accounting switch' }),
  TasksMax: last(orEmpty(tasksMax, undefined), undefined, { since: 227, meaning: 'pids.max: number, percent or infinity' }),
  Delegate: delegation({
    since: 218,
    meaning: 'Hand cgroup subtree management to the unit (bool or controllers)',
  }),
  DelegateSubgroup: last(plainString, '', {
    since: 254,
    meaning: 'Sub-cgroup for the main process of a delegated unit',
  }),
  DisableControllers: combining('merge', list(controllers, { since: 240, meaning: 'Controllers not enabled below this unit' })),
  IPAccounting: last(boolean, undefined, { since: 235, meaning: 'IP traffic accounting switch' }),
  IPAddressAllow: list(addressPrefixList, { since: 235, meaning: 'Allowed peer address prefixes' }),
  IPAddressDeny: list(addressPrefixList, { since: 235, meaning: 'Denied peer address prefixes' }),
  IPIngressFilterPath: entries(absolutePath, { since: 243, meaning: 'Pinned BPF program for ingress' }),
  IPEgressFilterPath: entries(absolutePath, { since: 243, meaning: 'Pinned BPF program for egress' }),
  ManagedOOMSwap: last(orEmpty(oneOf('auto', 'kill'), undefined), undefined, {
    since: 247,
    meaning: 'systemd-oomd swap monitoring: auto, kill',
    status: without.oomd,
  }),
  ManagedOOMMemoryPressure: last(orEmpty(oneOf('auto', 'kill'), undefined), undefined, {
    since: 247,
    meaning: 'systemd-oomd pressure monitoring: auto, kill',
    status: without.oomd,
  }),
  ManagedOOMMemoryPressureLimit: last(orEmpty(permyriad, undefined), undefined, {
    since: 247,
    meaning: 'Pressure limit in percent',
    status: without.oomd,
  }),
  ManagedOOMMemoryPressureDurationSec: last(timespan, undefined, {
    since: 257,
    meaning: 'Time above the limit before acting',
    status: without.oomd,
  }),
  ManagedOOMPreference: last(oneOf('none', 'avoid', 'omit'), undefined, {
    since: 248,
    meaning: 'Candidate preference: none, avoid, omit',
    status: without.oomd,
  }),
  OOMRules: last(words, undefined, { since: 261, meaning: 'Named systemd-oomd rule sets', status: without.oomd }),
  NetClass: obsolete({ since: 0, meaning: 'Obsolete no-op' }),
  BPFProgram: entries(bpfProgram, { since: 249, meaning: 'type:path of a pinned BPF program to attach' }),
  SocketBindAllow: entries(socketBindRule, { since: 249, meaning: 'Allowed bind(): [family:][proto:]ports or any' }),
  SocketBindDeny: entries(socketBindRule, { since: 249, meaning: 'Denied bind()' }),
  RestrictNetworkInterfaces: combining(
    'merge',
    entries(invertibleInterfaces, { since: 250, meaning: 'Allowed interfaces, or denied with ~' }),
  ),
  MemoryPressureThresholdSec: last(orEmpty(timespan, undefined), undefined, {
    since: 254,
    meaning: 'Threshold advertised in $MEMORY_PRESSURE_WRITE',
  }),
  MemoryPressureWatch: last(orEmpty(booleanOr('auto', 'skip'), undefined), undefined, {
    since: 254,
    meaning: 'Whether $MEMORY_PRESSURE_* is set: no, yes, auto, skip',
  }),
  CPUPressureThresholdSec: last(orEmpty(timespan, undefined), undefined, {
    since: 261,
    meaning: 'Threshold advertised in $CPU_PRESSURE_WRITE',
  }),
  CPUPressureWatch: last(orEmpty(booleanOr('auto', 'skip'), undefined), undefined, {
    since: 261,
    meaning: 'Whether $CPU_PRESSURE_* is set: no, yes, auto, skip',
  }),
  IOPressureThresholdSec: last(orEmpty(timespan, undefined), undefined, {
    since: 261,
    meaning: 'Threshold advertised in $IO_PRESSURE_WRITE',
  }),
  IOPressureWatch: last(orEmpty(booleanOr('auto', 'skip'), undefined), undefined, {
    since: 261,
    meaning: 'Whether $IO_PRESSURE_* is set: no, yes, auto, skip',
  }),
  NFTSet: entries(plainString, {
    since: 255,
    meaning: 'nftables sets to add the cgroup/user/group to',
    status: { accepted: 'tysd changes no sets of nftables, as systemd does where it is built without' },
  }),
  CoredumpReceive: last(boolean, false, {
    since: 255,
    meaning: 'Forward crashes inside the unit to its own coredump socket',
    status: { accepted: 'it is for systemd-coredump, which asks systemd of it' },
  }),
  BindNetworkInterface: last(string, '', { since: 260, meaning: 'Network interface that sockets are bound to' }),
};

/** Slice is empty where it is not set: graph/default-dependencies.ts then chooses. */
export interface CgroupSettings extends Values<typeof cgroupRows> {}

/** Delegate=: a boolean, or controllers, which accumulate; empty delegates without asking for controllers. */
function delegation(facts: Facts): Setting<boolean | readonly string[]> {
  return {
    ...facts,
    row: 'setting',
    combine: 'merge',
    initial: false,
    assign(current, text, context) {
      if (text === '') return ok([]);
      const all = boolean(text, context);
      if (all.ok) return all;
      const added = controllers(text, context);
      if (!added.ok || current === true) return added.ok ? ok(true) : added;
      return Array.isArray(current) ? ok([...current, ...added.value]) : added;
    },
  };
}

interface OfDevice<Value> {
  readonly device: string;
  readonly value: Value;
}

/** Of several lines for one device the last one counts. */
function perDeviceLast<Value>(parse: ValueParser<OfDevice<Value>>, facts: Facts): Setting<readonly OfDevice<Value>[]> {
  const replace = (current: unknown, added: readonly OfDevice<Value>[]): readonly OfDevice<Value>[] => {
    const kept: readonly OfDevice<Value>[] = Array.isArray(current) ? current : [];
    return [...kept.filter(({ device }) => !added.some((other) => other.device === device)), ...added];
  };
  return combining('per-device', merged(single(parse), nothing<Value>(), replace, facts));
}

function nothing<Value>(): readonly OfDevice<Value>[] {
  return [];
}
