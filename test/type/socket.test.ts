import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Op } from '../../src/exec/op.ts';
import { socketType } from '../../src/type/socket.ts';
import type { KillSettings } from '../../src/unit/settings/kill.ts';
import type { SocketSettings } from '../../src/unit/settings/socket.ts';
import type { ListenAddress, SocketAddress } from '../../src/unit/values/types.ts';
import { command, Rig, second, socketConfig } from './rig.ts';

const unixStream: ListenAddress = {
  kind: 'stream',
  address: { family: 'unix', path: '/run/a/sock', abstract: false },
  text: '/run/a/sock',
};
const port: ListenAddress = { kind: 'stream', address: { family: 'inet', address: '127.0.0.1', port: 8080 }, text: '127.0.0.1:8080' };

function socket(settings: Partial<SocketSettings> = {}, kill: Partial<KillSettings> = {}) {
  const rig = new Rig(socketType, socketConfig({ Listen: [unixStream], ...settings }, kill));
  rig.world.triggered = { active: 'inactive', sub: 'dead', result: 'success' };
  return rig;
}

function listening(settings: Partial<SocketSettings> = {}, kill: Partial<KillSettings> = {}) {
  const rig = socket(settings, kill);
  rig.start();
  while (rig.sub !== 'listening') rig.spawned().exited();
  return rig;
}

/** The ops of the child that opens the sockets. */
function plan(settings: Partial<SocketSettings>): readonly Op[] {
  const rig = socket(settings);
  assert.equal(rig.start(), undefined);
  const run = rig.effects.find((effect) => effect.effect === 'run');
  return run?.plan ?? [];
}

const int = (value: number) => Uint8Array.from([value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255]);
const reuse = (slot: number): Op => ({ op: 'setsockopt', slot, level: 1, option: 2, value: int(1) });

test('a socket is opened by a child, listens, starts its service on traffic and listens again when that is gone', () => {
  const rig = socket();
  rig.start();
  assert.deepEqual([rig.look, rig.did], [{ active: 'activating', sub: 'start-open', result: 'success' }, ['run 9 ops', 'arm timeout']]);
  assert.deepEqual(socketType.descriptors(rig.state), ['socket/a.socket/0']);
  rig.spawned().exited();
  assert.deepEqual(
    [rig.look, rig.did],
    [{ active: 'active', sub: 'listening', result: 'success' }, ['poll socket/a.socket/0', 'disarm timeout']],
  );
  rig.send({ event: 'readable', name: 'socket/a.socket/0' });
  assert.deepEqual([rig.look, rig.did], [{ active: 'active', sub: 'running', result: 'success' }, ['trigger start a.service']]);
  const change = (active: 'activating' | 'active' | 'inactive', sub: string, hasJob: boolean) =>
    rig.send({ event: 'triggered-changed', unit: 'a.service', look: { active, sub, result: 'success' }, hasJob });
  assert.deepEqual([change('activating', 'start', true).sub, change('active', 'running', false).sub], ['running', 'running']);
  change('inactive', 'dead', false);
  assert.deepEqual([rig.sub, rig.did], ['listening', ['poll socket/a.socket/0']]);
});

test('the plan of a UNIX stream socket makes way, binds with its mode and listens', () => {
  const address = Uint8Array.from([1, 0, ...new TextEncoder().encode('/run/a/sock'), 0]);
  assert.deepEqual(plan({}), [
    { op: 'socket', slot: 0, family: 1, type: 1 | 0o4000, protocol: 0 },
    reuse(0),
    { op: 'umask', mask: 0 },
    { op: 'mkdir-parents', path: '/run/a/sock', mode: 0o755 },
    { op: 'unlink', path: '/run/a/sock' },
    { op: 'umask', mask: 0o111 },
    { op: 'bind', slot: 0, address },
    { op: 'listen', slot: 0, backlog: 2147483647 },
    { op: 'keep', slot: 0, name: 'socket/a.socket/0' },
  ]);
});

/** The struct sockaddr that the socket is bound to. */
function hex(listen: ListenAddress): string {
  const bind = plan({ Listen: [listen] }).find((op) => op.op === 'bind');
  return Buffer.from(bind?.address ?? []).toString('hex');
}

function stream(address: SocketAddress): ListenAddress {
  return { kind: 'stream', address, text: '' };
}

test('each kind of address becomes the struct sockaddr that it is', () => {
  assert.equal(hex(port), `02001f907f000001${'0'.repeat(16)}`);
  assert.equal(hex(stream({ family: 'unix', path: 'abc', abstract: true })), '010000616263');
  assert.equal(hex(stream({ family: 'inet6', address: '::1', port: 80 })), `0a00005000000000${'0'.repeat(30)}0100000000`);
  assert.equal(
    hex(stream({ family: 'inet6', address: 'fe80::1', port: 80, scope: '3' })),
    `0a00005000000000fe80${'0'.repeat(24)}000103000000`,
  );
  assert.equal(
    hex(stream({ family: 'inet6', address: 'fe80::1', port: 80, scope: 'eth7' })),
    `0a00005000000000fe80${'0'.repeat(24)}000107000000`,
  );
  assert.equal(hex(stream({ family: 'inet6', address: 'fe80::1', port: 80, scope: 'gone' })), '');
  assert.equal(hex(stream({ family: 'any', port: 80 })), `0a000050${'0'.repeat(48)}`);
  assert.equal(hex(stream({ family: 'vsock', cid: 4294967295, port: 1234 })), '28000000d2040000ffffffff00000000');
  const old = socket({ Listen: [stream({ family: 'any', port: 80 })] });
  old.world.ipv6 = false;
  old.start();
  const run = old.effects.find((effect) => effect.effect === 'run');
  assert.deepEqual(run?.plan.find((op) => op.op === 'bind')?.address, Uint8Array.from([2, 0, 0, 80, ...Array<number>(12).fill(0)]));
});

function names(kind: 'datagram' | 'sequential-packet'): readonly string[] {
  return plan({ Listen: [{ kind, address: { family: 'unix', path: 'x', abstract: true }, text: '@x' }] }).map((op) => op.op);
}

test('datagram sockets do not listen, sequential packets do', () => {
  assert.deepEqual(names('datagram'), ['socket', 'setsockopt', 'bind', 'keep']);
  assert.deepEqual(names('sequential-packet'), ['socket', 'setsockopt', 'bind', 'listen', 'keep']);
});

test('a FIFO is made, given its mode and owner, and opened for both ends', () => {
  assert.deepEqual(
    plan({ Listen: [{ kind: 'fifo', path: '/run/f', text: '/run/f' }], SocketMode: 0o600, SocketUser: 'web', SocketGroup: 'ann' }),
    [
      { op: 'umask', mask: 0 },
      { op: 'mkdir-parents', path: '/run/f', mode: 0o755 },
      { op: 'fifo', slot: 0, path: '/run/f', mode: 0o600, uid: 33, gid: 1000 },
      { op: 'keep', slot: 0, name: 'socket/a.socket/0' },
    ],
  );
});

test('a special file is only opened', () => {
  const special: ListenAddress = { kind: 'special', path: '/dev/x', text: '/dev/x' };
  assert.deepEqual(plan({ Listen: [special], Writable: true })[0], {
    op: 'special',
    slot: 0,
    path: '/dev/x',
    flags: 2 | 0o400 | 0o4000,
  });
  assert.deepEqual(plan({ Listen: [special] })[0], { op: 'special', slot: 0, path: '/dev/x', flags: 0o400 | 0o4000 });
});

test('socket options are set at their levels, those before the bind first', () => {
  const ops = plan({
    Listen: [{ kind: 'stream', address: { family: 'inet6', address: '::', port: 80 }, text: '[::]:80' }],
    BindIPv6Only: 'ipv6-only',
    BindToDevice: 'lo',
    ReusePort: true,
    FreeBind: true,
    KeepAlive: true,
    KeepAliveTimeSec: 60 * second,
    NoDelay: true,
    ReceiveBuffer: 65536,
    Mark: 7,
    IPTTL: 4,
    TCPCongestion: 'bbr',
    Backlog: 5,
  });
  const seen = ops.map((op) =>
    op.op === 'setsockopt' ? `${op.level}/${op.option}=${Buffer.from(op.value).toString('hex')}${op.tolerate === true ? '?' : ''}` : op.op,
  );
  assert.deepEqual(seen, [
    'socket',
    '41/26=01000000',
    '1/25=6c6f00',
    '1/15=01000000?',
    '41/78=01000000?',
    '1/2=01000000',
    'bind',
    'listen',
    '1/9=01000000?',
    '6/1=01000000?',
    '6/4=3c000000?',
    '1/8=00000100?',
    '1/33=00000100?',
    '1/36=07000000?',
    '41/16=04000000?',
    '6/13=62627200?',
    'keep',
  ]);
});

test('nothing is kept before everything is open, and links come before that', () => {
  const ops = plan({ Listen: [unixStream, port], Symlinks: ['/run/l'], RemoveOnStop: true });
  assert.deepEqual(
    ops.slice(-6).map((op) => op.op),
    ['umask', 'mkdir-parents', 'unlink', 'symlink', 'keep', 'keep'],
  );
});

test('what cannot be opened fails the unit with resources and says why', () => {
  const gadget = socket({ Listen: [{ kind: 'usb-function', path: '/run/usb', text: '/run/usb' }] });
  gadget.start();
  assert.deepEqual([gadget.sub, gadget.result], ['failed', 'resources']);
  assert.ok(gadget.log.some((line) => line.includes('unsupported: ListenUSBFunction= needs FunctionFS')));
  const nobody = socket({ SocketUser: 'nobody-there' });
  nobody.start();
  assert.deepEqual([nobody.sub, nobody.result], ['failed', 'resources']);
  const taken = socket({ RemoveOnStop: true });
  taken.start();
  taken.spawned().exited(202, { failure: 'Address already in use (step FDS)', failedOp: 1 });
  assert.ok(taken.log.some((line) => /Cannot listen on \S+: Address already in use \(step FDS\)/.test(line)));
  assert.deepEqual(
    [taken.sub, taken.result, taken.did],
    ['failed', 'resources', ['close socket/a.socket/0', 'remove-group', 'disarm timeout']],
  );
});

test('a socket is refused while its service is active or not loaded; with Accept=yes there is none yet', () => {
  const masked = socket();
  masked.world.triggered = { active: 'inactive', sub: 'dead', result: 'success', load: 'masked' };
  assert.deepEqual(masked.start(), { refused: 'failed', reason: 'its service a.service is not loaded (masked)' });
  const busy = socket();
  busy.world.triggered = { active: 'active', sub: 'running', result: 'success' };
  assert.deepEqual(busy.start(), {
    refused: 'failed',
    reason: 'its service a.service is already active, so it would never be given the sockets',
  });
  const accepting = socket({ Accept: true });
  accepting.world.triggered = { active: 'inactive', sub: 'dead', result: 'success', load: 'masked' };
  assert.equal(accepting.start(), undefined);
});

test('the commands of a socket unit run around its opening and closing', () => {
  const rig = socket({
    ExecStartPre: [command('/p1'), command('/p2')],
    ExecStartPost: [command('/q')],
    ExecStopPre: [command('/s')],
    ExecStopPost: [command('/t')],
    RemoveOnStop: true,
    Symlinks: ['/run/l'],
  });
  const seen: string[] = [];
  const note = () => seen.push(`${rig.sub}: ${rig.did.filter((words) => !words.includes('timeout')).join(', ')}`);
  const until = (sub: string) => {
    note();
    while (rig.sub !== sub) {
      rig.spawned().exited();
      note();
    }
  };
  rig.start();
  until('listening');
  rig.stop();
  until('dead');
  assert.deepEqual(seen, [
    'start-pre: spawn ExecStartPre /p1',
    'start-pre: spawn ExecStartPre /p2',
    'start-open: run 13 ops',
    'start-post: spawn ExecStartPost /q',
    'listening: poll socket/a.socket/0',
    'stop-pre: unpoll socket/a.socket/0, spawn ExecStopPre /s',
    'stop-post: spawn ExecStopPost /t, close socket/a.socket/0, unlink /run/a/sock, unlink /run/l',
    'dead: remove-group',
  ]);
  assert.deepEqual([rig.timers.size, socketType.descriptors(rig.state)], [0, []]);
});

test('a command that fails fails the unit where it stands', () => {
  const pre = socket({ ExecStartPre: [command('/p')] });
  pre.start();
  pre.spawned().exited(1);
  assert.deepEqual([pre.sub, pre.result], ['failed', 'exit-code']);
  const post = socket({ ExecStartPost: [command('/q')] });
  post.start();
  post.spawned().exited();
  post.spawned().killed(9);
  assert.deepEqual([post.sub, post.result, post.did.includes('close socket/a.socket/0')], ['failed', 'signal', true]);
});

test('too many activations in the window fail the socket', () => {
  const rig = listening({ TriggerLimitBurst: 2, TriggerLimitIntervalSec: 10 * second });
  const activate = () => {
    rig.send({ event: 'readable', name: 'socket/a.socket/0' });
    rig.send({
      event: 'triggered-changed',
      unit: 'a.service',
      look: { active: 'failed', sub: 'failed', result: 'exit-code' },
      hasJob: false,
    });
    return rig.sub;
  };
  assert.deepEqual([activate(), activate()], ['listening', 'listening']);
  rig.world.now += 10 * second;
  assert.deepEqual([activate(), activate(), activate()], ['listening', 'listening', 'failed']);
  assert.equal(rig.result, 'trigger-limit-hit');
});

test('a service that was started too often fails its socket', () => {
  const rig = listening();
  rig.send({ event: 'readable', name: 'socket/a.socket/0' });
  const look = { active: 'failed', sub: 'failed', result: 'exit-code', startLimitHit: true } as const;
  rig.send({ event: 'triggered-changed', unit: 'a.service', look, hasJob: false });
  assert.deepEqual([rig.sub, rig.result], ['failed', 'service-start-limit-hit']);
});

test('traffic starts nothing when the service is up or the socket is to be stopped', () => {
  const up = listening();
  up.world.triggered = { active: 'activating', sub: 'start', result: 'success' };
  up.send({ event: 'readable', name: 'socket/a.socket/0' });
  assert.deepEqual([up.sub, up.did], ['running', []]);
  const ending = listening();
  ending.world.stopRequested = true;
  ending.send({ event: 'readable', name: 'socket/a.socket/0' });
  assert.deepEqual([ending.sub, ending.did], ['listening', ['flush socket/a.socket/0', 'poll socket/a.socket/0']]);
});

test('one socket with traffic silences the others', () => {
  const rig = listening({ Listen: [unixStream, port] });
  rig.send({ event: 'readable', name: 'socket/a.socket/1' });
  assert.deepEqual(rig.did, ['trigger start a.service', 'unpoll socket/a.socket/0']);
  rig.send({ event: 'triggered-changed', unit: 'a.service', look: { active: 'inactive', sub: 'dead', result: 'success' }, hasJob: false });
  assert.deepEqual(rig.did, ['poll socket/a.socket/0', 'poll socket/a.socket/1']);
});

test('a stop in the middle of the opening kills the child and closes what it may have opened', () => {
  const rig = socket();
  rig.start();
  rig.stop();
  assert.deepEqual([rig.sub, rig.did], ['stop-pre-sigterm', ['signal group with 15']]);
  rig.killed(15);
  assert.deepEqual(
    [rig.look, rig.did],
    [{ active: 'failed', sub: 'failed', result: 'resources' }, ['remove-group', 'close socket/a.socket/0', 'disarm timeout']],
  );
});

test('each stage that hangs comes to its end by its time limits', () => {
  const hanging: readonly Partial<SocketSettings>[] = [
    { ExecStartPre: [command('/p')] },
    {},
    { ExecStartPost: [command('/q')], ExecStopPre: [command('/s')], ExecStopPost: [command('/t')] },
  ];
  const ends = hanging.map((settings) => {
    const rig = socket({ TimeoutSec: 5 * second, ...settings });
    rig.start();
    if (settings.ExecStartPost !== undefined) rig.spawned().exited();
    rig.passed.length = 0;
    while (rig.timers.has('timeout')) rig.elapse('timeout');
    return [...rig.passed, rig.result];
  });
  assert.deepEqual(ends, [
    ['final-sigterm', 'final-sigkill', 'failed', 'timeout'],
    ['stop-pre-sigterm', 'stop-pre-sigkill', 'final-sigterm', 'final-sigkill', 'failed', 'timeout'],
    ['stop-pre', 'stop-pre-sigterm', 'stop-pre-sigkill', 'stop-post', 'final-sigterm', 'final-sigkill', 'failed', 'timeout'],
  ]);
});

test('show prints what systemctl prints of a socket', () => {
  const shown = socketType.properties(listening({ Listen: [unixStream, port] }).state, socketConfig({ Listen: [unixStream, port] }));
  assert.deepEqual(
    [shown['Listen'], shown['SocketMode'], shown['FileDescriptorName'], shown['TriggerLimitIntervalUSec'], shown['Result']],
    ['/run/a/sock (Stream)\n127.0.0.1:8080 (Stream)', '0666', 'a.socket', '2s', 'success'],
  );
});
