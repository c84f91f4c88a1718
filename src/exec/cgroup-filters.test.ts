import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { parseIpPrefix } from '../unit/values/ip-address.ts';
import { addressProgram } from './bpf/address.ts';
import { bindInterfaceProgram } from './bpf/bind-interface.ts';
import { deviceProgram } from './bpf/device.ts';
import { type CgroupFacts, cgroupFilterOps, hasCgroupFilters, missingProgram } from './cgroup-filters.ts';
import { allowedDevices } from './devices.ts';

function cgroupOf(settings: Partial<CgroupSettings>): CgroupSettings {
  return { ...initialValues.cgroup, ...settings };
}

function execOf(settings: Partial<ExecSettings> = {}): ExecSettings {
  return { ...initialValues.exec, ...settings };
}

const facts: CgroupFacts = {
  slices: [],
  devices: {
    nodes: new Map([['/dev/sda', { kind: 'block', major: 8, minor: 0 }]]),
    drivers: [
      { kind: 'char', name: 'misc', major: 10 },
      { kind: 'char', name: 'rtc', major: 252 },
      { kind: 'block', name: 'loop', major: 7 },
      { kind: 'block', name: 'misc', major: 99 },
    ],
  },
  interfaces: new Map([['eth0', 3]]),
};

function devices(settings: Partial<CgroupSettings>, exec: Partial<ExecSettings> = {}) {
  return allowedDevices(cgroupOf({ DevicePolicy: 'strict', ...settings }), execOf(exec), facts.devices);
}

test('devices are allowed by node, by number, by driver and by kind', () => {
  const rules = ['/dev/sda', 'char-misc', 'block-l*', 'char-4', 'block-*'].map((device) => ({ device, access: 'r' }));
  assert.deepEqual(devices({ DeviceAllow: rules })?.devices, [
    { kind: 'block', major: 8, minor: 0, access: 'r' },
    { kind: 'char', major: 10, access: 'r' },
    { kind: 'block', major: 7, access: 'r' },
    { kind: 'char', major: 4, access: 'r' },
    { kind: 'block', access: 'r' },
  ]);
  assert.deepEqual(devices({ DeviceAllow: [{ device: '/dev/b', access: 'r' }] }), {
    devices: [],
    warnings: ['DeviceAllow=: there is no device /dev/b'],
  });
});

function count(settings: Partial<CgroupSettings>, exec: Partial<ExecSettings> = {}): number | undefined {
  return devices({ DevicePolicy: 'auto', ...settings }, exec)?.devices.length;
}

test('a policy that is left open closes with the first device, and with PrivateDevices=; a protected clock may be read', () => {
  assert.equal(count({}), undefined);
  assert.equal(count({}, { ProtectClock: true }), undefined);
  assert.equal(count({}, { PrivateDevices: true }), 10);
  assert.equal(count({ DeviceAllow: [{ device: '/dev/sda', access: 'r' }] }), 11);
  assert.equal(count({ DevicePolicy: 'closed' }, { ProtectClock: true }), 11);
  assert.equal(count({ DevicePolicy: 'strict' }), 0);
});

test('a slice has filters of its own, above those of the unit, and its addresses count for the unit', () => {
  const [any, one] = ['0.0.0.0/0', '10.0.0.1'].map((text) => parseIpPrefix(text)).filter((prefix) => prefix !== undefined);
  assert.ok(any !== undefined && one !== undefined);
  const slice = { path: 'a.slice', cgroup: cgroupOf({ DevicePolicy: 'strict', IPAddressDeny: [any] }) };
  const { ops, warnings } = cgroupFilterOps(cgroupOf({ IPAddressAllow: [one] }), execOf(), { ...facts, slices: [slice] }, true);
  assert.deepEqual(warnings, []);
  assert.deepEqual(ops, [
    {
      op: 'cgroup-filter',
      cgroup: 'a.slice',
      type: 15,
      attach: 6,
      name: 'tysd_devices',
      program: deviceProgram([]),
      function: 0,
      setting: 'DevicePolicy',
    },
    ...(['ingress', 'egress'] as const).map((direction, attach) => ({
      op: 'cgroup-filter',
      cgroup: '',
      type: 8,
      attach,
      name: `tysd_ip_${direction}`,
      program: addressProgram(direction, [one], [any]),
      function: 0,
      setting: 'IPAddressDeny',
    })),
  ]);
});

test('traffic is counted by what filters addresses, in the unit and in slices that are asked to', () => {
  const [any] = ['0.0.0.0/0'].map((text) => parseIpPrefix(text)).filter((prefix) => prefix !== undefined);
  assert.ok(any !== undefined);
  const slice = { path: 'a.slice', cgroup: cgroupOf({ IPAccounting: true, IPAddressDeny: [any] }) };
  const counting = (cgroup: string, attach: number, denied: typeof slice.cgroup.IPAddressDeny) => ({
    op: 'cgroup-filter',
    cgroup,
    type: 8,
    attach,
    name: ['tysd_ip_ingress', 'tysd_ip_egress'][attach],
    program: addressProgram(attach === 0 ? 'ingress' : 'egress', [], denied, true),
    function: 0,
    setting: denied.length === 0 ? 'IPAccounting' : 'IPAddressDeny',
    ...(denied.length === 0 ? { tolerate: true } : {}),
  });
  const within = cgroupFilterOps(cgroupOf({ IPAccounting: true }), execOf(), { ...facts, slices: [slice] }, true);
  assert.deepEqual(within.ops, [counting('a.slice', 0, []), counting('a.slice', 1, []), counting('', 0, [any]), counting('', 1, [any])]);
  const byDefault = [undefined, false].map(
    (IPAccounting) => cgroupFilterOps(cgroupOf({ IPAccounting }), execOf(), { ...facts, countsByDefault: true }, false).ops.length,
  );
  assert.deepEqual(byDefault, [2, 0]);
  const itself = cgroupFilterOps(slice.cgroup, execOf(), { ...facts, isSlice: true }, true);
  assert.deepEqual(itself.ops, [counting('', 0, []), counting('', 1, [])]);
});

function tolerates(strict: boolean): readonly (boolean | undefined)[] {
  return cgroupFilterOps(cgroupOf({ DevicePolicy: 'closed' }), execOf(), facts, strict).ops.map(({ tolerate }) => tolerate);
}

test('what the kernel refuses is done without, unless the sandbox must be whole', () => {
  assert.deepEqual([tolerates(false), tolerates(true)], [[true], [undefined]]);
});

test('interfaces that there are not, and programs that are none, are told', () => {
  const cgroup = cgroupOf({
    RestrictNetworkInterfaces: [{ invert: false, names: ['eth0', 'eth1'] }],
    BPFProgram: ['egress:/sys/fs/bpf/a', 'nonsense:/b', 'ingress:c'],
    IPIngressFilterPath: ['/sys/fs/bpf/in'],
  });
  const { ops, warnings } = cgroupFilterOps(cgroup, execOf(), facts, false);
  assert.deepEqual(warnings, [
    'RestrictNetworkInterfaces=: there is no interface eth1',
    'BPFProgram=: expected a kind of program such as egress, and a path behind a colon, found nonsense:/b',
    'BPFProgram=: expected a kind of program such as egress, and a path behind a colon, found ingress:c',
  ]);
  assert.deepEqual(
    ops.map((op) => [op.op, op.setting, 'path' in op ? op.path : '']),
    [
      ['cgroup-filter', 'RestrictNetworkInterfaces', ''],
      ['cgroup-filter', 'RestrictNetworkInterfaces', ''],
      ['cgroup-pinned-filter', 'IPIngressFilterPath', '/sys/fs/bpf/in'],
      ['cgroup-pinned-filter', 'BPFProgram', '/sys/fs/bpf/a'],
    ],
  );
});

function binding(name: string): readonly Uint8Array[] {
  const { ops } = cgroupFilterOps(cgroupOf({ BindNetworkInterface: name }), execOf(), facts, false);
  return ops.flatMap((op) => (op.op === 'cgroup-filter' && op.setting === 'BindNetworkInterface' ? [op.program] : []));
}

test('BindNetworkInterface= is asked when a socket is made, and none can be made where there is no such interface', () => {
  assert.deepEqual(['eth0', 'eth9', ''].map(binding), [[bindInterfaceProgram(3)], [bindInterfaceProgram(undefined)], []]);
});

test('a unit whose own program for packets is not there is not started, as with systemd', () => {
  const cgroup = cgroupOf({ IPIngressFilterPath: ['/in'], BPFProgram: ['egress:/other'] });
  assert.equal(missingProgram(cgroup, facts), undefined);
  assert.equal(missingProgram(cgroup, { ...facts, missing: new Set(['/other']) }), undefined);
  assert.equal(missingProgram(cgroup, { ...facts, missing: new Set(['/in']) }), 'IPIngressFilterPath=/in: there is no such program');
});

test('only settings that take something away or count are filters', () => {
  const [one] = [parseIpPrefix('10.0.0.1')].filter((prefix) => prefix !== undefined);
  assert.ok(one !== undefined);
  assert.equal(hasCgroupFilters(cgroupOf({ IPAddressAllow: [one], SocketBindAllow: [{}] }), execOf()), false);
  assert.equal(hasCgroupFilters(cgroupOf({ IPAddressDeny: [one] }), execOf()), true);
  assert.equal(hasCgroupFilters(cgroupOf({ IPAccounting: true }), execOf()), true);
  const byDefault = [undefined, false, true].map((IPAccounting) => hasCgroupFilters(cgroupOf({ IPAccounting }), execOf(), true));
  assert.deepEqual(byDefault, [true, false, true]);
  assert.equal(hasCgroupFilters(cgroupOf({}), execOf({ PrivateDevices: true })), true);
});

test('filters are made anew when what they depend on is another one, and only then', () => {
  const cgroup = cgroupOf({ DevicePolicy: 'strict', DeviceAllow: [{ device: 'char-rtc', access: 'r' }] });
  const exec = execOf();
  const first = cgroupFilterOps(cgroup, exec, facts, false);
  assert.equal(cgroupFilterOps(cgroup, exec, { ...facts, slices: [...facts.slices], interfaces: new Map(facts.interfaces) }, false), first);
  const others: readonly CgroupFacts[] = [
    { ...facts, slices: [{ path: 'x.slice', cgroup }] },
    { ...facts, interfaces: new Map([['eth0', 4]]) },
    { ...facts, devices: { ...facts.devices, drivers: [{ kind: 'char', name: 'rtc', major: 253 }] } },
    { ...facts, devices: { ...facts.devices, nodes: new Map() } },
  ];
  for (const other of others) {
    const again = cgroupFilterOps(cgroup, exec, facts, false);
    assert.notEqual(cgroupFilterOps(cgroup, exec, other, false), again);
  }
  const strict = cgroupFilterOps(cgroup, exec, facts, true);
  assert.ok(strict.ops.every(({ tolerate }) => tolerate !== true) && first.ops.every(({ tolerate }) => tolerate === true));
});
