import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, constantFrom, double, integer, option, property, record } from 'fast-check';
import { serviceWith } from '../../../test/exec/example.ts';
import { serviceOf } from '../../../test/unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import { attributesOf, initialValue, type ResourceContext } from './attributes.ts';
import { writesOf } from './legacy.ts';
import { neededControllers, usualResources } from './need.ts';

const context: ResourceContext = {
  oomPolicy: 'stop',
  defaults: { ...usualResources, tasksMax: { absolute: Infinity } },
  startup: false,
  memoryTotal: 1000 * 4096,
  tasksTotal: 1000,
  slices: [],
  legacy: new Set(),
  devices: { nodes: new Map([['/dev/sda', { kind: 'block', major: 8, minor: 0 }]]), drivers: [] },
  device: (path) => (path === '/dev/sda' ? '8:0' : undefined),
};

function written(cgroup: Partial<CgroupSettings>, more: Partial<ResourceContext> = {}): Readonly<Record<string, string>> {
  const attributes = attributesOf(serviceOf({}, { cgroup }), { ...context, ...more });
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
}

test('a unit that sets nothing has nothing to be written', () => assert.deepEqual(written({}), {}));

test('old shares and weights are translated where no new ones are set', () => {
  assert.deepEqual(written({ CPUShares: 2048 }), { 'cpu.weight': '200' });
  assert.deepEqual(written({ CPUShares: 2048, CPUWeight: 50 }), { 'cpu.weight': '50' });
  assert.deepEqual(written({ BlockIOWeight: 1000 }), { 'io.weight': 'default 200', 'io.bfq.weight': '109' });
  assert.deepEqual(written({ BlockIOWeight: 1000, IOReadIOPSMax: [{ device: '/dev/sda', value: 5 }] }), {
    'io.max 8:0': '8:0 rbps=max wbps=max riops=5 wiops=max',
  });
  assert.deepEqual(written({ MemoryLimit: { absolute: 8192 } }), { 'memory.max': '8192' });
  assert.deepEqual(written({ MemoryLimit: { absolute: 8192 }, MemoryHigh: { absolute: 4096 } }), { 'memory.high': '4096' });
});

test('the weight idle is a file of its own', () => assert.deepEqual(written({ CPUWeight: 'idle' }), { 'cpu.idle': '1' }));

test('the limits of a device are one line, and a device that is not there has none', () => {
  const limits = {
    IOReadBandwidthMax: [
      { device: '/dev/sda', value: 1000 },
      { device: '/dev/none', value: 1 },
    ],
    IOWriteIOPSMax: [{ device: '/dev/sda', value: 7 }],
    IODeviceLatencyTargetSec: [{ device: '/dev/sda', value: 25_000 }],
    IODeviceWeight: [{ device: '/dev/sda', value: 200 }],
  };
  assert.deepEqual(written(limits), {
    'io.weight 8:0': '8:0 200',
    'io.latency 8:0': '8:0 target=25000',
    'io.max 8:0': '8:0 rbps=1000 wbps=max riops=max wiops=7',
  });
});

test('shares of the memory are whole pages, and those of the tasks whole tasks', () => {
  assert.deepEqual(written({ MemoryMax: { permyriad: 1 }, MemorySwapMax: { permyriad: 3333 }, TasksMax: { permyriad: 155 } }), {
    'memory.max': '0',
    'memory.swap.max': String(333 * 4096),
    'pids.max': '15',
  });
});

test('what the innermost slice says of the memory of its units is theirs, unless they say it themselves', () => {
  const inner = serviceOf({}, { cgroup: { DefaultMemoryLow: { absolute: 4096 } } }).cgroup;
  const outer = serviceOf({}, { cgroup: { DefaultMemoryLow: { absolute: 8192 }, DefaultMemoryMin: { absolute: 512 } } }).cgroup;
  assert.ok(inner !== undefined && outer !== undefined);
  const slices = [inner, outer];
  assert.deepEqual(written({}, { slices }), { 'memory.min': '512', 'memory.low': '4096' });
  assert.deepEqual(written({ MemoryLow: { absolute: 0 } }, { slices }), { 'memory.min': '512' });
  const starting = serviceOf({}, { cgroup: { DefaultStartupMemoryLow: { absolute: 12288 } } }).cgroup;
  assert.ok(starting !== undefined);
  const all = { slices: [starting, ...slices] };
  assert.deepEqual(written({}, { ...all, startup: true }), { 'memory.min': '512', 'memory.low': '12288' });
  assert.deepEqual(written({}, all), { 'memory.min': '512', 'memory.low': '4096' });
});

test('a quota is at least a millisecond of a period that is at most a second', () => {
  check(
    property(
      double({ min: 0.01, max: 100_000, noNaN: true }),
      option(integer({ min: 1, max: 10_000_000 }), { nil: undefined }),
      (quota, period) => {
        const text = written({ CPUQuota: quota, CPUQuotaPeriodSec: period })['cpu.max'] ?? '';
        const [most = 0, of = 0] = text.split(' ').map(Number);
        assert.ok(Number.isInteger(most) && most >= 1000 && of >= 1000 && of <= 1_000_000, text);
      },
    ),
  );
});

test('whatever is written needs a controller that the unit is counted for', () => {
  const amount = option(constantFrom({ absolute: 0 }, { absolute: 4096 }, { absolute: Infinity }, { permyriad: 500 }), { nil: undefined });
  const settings = record({
    MemoryMax: amount,
    MemoryLow: amount,
    TasksMax: amount,
    CPUWeight: constantFrom(undefined, 5, 'idle' as const),
  });
  check(
    property(settings, (cgroup) => {
      const config = serviceOf({}, { cgroup });
      const defaults = { ...usualResources, memoryAccounting: false, tasksAccounting: false };
      const needed = neededControllers(config, defaults);
      for (const { controller, key } of attributesOf(config, { ...context, defaults })) assert.ok(needed.includes(controller), key);
    }),
  );
});

const legacy = { legacy: new Set(['cpu', 'io', 'memory', 'pids', 'devices'] as const) };

test('controllers of cgroup v1 are told what systemd tells them', () => {
  const bfq = { 'blkio.bfq.weight': '136' };
  assert.deepEqual(written({}, legacy), bfq);
  assert.deepEqual(written({ CPUWeight: 300, CPUQuota: 20, CPUQuotaPeriodSec: 50_000, TasksMax: { absolute: 5 } }, legacy), {
    'cpu.shares': '3072',
    'cpu.cfs_period_us': '50000',
    'cpu.cfs_quota_us': '10000',
    ...bfq,
    'pids.max': '5',
  });
  assert.deepEqual(written({ CPUWeight: 'idle' }, legacy)['cpu.shares'], '2');
  assert.deepEqual(written({ MemoryHigh: { absolute: 4096 }, MemoryLimit: { absolute: 8192 } }, legacy), bfq);
  assert.deepEqual(written({ MemoryMax: { permyriad: 1000 } }, legacy)['memory.limit_in_bytes'], '409600');
  const io = {
    IOWeight: 50,
    IOReadBandwidthMax: [{ device: '/dev/sda', value: 1000 }],
    IODeviceWeight: [{ device: '/dev/sda', value: 1 }],
  };
  assert.deepEqual(written(io, legacy), {
    'blkio.weight': '250',
    'blkio.bfq.weight': '113',
    'blkio.weight_device 8:0': '8:0 10',
    'blkio.bfq.weight_device 8:0': '8:0 10',
    'blkio.throttle.read_bps_device 8:0': '8:0 1000',
  });
});

test('devices of cgroup v1 are all denied, and then allowed one by one', () => {
  const value = written({ DevicePolicy: 'strict', DeviceAllow: [{ device: '/dev/sda', access: 'r' }] }, legacy)['devices.allow'] ?? '';
  assert.deepEqual(writesOf({ file: 'devices.allow', value }), [
    { file: 'devices.deny', value: 'a' },
    { file: 'devices.allow', value: 'b 8:0 r' },
  ]);
  assert.deepEqual(writesOf({ file: 'devices.allow', value: initialValue('devices.allow') }), [{ file: 'devices.allow', value: 'a' }]);
  assert.deepEqual(writesOf({ file: 'devices.allow', value: '' }), [{ file: 'devices.deny', value: 'a' }]);
});

/** For lines of a service: what is written while the system starts, and what later; `-` is nothing. */
const everyLine: Readonly<Record<string, readonly [starting: string, later: string]>> = {
  'CPUWeight=300': ['cpu.weight=300', 'cpu.weight=300'],
  'StartupCPUWeight=400': ['cpu.weight=400', '-'],
  'CPUShares=2048': ['cpu.weight=200', 'cpu.weight=200'],
  'StartupCPUShares=4096': ['cpu.weight=400', '-'],
  'CPUQuota=20%': ['cpu.max=20000 100000', 'cpu.max=20000 100000'],
  'CPUQuota=20%\nCPUQuotaPeriodSec=50ms': ['cpu.max=10000 50000', 'cpu.max=10000 50000'],
  'AllowedCPUs=0 2-3': ['cpuset.cpus=0,2,3', 'cpuset.cpus=0,2,3'],
  'StartupAllowedCPUs=1': ['cpuset.cpus=1', '-'],
  'AllowedMemoryNodes=0': ['cpuset.mems=0', 'cpuset.mems=0'],
  'StartupAllowedMemoryNodes=1': ['cpuset.mems=1', '-'],
  'CPUSetPartition=isolated': ['cpuset.cpus.partition=isolated', 'cpuset.cpus.partition=isolated'],
  'MemoryMin=4K': ['memory.min=4096', 'memory.min=4096'],
  'MemoryLow=4K': ['memory.low=4096', 'memory.low=4096'],
  'StartupMemoryLow=8K\nMemoryLow=4K': ['memory.low=8192', 'memory.low=4096'],
  'MemoryHigh=4K': ['memory.high=4096', 'memory.high=4096'],
  'StartupMemoryHigh=8K': ['memory.high=8192', '-'],
  'MemoryMax=50%': ['memory.max=2048000', 'memory.max=2048000'],
  'StartupMemoryMax=8K': ['memory.max=8192', '-'],
  'MemorySwapMax=0': ['memory.swap.max=0', 'memory.swap.max=0'],
  'StartupMemorySwapMax=8K': ['memory.swap.max=8192', '-'],
  'MemoryZSwapMax=4K': ['memory.zswap.max=4096', 'memory.zswap.max=4096'],
  'StartupMemoryZSwapMax=8K': ['memory.zswap.max=8192', '-'],
  'MemoryZSwapWriteback=no': ['memory.zswap.writeback=0', 'memory.zswap.writeback=0'],
  'MemoryLimit=64M': ['memory.max=67108864', 'memory.max=67108864'],
  'TasksMax=17': ['pids.max=17', 'pids.max=17'],
  'IOWeight=50': ['io.weight=default 50 io.bfq.weight=50', 'io.weight=default 50 io.bfq.weight=50'],
  'StartupIOWeight=60': ['io.weight=default 60 io.bfq.weight=60', '-'],
  'IODeviceWeight=/dev/sda 200': ['io.weight 8:0=8:0 200', 'io.weight 8:0=8:0 200'],
  'IODeviceLatencyTargetSec=/dev/sda 25ms': ['io.latency 8:0=8:0 target=25000', 'io.latency 8:0=8:0 target=25000'],
  'IOReadBandwidthMax=/dev/sda 1K': [
    'io.max 8:0=8:0 rbps=1000 wbps=max riops=max wiops=max',
    'io.max 8:0=8:0 rbps=1000 wbps=max riops=max wiops=max',
  ],
  'IOWriteBandwidthMax=/dev/sda 1K': [
    'io.max 8:0=8:0 rbps=max wbps=1000 riops=max wiops=max',
    'io.max 8:0=8:0 rbps=max wbps=1000 riops=max wiops=max',
  ],
  'IOReadIOPSMax=/dev/sda 5': ['io.max 8:0=8:0 rbps=max wbps=max riops=5 wiops=max', 'io.max 8:0=8:0 rbps=max wbps=max riops=5 wiops=max'],
  'IOWriteIOPSMax=/dev/sda 5': ['io.max 8:0=8:0 rbps=max wbps=max riops=max wiops=5', 'io.max 8:0=8:0 rbps=max wbps=max riops=max wiops=5'],
  'BlockIOWeight=1000': ['io.weight=default 200 io.bfq.weight=109', 'io.weight=default 200 io.bfq.weight=109'],
  'StartupBlockIOWeight=1000': ['io.weight=default 200 io.bfq.weight=109', '-'],
  'BlockIODeviceWeight=/dev/sda 1000': ['io.weight 8:0=8:0 200', 'io.weight 8:0=8:0 200'],
  'BlockIOReadBandwidth=/dev/sda 1K': [
    'io.max 8:0=8:0 rbps=1000 wbps=max riops=max wiops=max',
    'io.max 8:0=8:0 rbps=1000 wbps=max riops=max wiops=max',
  ],
  'BlockIOWriteBandwidth=/dev/sda 1K': [
    'io.max 8:0=8:0 rbps=max wbps=1000 riops=max wiops=max',
    'io.max 8:0=8:0 rbps=max wbps=1000 riops=max wiops=max',
  ],
};

function textOf(lines: string, startup: boolean): string {
  const attributes = attributesOf(serviceWith(lines.split('\n')), { ...context, startup });
  return attributes.map(({ key, value }) => `${key}=${value}`).join(' ') || '-';
}

test('what each line of a service writes, while the system starts and later', () => {
  const found = Object.keys(everyLine).map((lines) => [lines, [textOf(lines, true), textOf(lines, false)]]);
  assert.deepEqual(Object.fromEntries(found), everyLine);
});
