import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, constantFrom, double, integer, option, property, record } from 'fast-check';
import { serviceOf } from '../../../test/unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import { attributesOf, type ResourceContext } from './attributes.ts';
import { neededControllers, usualResources } from './need.ts';

const context: ResourceContext = {
  oomPolicy: 'stop',
  defaults: { ...usualResources, tasksMax: { absolute: Infinity } },
  startup: false,
  memoryTotal: 1000 * 4096,
  tasksTotal: 1000,
  slices: [],
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
