import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { encodeJournalHello } from '../../src/port/journal-wire.ts';
import type { Command } from '../../src/port/keeper.ts';
import { shell, startKeeper } from './harness.ts';

const privileged = process.getuid?.() === 0;
const needsRoot = privileged ? false : 'needs root';
const { EAGAIN, EMFILE } = constants.errno;

/** A program of this folder, compiled. */
function compiled(name: string, directory: string): string {
  const program = join(directory, name);
  const made = spawnSync('cc', ['-o', program, join(import.meta.dirname, `${name}.c`)], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return program;
}

/** Number of descriptors that the process has. */
function descriptorsOf(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The status line of /proc/PID/status, as a number. */
function statusOf(pid: number | undefined, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

function limit(pid: number | undefined, resource: string): void {
  const set = spawnSync('prlimit', ['--pid', String(pid), resource], { encoding: 'utf8' });
  assert.equal(set.status, 0, set.stderr);
}

/** Waits, turn by turn of this process, for what nothing tells of. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    assert.ok(performance.now() < end, `it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const quiet: Command = { do: 'run', child: 1, group: '', plan: [{ op: 'exit', status: 7 }] };

test('streams that programs bring take no descriptor that the keeper needs: a new manager is heard, and children run', async () => {
  await using keeper = await startKeeper([], true, 'ulimit -n 160');
  const first = await keeper.manager();
  const guests: Socket[] = [];
  let refused = 0;
  for (let i = 0; i < 300; i++) {
    const guest = connect(join(keeper.directory, 'stdout'));
    guest.on('error', () => {});
    guest.on('close', () => (refused += 1));
    guests.push(guest);
  }
  await until('the rest is refused', () => refused >= 180);
  first.connection.close();
  const second = await keeper.manager();
  second.do(quiet);
  assert.equal((await second.event('exited')).exit.status, 7);
  // With a stream of its own it would need what is kept back, which is told as in systemd.
  second.do({
    do: 'run',
    child: 2,
    group: '',
    plan: [
      { op: 'output', slot: 0, stream: 1n, meta: '{}' },
      { op: 'exit', status: 0 },
    ],
  });
  assert.equal((await second.event('spawn-failed')).errno, EMFILE);
  // It sleeps: a loop that could not accept would be woken without end.
  await until('the keeper sleeps', () => /^State:\s*S/m.test(readFileSync(`/proc/${keeper.process.pid}/status`, 'utf8')));
  const before = statusOf(keeper.process.pid, 'voluntary_ctxt_switches') + statusOf(keeper.process.pid, 'nonvoluntary_ctxt_switches');
  second.do({ do: 'run', child: 3, group: '', plan: [{ op: 'exit', status: 1 }] });
  await second.event('exited', ({ child }) => child === 3);
  const after = statusOf(keeper.process.pid, 'voluntary_ctxt_switches') + statusOf(keeper.process.pid, 'nonvoluntary_ctxt_switches');
  assert.ok(after - before < 100, `${after - before} turns for one child`);
  for (const guest of guests) guest.destroy();
});

test('a flood of notifications with descriptors is read only as far as the manager takes them, and takes none that the keeper needs', async () => {
  for (const before of ['ulimit -n 200', ':']) {
    await using keeper = await startKeeper([], false, before);
    const manager = await keeper.manager();
    const most = before === ':' ? 4096 + 253 : 200;
    const sender = spawn(compiled('send-descriptors', keeper.directory), [join(keeper.directory, 'notify'), '100', '100', 'FDSTORE=1']);
    await manager.event('notified');
    assert.ok(descriptorsOf(keeper.process.pid) < most + 100);
    manager.do(quiet);
    assert.equal((await manager.event('exited')).exit.status, 7, 'children run while it floods');
    // As the manager does that hears them: they are of no unit.
    let sequence = 0;
    const closing = setInterval(() => {
      const told = manager.events.filter((event) => event.sequence > sequence);
      const commands = told
        .flatMap((event) => (event.event === 'notified' ? event.fds : []))
        .map((name): Command => ({ do: 'close', name }));
      sequence = told.at(-1)?.sequence ?? sequence;
      manager.connection.send({ acknowledge: sequence, commands });
    }, 5);
    if (sender.exitCode === null) await once(sender, 'exit');
    assert.equal(sender.exitCode, 0, 'the sender only had to wait');
    const last = spawnSync(join(keeper.directory, 'send-descriptors'), [join(keeper.directory, 'notify'), '1', '0', 'LAST=1']);
    assert.equal(last.status, 0);
    await manager.event('notified', ({ text }) => text === 'LAST=1');
    await until('all are closed', () => descriptorsOf(keeper.process.pid) < 100);
    clearInterval(closing);
  }
});

test('descriptors whose close waits for an hour hold up nothing', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const many = 20;
  const sender = spawn(compiled('send-lingering', keeper.directory), [join(keeper.directory, 'notify'), String(many), 'FDSTORE=1']);
  try {
    await once(sender.stdout, 'data');
    await until('all are told of', () => manager.events.filter(({ event }) => event === 'notified').length === many);
    const names = manager.events.flatMap((event) => (event.event === 'notified' ? event.fds : []));
    assert.equal(names.length, many);
    for (const name of names) manager.do({ do: 'close', name });
    manager.do(quiet);
    assert.equal((await manager.event('exited')).exit.status, 7);
  } finally {
    sender.kill('SIGKILL');
  }
});

for (const [what, name, ...how] of [
  ['syslog(3)', 'log'],
  ["the journal's own protocol", 'native'],
  ['a stream', 'stdout', 'stream'],
] as const) {
  test(`nor do those that come by ${what}, where nobody wants any`, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tysd-lingering-'));
    const path = (each: string): string => join(directory, each);
    await using keeper = await startKeeper([`--syslog=${path('log')}`, `--native=${path('native')}`], true);
    const manager = await keeper.manager();
    const journal = await keeper.journalSocket();
    journal.write(encodeJournalHello(0));
    const to = name === 'stdout' ? join(keeper.directory, name) : path(name);
    const sender = spawn(compiled('send-lingering', keeper.directory), [to, '20', 'a\n\n6\n0\n0\n0\n0\n', ...how]);
    try {
      await once(sender.stdout, 'data');
      // What is sent after them is heard after them.
      manager.do({ do: 'run', child: 1, group: '', plan: shell('sleep 0.3; exit 7') });
      assert.equal((await manager.event('exited')).exit.status, 7);
    } finally {
      sender.kill('SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });
}

test('a connection for which there is no descriptor is told with its error, and closed', async () => {
  await using keeper = await startKeeper([], false, 'ulimit -n 120');
  const manager = await keeper.manager();
  const path = join(keeper.directory, 'service');
  const address = new Uint8Array(110);
  address[0] = 1;
  new TextEncoder().encodeInto(path, address.subarray(2));
  manager.do({
    do: 'run',
    child: 1,
    group: '',
    plan: [
      { op: 'socket', slot: 0, family: 1, type: 1, protocol: 0 },
      { op: 'bind', slot: 0, address },
      { op: 'listen', slot: 0, backlog: 512 },
      { op: 'keep', slot: 0, name: 'web' },
    ],
  });
  await manager.event('exited');
  manager.do({ do: 'accept', name: 'web', as: 'c', count: 1000 });
  const clients = Array.from({ length: 200 }, () => connect(path).on('error', () => {}));
  const { errno } = await manager.event('accepted', (event) => event.errno !== 0);
  assert.equal(errno, EMFILE);
  for (const client of clients) client.destroy();
  const named = manager.events.flatMap((event) => (event.event === 'accepted' && event.errno === 0 ? [event.as] : []));
  manager.do(...named.map((name): Command => ({ do: 'close', name })), { do: 'accept', name: 'web', as: 'd', count: 500 });
  await manager.event('accepted', (event) => event.errno === 0 && event.as.startsWith('d/'));
});

test('500 starts at once with a stream each need no more than one descriptor each, also where the end of their ops is to be told', async () => {
  // A quarter is the keeper's own, and it has about 40 from the start.
  await using keeper = await startKeeper([], true, 'ulimit -n 800');
  (await keeper.journalSocket()).on('error', () => {});
  const manager = await keeper.manager();
  const count = 500;
  const fifo = join(keeper.directory, 'gate');
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
  manager.do(
    ...Array.from({ length: count }, (_, index): Command => ({
      do: 'run',
      child: index + 1,
      group: '',
      reportExec: true,
      plan: [
        { op: 'output', slot: 5, stream: BigInt(index + 1), meta: '{}' },
        { op: 'dup', slot: 5, number: 1 },
        // Each stays at its ops until all are born.
        { op: 'open', slot: 6, path: fifo, flags: 0, mode: 0 },
        { op: 'mkdir', path: '/proc/none', mode: 0o755, tolerate: true, setting: 'Test' },
        ...shell('exec sleep 1000'),
      ],
    })),
  );
  const of = (...wanted: readonly string[]) => manager.events.filter(({ event }) => wanted.includes(event)).length;
  await until('all are there', () => of('spawned', 'spawn-failed') >= count);
  const gate = openSync(fifo, 'w');
  await until('all are told', () => of('executed', 'spawn-failed') >= count);
  closeSync(gate);
  assert.deepEqual([of('spawn-failed'), of('spawned'), of('executed'), of('tolerated')], [0, count, count, count]);
});

/** Nobody else is this user, not even in another run of these tests, so that its processes can be counted. */
const user = 1_000_000 + process.pid;
const asUser = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
const runsForOthers =
  privileged && spawnSync('/usr/bin/env', [...asUser, process.execPath, join(import.meta.dirname, 'bridge.ts')]).status !== 126;
const needsOthers = runsForOthers ? false : 'needs root, and a checkout that other users can read';

test(
  'a fork that the kernel refuses is told as EAGAIN, and a manager that could not be started is tried again',
  { skip: needsOthers },
  async () => {
    const own = `for each; do case $each in --runtime-directory=*) chown -R ${user}:${user} "\${each#*=}";; esac; done; set -- ${asUser.join(' ')} "$@"`;
    await using keeper = await startKeeper([], false, own);
    const allow = (processes: string) =>
      spawnSync('/usr/bin/env', [...asUser, 'prlimit', '--pid', String(keeper.process.pid), `--nproc=${processes}:`]);
    const first = await keeper.manager();
    assert.equal(allow('1').status, 0);
    first.do(quiet);
    assert.equal((await first.event('spawn-failed')).errno, EAGAIN);
    first.connection.close();
    await keeper.untilStderr(/cannot start the manager: Resource temporarily unavailable/);
    assert.equal(allow('4096').status, 0);
    const second = await keeper.manager();
    second.do({ do: 'run', child: 2, group: '', plan: [{ op: 'exit', status: 3 }] });
    assert.equal((await second.event('exited')).exit.status, 3);
  },
);

test('a frame for which there is no memory costs the manager its life and nobody else anything', { skip: needsRoot }, async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  first.do({ do: 'run', child: 1, group: '', plan: shell('exec sleep 1000') }, { do: 'put', key: 'small', bytes: new Uint8Array([1]) });
  const { pid } = await first.event('spawned');
  limit(keeper.process.pid, `--as=${statusOf(keeper.process.pid, 'VmSize') * 1024 + (8 << 20)}:`);
  first.do({ do: 'put', key: 'large', bytes: new Uint8Array(50 << 20) });
  await keeper.untilStderr(/there is no memory for a frame of that length; it is killed/);
  // What it starts has its limits.
  limit(keeper.process.pid, '--as=unlimited');
  const second = await keeper.manager();
  const { inventory } = second.connection;
  assert.deepEqual([inventory.children.map((child) => child.pid), [...inventory.blobs.keys()]], [[pid], ['small']]);
  second.do({ do: 'put', key: 'more', bytes: new Uint8Array(1000) }, { do: 'signal', child: 1, signal: 9 });
  assert.equal((await second.event('exited')).exit.status, 9);
});

test('a keeper that gets no memory for what it must do says so, waits for it, and goes on', { skip: needsRoot }, async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  limit(keeper.process.pid, `--as=${statusOf(keeper.process.pid, 'VmSize') * 1024}:`);
  const count = 20_000;
  for (let i = 0; i < count; i += 1000) {
    manager.do(
      ...Array.from({ length: 1000 }, (_, j): Command => ({ do: 'make-group', group: `g${i + j}`, path: `p${i + j}`, mark: `M=${i + j}` })),
    );
  }
  manager.do(quiet);
  await keeper.untilStderr(/out of memory .* waiting/);
  limit(keeper.process.pid, '--as=unlimited');
  assert.equal((await manager.event('exited')).exit.status, 7);
  manager.connection.close();
  assert.equal((await keeper.manager()).connection.inventory.groups.length, count);
});

test('1,000 children that exit at once are each told once, with their own status', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({
    do: 'run',
    child: 1,
    group: '',
    plan: [
      { op: 'pipe', readSlot: 0, writeSlot: 1 },
      { op: 'keep', slot: 0, name: 'read' },
      { op: 'keep', slot: 1, name: 'write' },
    ],
  });
  await manager.event('exited');
  const count = 1000;
  const children = Array.from({ length: count }, (_, i) => i + 2);
  manager.do(
    ...children.map((child): Command => ({
      do: 'run',
      child,
      group: '',
      plan: [
        { op: 'take', slot: 0, name: 'read' },
        { op: 'wait', slot: 0, timeoutMs: 0xffff_ffff },
        { op: 'exit', status: child % 251 },
      ],
    })),
  );
  await manager.event('spawned', ({ child }) => child === count + 1);
  manager.do({ do: 'close', name: 'write' });
  await until('all are told', () => manager.events.filter(({ event }) => event === 'exited').length > count);
  const exits = manager.events.flatMap((event) => (event.event === 'exited' && event.child > 1 ? [[event.child, event.exit.status]] : []));
  assert.deepEqual(
    exits.toSorted(([a = 0], [b = 0]) => a - b),
    children.map((child) => [child, child % 251]),
  );
});
