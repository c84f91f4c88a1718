import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mainRequest, rootContext } from '../../test/exec/example.ts';
import { serviceOf } from '../../test/unit/config.ts';
import { tables } from '../unit/settings/parts.ts';
import type { Machine } from './needs/need.ts';
import { compile } from './plan.ts';
import { requirements, verdictsOf, withoutUnmet } from './verdict.ts';

const bare: Machine = {
  controllers: new Set(['pids']),
  capabilities: new Set(['CAP_SETPCAP']),
  features: new Set(['mount namespaces']),
  rights: new Set(),
};
const whole: Machine = {
  controllers: new Set(['pids', 'memory']),
  capabilities: new Set(['CAP_SETPCAP', 'CAP_SYS_ADMIN']),
  features: new Set(['mount namespaces', 'network namespaces', 'user namespaces']),
  rights: new Set(['to make namespaces']),
};

test('each row of the table of requirements is of a setting that there is', () => {
  const known = new Set([...Object.keys(tables.exec), ...Object.keys(tables.cgroup)]);
  assert.deepEqual(
    Object.keys(requirements).filter((name) => !known.has(name)),
    [],
  );
});

test('what the machine lacks for a setting is said, and what is there for all is applied', () => {
  const config = serviceOf(
    {},
    { cgroup: { TasksMax: { absolute: 5 }, MemoryMax: { absolute: 4096 } }, exec: { Nice: 5, PrivateTmp: true } },
  );
  const said = new Map(verdictsOf(config, bare).map(({ setting, ...verdict }) => [setting, verdict]));
  assert.deepEqual(said.get('Nice'), { verdict: 'applied' });
  const memory = said.get('MemoryMax');
  assert.ok(memory?.verdict === 'not-applied' && !memory.sandbox);
  const temporary = said.get('PrivateTmp');
  assert.ok(temporary?.verdict === 'not-applied' && temporary.sandbox);
});

test('a scope is told that programs of others are not attached to its cgroup, and a service that they are', () => {
  const machine = { ...whole, features: new Set([...whole.features, 'BPF', 'device filters']) };
  const config = serviceOf({}, { cgroup: { DevicePolicy: 'strict', BPFProgram: ['egress:/sys/fs/bpf/x'] } });
  const said = (unit: typeof config) =>
    ['DevicePolicy', 'BPFProgram'].map((name) => verdictsOf(unit, machine).find(({ setting }) => setting === name)?.verdict);
  assert.deepEqual(
    [said(config), said({ ...config, type: 'scope' })],
    [
      ['applied', 'applied'],
      ['applied', 'not-applied'],
    ],
  );
});

function ownersOf(PrivatePIDs: boolean) {
  const config = serviceOf({}, { exec: { PrivatePIDs, DelegateNamespaces: [true] } });
  return verdictsOf(config, whole).find(({ setting }) => setting === 'DelegateNamespaces');
}

test('that the namespace of processes is not delegated is said of a unit that has one', () => {
  assert.deepEqual(ownersOf(false), { setting: 'DelegateNamespaces', verdict: 'applied' });
  const partly = ownersOf(true);
  assert.ok(partly?.verdict === 'not-applied' && !partly.fails && !partly.sandbox);
  assert.match(partly.why, /stays the manager’s/);
});

test('with the policy systemd only what systemd goes on without is left out, with lenient all, and nothing where nothing lacks', () => {
  const config = serviceOf({}, { exec: { PrivateNetwork: true, RootImage: '/image' } });
  const left = (policy: 'systemd' | 'lenient') => {
    const { PrivateNetwork, RootImage } = withoutUnmet(config, bare, policy).exec ?? {};
    return { PrivateNetwork, RootImage };
  };
  assert.deepEqual(left('systemd'), { PrivateNetwork: false, RootImage: '/image' });
  assert.deepEqual(left('lenient'), { PrivateNetwork: false, RootImage: '' });
  assert.equal(withoutUnmet(config, whole, 'lenient'), config);
});

test('in a user namespace of its own a service needs no capability of its manager', () => {
  const config = serviceOf({}, { exec: { PrivateNetwork: true, PrivateUsers: true } });
  const machine = { ...whole, rights: new Set<string>() };
  assert.equal(withoutUnmet(config, machine, 'systemd'), config);
});

test('a service whose sandbox cannot be applied does not start with the policy strict, but for commands that have none', () => {
  const config = serviceOf({}, { exec: { PrivateNetwork: true } });
  const context = { ...rootContext, sandbox: { machine: bare, policy: 'strict' } as const };
  const refused = compile(mainRequest(config), context);
  assert.match(refused.ok ? '' : refused.error.message, /^its sandbox must be whole, but PrivateNetwork= is not applied: /);
  const request = mainRequest(config);
  assert.ok(compile({ ...request, command: { ...request.command, privilege: 'full' } }, context).ok);
  assert.ok(compile(mainRequest(serviceOf({}, { exec: { PrivateNetwork: true, SandboxPolicy: 'lenient' } })), context).ok);
});

test('a service that asks for no sandbox starts with the policy strict', () => {
  const config = serviceOf({}, { exec: { Nice: 1 }, cgroup: { MemoryMax: { absolute: 4096 } } });
  assert.ok(compile(mainRequest(config), { ...rootContext, sandbox: { machine: bare, policy: 'strict' } }).ok);
});
