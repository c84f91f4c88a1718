import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Op, Plan } from '../../src/exec/op.ts';
import { startKeeper } from './harness.ts';

const privileged = process.getuid?.() === 0;

/** Ops that listen on a path and give the socket to the keeper. */
function listen(path: string, name: string): readonly Op[] {
  const address = new Uint8Array(110);
  address[0] = 1;
  new TextEncoder().encodeInto(path, address.subarray(2));
  return [
    { op: 'socket', slot: 0, family: 1, type: 1, protocol: 0 },
    { op: 'bind', slot: 0, address },
    { op: 'listen', slot: 0, backlog: 16 },
    { op: 'keep', slot: 0, name },
  ];
}

test('a kept descriptor is held before the child that gave it is reported as ended', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  manager.do({ do: 'run', child: 1, group: '', plan: listen(path, 'web') });
  const { exit } = await manager.event('exited');
  assert.equal(exit.status, 0);
  manager.do({ do: 'poll', name: 'web' });
  const client = connect(path);
  assert.equal((await manager.event('readable')).name, 'web');
  manager.do({ do: 'accept', name: 'web', as: 'web', count: 1 });
  const accepted = await manager.event('accepted');
  assert.deepEqual(
    { name: accepted.name, as: accepted.as, errno: accepted.errno, local: accepted.local, pid: accepted.pid, uid: accepted.uid },
    { name: 'web', as: 'web/1', errno: 0, local: path, pid: process.pid, uid: process.getuid?.() },
  );
  client.destroy();
});

test('a connection that is handed to a program at its number is spoken over, with numbers that collide', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  manager.do({ do: 'run', child: 1, group: '', plan: listen(path, 'web') });
  await manager.event('exited');
  const client = connect(path);
  manager.do({ do: 'accept', name: 'web', as: 'c', count: 1 });
  assert.equal((await manager.event('accepted')).as, 'c/1');
  // Numbers up to 20 cover those that the keeper itself has the two sockets at.
  const plan: Plan = [
    { op: 'take', slot: 1, name: 'web' },
    ...Array.from({ length: 18 }, (_, i): Op => ({ op: 'dup', slot: 1, number: 3 + i })),
    { op: 'take', slot: 0, name: 'c/1' },
    { op: 'dup', slot: 0, number: 1 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'echo hello'], env: [] },
  ];
  manager.do({ do: 'run', child: 2, group: '', plan }, { do: 'close', name: 'c/1' });
  let heard = '';
  for await (const chunk of client) heard += String(chunk);
  assert.equal(heard, 'hello\n');
});

test('as many connections are accepted as were asked for, and the others wait for the next manager to ask', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  manager.do({ do: 'run', child: 1, group: '', plan: listen(path, 'web') });
  await manager.event('exited');
  const clients = Array.from({ length: 4 }, () => connect(path));
  manager.do({ do: 'accept', name: 'web', as: 'c', count: 3 });
  const numbers = ['c/1', 'c/2', 'c/3'];
  const taken = await Promise.all(numbers.map((as) => manager.event('accepted', (event) => event.as === as)));
  assert.equal(new Set(taken.map(({ cookie }) => cookie)).size, 3);
  manager.connection.close();
  const next = await keeper.manager();
  assert.deepEqual(next.connection.inventory.descriptors.toSorted(), [...numbers, 'web']);
  await Promise.all(numbers.map((as) => next.event('accepted', (event) => event.as === as)));
  next.do({ do: 'accept', name: 'web', as: 'c', count: 1 });
  await next.event('accepted', (event) => event.as === 'c/4');
  for (const client of clients) client.destroy();
});

test('unpoll ends the accepting, and a socket that is none is told of by its errno', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  manager.do({ do: 'run', child: 1, group: '', plan: listen(path, 'web') });
  await manager.event('exited');
  manager.do({ do: 'accept', name: 'web', as: 'c', count: 9 }, { do: 'unpoll', name: 'web' });
  const client = connect(path);
  manager.do({ do: 'poll', name: 'web' });
  await manager.event('readable');
  manager.do({ do: 'accept', name: 'web', as: 'd', count: 1 });
  assert.equal((await manager.event('accepted')).as, 'd/1');
  const pipe: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: 'read' },
  ];
  // What can be read of a pipe is no connection.
  const fill: Plan = [...pipe, { op: 'dup', slot: 1, number: 1 }, { op: 'exec', paths: ['/bin/echo'], argv: ['echo'], env: [] }];
  manager.do({ do: 'run', child: 2, group: '', plan: fill });
  await manager.event('exited', ({ child }) => child === 2);
  manager.do({ do: 'accept', name: 'read', as: 'e', count: 1 });
  const { errno, peer } = await manager.event('accepted', ({ name }) => name === 'read');
  assert.deepEqual([errno, peer], [88, '']);
  client.destroy();
});

test('taking a descriptor that is not held fails with 202', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan: [{ op: 'take', slot: 0, name: 'nothing' }] });
  const { exit } = await manager.event('exited');
  assert.deepEqual([exit.status, exit.failedOp, exit.errno], [202, 0, 9]);
});

test('descriptors are renamed and closed by name, and a hangup is told', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const plan: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: 'read' },
    { op: 'keep', slot: 1, name: 'write' },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan });
  await manager.event('exited');
  manager.do({ do: 'rename', name: 'write', to: 'other' }, { do: 'watch-hangup', name: 'read' }, { do: 'close', name: 'other' });
  assert.equal((await manager.event('hangup')).name, 'read');
});

test('wait goes on when the keeper closes the other end, though the child was forked with it', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const pipe: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: 'read' },
    { op: 'keep', slot: 1, name: 'write' },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan: pipe });
  await manager.event('exited');
  const wait: Plan = [
    { op: 'take', slot: 0, name: 'read' },
    { op: 'wait', slot: 0, timeoutMs: 0xffff_ffff },
    { op: 'exit', status: 5 },
  ];
  manager.do({ do: 'run', child: 2, group: '', plan: wait }, { do: 'run', child: 3, group: '', plan: wait });
  await manager.event('spawned', ({ child }) => child === 3);
  manager.do({ do: 'close', name: 'write' });
  const ends = await Promise.all([2, 3].map((child) => manager.event('exited', (event) => event.child === child)));
  assert.deepEqual(
    ends.map(({ exit }) => exit.status),
    [5, 5],
  );
});

test('a regular file polls readable at once', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const plan: Plan = [
    { op: 'open', slot: 0, path: '/etc/passwd', flags: 0, mode: 0 },
    { op: 'keep', slot: 0, name: 'file' },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan });
  await manager.event('exited');
  manager.do({ do: 'poll', name: 'file' });
  assert.equal((await manager.event('readable')).name, 'file');
  assert.ok(readFileSync('/etc/passwd').length > 0);
});

test('what waits in a held pipe is read on request, and so is its end', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const pipe: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: 'read' },
    { op: 'dup', slot: 1, number: 1 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', 'printf hello'], env: [] },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan: pipe });
  await manager.event('exited');
  manager.do({ do: 'read', name: 'read', most: 4 }, { do: 'read', name: 'read', most: 65_536 }, { do: 'read', name: 'read', most: 1 });
  manager.do({ do: 'read', name: 'nothing', most: 1 });
  await manager.event('read', ({ name }) => name === 'nothing');
  const read = manager.events.flatMap((event) => (event.event === 'read' ? [[event.errno, String.fromCharCode(...event.bytes)]] : []));
  assert.deepEqual(read, [
    [0, 'hell'],
    [0, 'o'],
    [0, ''],
    [9, ''],
  ]);
});

test('a change of the mount table is told once for each request, also where it came before that', { skip: !privileged }, async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const plan: Plan = [
    { op: 'open', slot: 0, path: '/proc/self/mountinfo', flags: 0, mode: 0 },
    { op: 'keep', slot: 0, name: 'mounts' },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan });
  await manager.event('exited');
  const place = join(keeper.directory, 'place');
  mkdirSync(place);
  const told = async (child: number) => {
    manager.do({ do: 'run', child, group: '', plan: [] });
    await manager.event('exited', (event) => event.child === child);
    return manager.events.filter(({ event }) => event === 'readable').length;
  };
  const counts: number[] = [];
  manager.do({ do: 'poll-priority', name: 'mounts' });
  counts.push(await told(2));
  manager.do({ do: 'poll-priority', name: 'mounts' });
  counts.push(await told(3));
  assert.equal(spawnSync('mount', ['-t', 'tmpfs', 'x', place]).status, 0);
  counts.push(await told(4));
  assert.equal(spawnSync('umount', [place]).status, 0);
  counts.push(await told(5));
  manager.do({ do: 'poll-priority', name: 'mounts' });
  counts.push(await told(6));
  assert.deepEqual(counts, [1, 1, 2, 2, 3]);
});

test('flush drops connections and bytes that wait', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  const pipe: Plan = [
    { op: 'pipe', readSlot: 0, writeSlot: 1 },
    { op: 'keep', slot: 0, name: 'read' },
    { op: 'keep', slot: 1, name: 'write' },
    { op: 'dup', slot: 1, number: 1 },
    { op: 'exec', paths: ['/bin/echo'], argv: ['echo', 'hello'], env: [] },
  ];
  manager.do({ do: 'run', child: 1, group: '', plan: listen(path, 'web') }, { do: 'run', child: 2, group: '', plan: pipe });
  await manager.event('exited', ({ child }) => child === 1);
  await manager.event('exited', ({ child }) => child === 2);
  const client = connect(path);
  const ended = new Promise((resolve) => client.on('close', resolve));
  manager.do({ do: 'poll', name: 'web' }, { do: 'poll', name: 'read' });
  await manager.event('readable', ({ name }) => name === 'web');
  manager.do({ do: 'flush', name: 'web' }, { do: 'flush', name: 'read' }, { do: 'flush', name: 'nothing' });
  await ended;
  const state: Plan = [
    { op: 'take', slot: 0, name: 'read' },
    { op: 'dup', slot: 0, number: 0 },
    { op: 'exec', paths: ['/bin/bash'], argv: ['bash', '-c', 'read -t 0 line && exit 1; exit 0'], env: [] },
  ];
  manager.do({ do: 'run', child: 3, group: '', plan: state });
  assert.equal((await manager.event('exited', ({ child }) => child === 3)).exit.status, 0);
});

/** A directory of root alone in /run, where the keeper opens sockets by itself. */
function trustedDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync('/run/tysd-openings-');
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The same with what surrounds it in the plan of a socket unit. */
function listenAt(path: string, name: string): readonly Op[] {
  const [socket, ...others] = listen(path, name);
  return [
    socket ?? { op: 'fail', errno: 1 },
    { op: 'umask', mask: 0 },
    { op: 'mkdir-parents', path, mode: 0o751 },
    { op: 'unlink', path },
    { op: 'umask', mask: 0o117 },
    ...others,
  ];
}

const skip = privileged ? false : 'needs root';

test('a unix socket in a directory that only root can change is opened without a child', { skip }, async () => {
  using directory = trustedDirectory();
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const path = join(directory.path, 'made/here');
  const tolerated: Op = { op: 'setsockopt', slot: 0, level: 6, option: 1, value: new Uint8Array(4), tolerate: true, setting: 'Any=' };
  const [socket, ...others] = listenAt(path, 'web');
  manager.do({ do: 'run', child: 7, group: '', plan: [socket ?? tolerated, tolerated, ...others], inKeeper: true });
  const { exit } = await manager.event('exited');
  assert.deepEqual(
    { status: exit.status, failedOp: exit.failedOp, groupEmpty: exit.groupEmpty },
    { status: 0, failedOp: -1, groupEmpty: true },
  );
  assert.deepEqual(
    manager.events.filter(({ event }) => event !== 'ping').map(({ event }) => event),
    ['tolerated', 'exited'],
  );
  assert.deepEqual([statSync(path).mode & 0o777, statSync(join(directory.path, 'made')).mode & 0o777], [0o660, 0o751]);
  manager.do({ do: 'poll', name: 'web' });
  const client = connect(path);
  assert.equal((await manager.event('readable')).name, 'web');
  client.destroy();
  // Its mask is the one that it had: a child inherits that.
  manager.do({ do: 'run', child: 8, group: '', plan: [{ op: 'mkdir', path: join(directory.path, 'after'), mode: 0o777 }] });
  await manager.event('exited', ({ child }) => child === 8);
  assert.equal(statSync(join(directory.path, 'after')).mode & 0o777, 0o777 & ~process.umask());
});

test('an op that fails without a child is told, and what was opened before it is closed', { skip }, async () => {
  using directory = trustedDirectory();
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  mkdirSync(join(directory.path, 'taken'));
  const plan = [...listen(join(directory.path, 'first'), 'first').slice(0, 3), ...listenAt(join(directory.path, 'taken'), 'second')];
  manager.do({ do: 'run', child: 1, group: '', plan, inKeeper: true });
  const { exit } = await manager.event('exited');
  assert.deepEqual(
    { failedOp: exit.failedOp, errno: exit.errno, isFailure: exit.status !== 0 },
    { failedOp: 6, errno: EISDIR, isFailure: true },
  );
  assert.deepEqual(
    manager.events.map(({ event }) => event).filter((event) => event === 'spawned'),
    [],
  );
  const client = connect(join(directory.path, 'first'));
  assert.equal(await new Promise((resolve) => client.on('error', ({ message }) => resolve(message.includes('ECONNREFUSED')))), true);
});

const EISDIR = 21;

/** What must be a child's, since somebody could have the keeper wait there. */
const elsewhere: Readonly<Record<string, (directory: string) => string>> = {
  'of a directory that others may write to': (directory) => {
    mkdirSync(join(directory, 'open'));
    chmodSync(join(directory, 'open'), 0o1777);
    return join(directory, 'open/socket');
  },
  'that leads through a symlink': (directory) => {
    symlinkSync('/dev/shm', join(directory, 'link'));
    return join(directory, `link/${directory.split('/').at(-1)}`);
  },
  'that leads up again': (directory) => join('/run', 'lock') + `/../${directory.split('/').at(-1)}/socket`,
  'outside of /run': (directory) => `/dev/shm/${directory.split('/').at(-1)}`,
};

for (const [what, make] of Object.entries(elsewhere)) {
  test(`a unix socket at a path ${what} is a child's to open`, { skip }, async () => {
    using directory = trustedDirectory();
    await using keeper = await startKeeper();
    const manager = await keeper.manager();
    mkdirSync('/run/lock', { recursive: true });
    const path = make(directory.path);
    manager.do({ do: 'run', child: 1, group: '', plan: listenAt(path, 'web'), inKeeper: true });
    assert.equal((await manager.event('spawned')).child, 1);
    assert.equal((await manager.event('exited')).exit.status, 0);
    rmSync(path, { force: true });
  });
}

test('a socket of another family, and a plan that does more, are a child', { skip }, async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const plans: readonly Plan[] = [
    [{ op: 'socket', slot: 0, family: 2, type: 1, protocol: 0 }],
    [
      { op: 'socket', slot: 0, family: 1, type: 1, protocol: 0 },
      { op: 'exit', status: 0 },
    ],
  ];
  for (const [index, plan] of plans.entries()) {
    manager.do({ do: 'run', child: index + 1, group: '', plan, inKeeper: true });
    await manager.event('spawned', ({ child }) => child === index + 1);
    await manager.event('exited', ({ child }) => child === index + 1);
  }
});
