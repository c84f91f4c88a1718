import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { addressProgram } from '../../src/exec/bpf/address.ts';
import { bindInterfaceProgram } from '../../src/exec/bpf/bind-interface.ts';
import { deviceProgram } from '../../src/exec/bpf/device.ts';
import { interfaceProgram } from '../../src/exec/bpf/interface.ts';
import { socketBindProgram } from '../../src/exec/bpf/socket-bind.ts';
import type { Op } from '../../src/exec/op.ts';
import { parseIpPrefix } from '../../src/unit/values/ip-address.ts';
import { binary, startKeeper } from './harness.ts';

const mount = readFileSync('/proc/self/mountinfo', 'utf8')
  .split('\n')
  .find((line) => line.includes(' - cgroup2 '))
  ?.split(' ')[4];
const skip = process.getuid?.() !== 0 || mount === undefined ? 'needs root and cgroup v2' : false;
const root = `${mount ?? ''}/tysd-filter-test-${process.pid}`;
const helpers = join(import.meta.dirname, '../differential/run/helpers');

const [deviceType, packetType, addressType, socketType] = [15, 8, 18, 9];
const hooks = { create: 2, ingress: 0, egress: 1, device: 6, bind4: 8, bind6: 9 };

function filter(type: number, attach: number, name: string, program: Uint8Array, cgroup = ''): Op {
  return { op: 'cgroup-filter', cgroup, type, attach, name, program, function: 0 };
}

function prefixOf(text: string) {
  const prefix = parseIpPrefix(text);
  assert.ok(prefix !== undefined);
  return prefix;
}

function counted(denied: readonly string[], counts = true): readonly Op[] {
  const refused = denied.map(prefixOf);
  return (['ingress', 'egress'] as const).map((way) =>
    filter(packetType, hooks[way], `tysd_ip_${way}`, addressProgram(way, [], refused, counts)),
  );
}

/** Each time four packets of version 4 and one of version 6, with one byte each, go both ways; and some more of version 6. */
function traffic(times: number, six = 0): string {
  const one = `${times * (4 * 29 + 49) + six * 49} ${times * 5 + six}`;
  return `${one} ${one}\n-\n`;
}

function over(indexes: readonly number[], inverted: boolean): readonly Op[] {
  return [filter(packetType, hooks.egress, 'test_if', interfaceProgram(indexes, inverted))];
}

function bound(index: number | undefined): readonly Op[] {
  return [filter(socketType, hooks.create, 'test_bound', bindInterfaceProgram(index))];
}

describe('filters of cgroups', { skip }, () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'tysd-filter-'));
    const sources = ['act.c', 'sockets.c', 'filters.c', 'cgroup-filters.c'].map((name) => join(helpers, name));
    const made = spawnSync('cc', ['-std=gnu17', '-static', '-O1', '-o', join(directory, 'act'), ...sources], { encoding: 'utf8' });
    assert.equal(made.status, 0, made.stderr);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** What the helper says when it runs in a group that plans have filtered, one child after the other. */
  async function said(verb: string, ...plans: readonly (readonly Op[])[]): Promise<readonly string[]> {
    await using keeper = await startKeeper(['--tracking=cgroup2', `--cgroup=${root}`]);
    const manager = await keeper.manager();
    const path = join(directory, 'said');
    manager.do({ do: 'make-group', group: 'a', path: 'above.slice/a.service', mark: 'MARK=a' });
    for (const [index, ops] of plans.entries()) {
      const child = index + 1;
      // The plan opens what it writes to before its cgroup is filtered, as every plan does.
      const plan: readonly Op[] = [
        { op: 'open', slot: 1, path, flags: 0o1101, mode: 0o600 },
        { op: 'dup', slot: 1, number: 1 },
        ...ops,
        { op: 'exec', paths: [join(directory, 'act')], argv: ['act', verb], env: [] },
      ];
      manager.do({ do: 'run', child, group: 'a', plan });
      const { exit } = await manager.event('exited', (event) => event.child === child);
      assert.deepEqual([exit.status, exit.failedOp, exit.errno], [0, -1, 0]);
    }
    return readFileSync(path, 'utf8').trimEnd().split('\n');
  }

  test('a device that is not allowed cannot be opened, also by later processes', async () => {
    const devices = filter(deviceType, hooks.device, 'test_devices', deviceProgram([{ kind: 'char', major: 1, minor: 5, access: 'r' }]));
    const lines = await said('devices', [devices], [devices, devices], []);
    assert.deepEqual(lines.slice(0, 3), ['/dev/null read 1 write 1', '/dev/zero read 0 write 1', '/dev/full read 1 write 1']);
  });

  test('a program takes the place of one with its name, and what is attached to a slice holds below it', async () => {
    const zero = deviceProgram([{ kind: 'char', major: 1, minor: 5, access: 'rw' }]);
    const all = deviceProgram([
      { kind: 'char', access: 'rwm' },
      { kind: 'block', access: 'rwm' },
    ]);
    const none = filter(deviceType, hooks.device, 'test_devices', deviceProgram([]));
    const replaced = await said('devices', [none], [filter(deviceType, hooks.device, 'test_devices', all)]);
    assert.equal(replaced[0], '/dev/null read 0 write 0');
    const above = filter(deviceType, hooks.device, 'test_devices', zero, 'above.slice');
    const both = await said('devices', [above, filter(deviceType, hooks.device, 'test_devices', all)]);
    assert.deepEqual(both.slice(0, 2), ['/dev/null read 1 write 1', '/dev/zero read 0 write 0']);
  });

  test('packets to and from denied addresses are dropped', async () => {
    const program = (direction: 'ingress' | 'egress') =>
      filter(
        packetType,
        hooks[direction],
        `test_${direction}`,
        addressProgram(direction, [prefixOf('127.0.0.2')], ['0.0.0.0/0', '::/0'].map(prefixOf)),
      );
    const lines = await said('packets', [program('ingress'), program('egress')]);
    assert.deepEqual(lines, [
      '127.0.0.1: sent 1, came 0',
      '127.0.0.2: sent 0, came 1',
      '127.1.2.3: sent 1, came 0',
      '127.200.0.1: sent 1, came 0',
      '::1: sent 1, came 0',
    ]);
    const incoming = await said('packets', [
      filter(packetType, hooks.ingress, 'test_in', addressProgram('ingress', [], [prefixOf('127.1.0.0/16')])),
    ]);
    assert.deepEqual(incoming.slice(1, 4), ['127.0.0.2: sent 0, came 1', '127.1.2.3: sent 0, came 0', '127.200.0.1: sent 0, came 1']);
  });

  test('what a program counts is told, and the one that takes its place counts on', async () => {
    await using keeper = await startKeeper(['--tracking=cgroup2', `--cgroup=${root}`]);
    const manager = await keeper.manager();
    manager.do({ do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' });
    const told: string[] = [];
    for (const [index, ops] of [[], counted([]), counted([]), counted(['127.0.0.0/8']), counted([], false), counted([])].entries()) {
      const child = index + 1;
      const exec: Op = { op: 'exec', paths: [join(directory, 'act')], argv: ['act', 'packets'], env: [] };
      manager.do({ do: 'run', child, group: 'a', plan: [...ops, exec] });
      const { exit } = await manager.event('exited', (event) => event.child === child);
      assert.deepEqual([exit.status, exit.failedOp, exit.errno], [0, -1, 0]);
      const answer = spawnSync(binary, ['--traffic', `${root}/a.service`, `${root}/nonsense`], { encoding: 'utf8' });
      told.push(answer.stdout);
    }
    assert.deepEqual(told, ['-\n-\n', traffic(1), traffic(2), traffic(2, 1), '-\n-\n', traffic(1)]);
  });

  test('packets over an interface that is not listed are dropped', async () => {
    const lo = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'));
    assert.equal((await said('packets', over([lo], false)))[0], '127.0.0.1: sent 0, came 1');
    assert.equal((await said('packets', over([lo + 1], false)))[0], '127.0.0.1: sent 1, came 0');
    assert.equal((await said('packets', over([lo], true)))[0], '127.0.0.1: sent 1, came 0');
  });

  test('new sockets are bound to an interface, and none can be made without it', async () => {
    const lo = Number(readFileSync('/sys/class/net/lo/ifindex', 'utf8'));
    assert.equal((await said('packets', bound(lo)))[0], '127.0.0.1: sent 0, came 1');
    assert.match((await said('packets', bound(999_999)))[0] ?? '', /^127\.0\.0\.1: sent \d*[1-9]\d*, came 0$/);
    assert.equal((await said('packets', bound(undefined)))[0], '127.0.0.1: no socket: 1');
  });

  test('ports that are denied cannot be bound to', async () => {
    const allowed = [{ family: 'ipv4', protocol: 'tcp', ports: { first: 1024, last: 5353 } }] as const;
    const denied = [{ ports: { first: 1024, last: 65_535 } }, { family: 'ipv6', protocol: 'udp' }] as const;
    const lines = await said('binds', [
      filter(addressType, hooks.bind4, 'test_bind4', socketBindProgram('ipv4', allowed, denied)),
      filter(addressType, hooks.bind6, 'test_bind6', socketBindProgram('ipv6', allowed, denied)),
    ]);
    assert.deepEqual(
      lines.filter((line) => line.endsWith(': 1')),
      [
        'ipv4 tcp 65535: 1',
        ...[1024, 5353, 65_535].map((port) => `ipv4 udp ${port}: 1`),
        ...[1024, 5353, 65_535].map((port) => `ipv6 tcp ${port}: 1`),
        ...[0, 80, 1023, 1024, 5353, 65_535].map((port) => `ipv6 udp ${port}: 1`),
      ],
    );
  });

  test('a program that the kernel refuses, and one that is not there, fail their ops', async () => {
    for (const [op, errno] of [
      [filter(deviceType, hooks.device, 'test_bad', new Uint8Array(8)), 22],
      [filter(deviceType, hooks.device, 'test_bad', new Uint8Array(7)), 22],
      [{ op: 'cgroup-pinned-filter', cgroup: '', attach: hooks.egress, path: '/nonexistent' }, 2],
    ] as const) {
      await using keeper = await startKeeper(['--tracking=cgroup2', `--cgroup=${root}`]);
      const manager = await keeper.manager();
      manager.do({ do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' }, { do: 'run', child: 1, group: 'a', plan: [op] });
      const { exit } = await manager.event('exited');
      assert.deepEqual([exit.status, exit.failedOp, exit.errno], [219, 0, errno]);
    }
  });
});
