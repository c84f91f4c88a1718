import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

import { connectKeeper } from '../../src/port/keeper-connection.ts';
import { FrameWriter, encodeBatch, encodeHello } from '../../src/port/wire.ts';
import { shell, startKeeper } from './harness.ts';

test('a manager that is killed finds children, blobs, descriptors, groups and unacknowledged events when it is back', async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  const bytes = new Uint8Array([1, 2, 0, 255]);
  first.do(
    { do: 'make-group', group: 'a.service', path: 'a.service', mark: 'MARK=a' },
    { do: 'put', key: 'a.service', bytes: new Uint8Array(5000) },
    { do: 'put', key: 'a.service', bytes },
    { do: 'put', key: 'gone', bytes },
    { do: 'delete', key: 'gone' },
    {
      do: 'run',
      child: 1,
      group: '',
      plan: [
        { op: 'pipe', readSlot: 0, writeSlot: 1 },
        { op: 'keep', slot: 0, name: 'pipe' },
      ],
    },
    { do: 'run', child: 2, group: 'a.service', plan: shell('exec sleep 1000') },
  );
  const ended = await first.event('exited');
  const spawned = await first.event('spawned', ({ child }) => child === 2);
  first.connection.send({ acknowledge: ended.sequence - 1, commands: [] });
  first.connection.close();
  const second = await keeper.manager();
  const again = await second.event('exited');
  const { inventory } = second.connection;
  assert.deepEqual(
    {
      again,
      first: second.events[0]?.sequence,
      children: inventory.children,
      groups: inventory.groups,
      descriptors: inventory.descriptors,
      blobs: [...inventory.blobs],
      lastChild: inventory.lastChild,
      pid: inventory.pid,
      tracking: inventory.tracking,
    },
    {
      again: ended,
      first: ended.sequence,
      children: [{ child: 2, pid: spawned.pid, group: 'a.service' }],
      groups: ['a.service'],
      descriptors: ['pipe'],
      blobs: [['a.service', bytes]],
      lastChild: 2,
      pid: keeper.process.pid,
      tracking: 'session',
    },
  );
  assert.ok(inventory.startedAt.monotonicUsec < inventory.at.monotonicUsec);
  second.do({ do: 'signal', child: 2, signal: 9 });
  const killed = await second.event('exited', ({ child }) => child === 2);
  assert.deepEqual([killed.exit.how, killed.exit.status, killed.exit.groupEmpty], ['killed', 9, true]);
});

test('a batch of which only a part arrives is not carried out', async () => {
  await using keeper = await startKeeper();
  const socket = await keeper.managerSocket();
  const writer = new FrameWriter();
  encodeHello(writer);
  encodeBatch(writer, {
    acknowledge: 0,
    commands: [
      { do: 'put', key: 'first', bytes: new Uint8Array(1) },
      { do: 'put', key: 'second', bytes: new Uint8Array(100_000) },
    ],
  });
  const bytes = writer.take();
  socket.write(bytes.subarray(0, bytes.length - 1), () => socket.end());
  const second = await keeper.manager();
  assert.deepEqual([...second.connection.inventory.blobs.keys()], []);
});

/** Frames of nonsense, and what the keeper says of each. */
const nonsense: readonly (readonly [name: string, bytes: (greeting: Uint8Array) => Uint8Array, said: RegExp])[] = [
  ['a length that is too large', () => new Uint8Array([255, 255, 255, 255, 2]), /a frame's length is out of bounds/],
  ['a frame without a kind', () => new Uint8Array([0, 0, 0, 0]), /a frame's length is out of bounds/],
  ['a batch before the greeting', () => new Uint8Array([1, 0, 0, 0, 2]), /a kind that does not belong there/],
  ['another version', () => new Uint8Array([9, 0, 0, 0, 1, 77, 0, 0, 0, 0, 0, 0, 0]), /another version of the protocol/],
  ['another op table', (greeting) => greeting.map((byte, i) => (i === 9 ? byte ^ 1 : byte)), /another op table/],
  ['an unknown command', (greeting) => batch(greeting, [99], 1), /no such command/],
  ['a batch that ends too early', (greeting) => batch(greeting, [2, 1, 0], 1), /ends too early/],
  ['more than the commands', (greeting) => batch(greeting, [1, 2, 3], 0), /more in the batch/],
  ['a string without its NUL', (greeting) => batch(greeting, [14, 1, 0, 0, 0, 65, 66], 1), /no NUL after it/],
  [
    'a plan with an unknown op',
    (greeting) => batch(greeting, [1, 9, 0, 0, 0, 0, 0, 0, 0, ...string(''), 0, 7, 0, 0, 0, 1, 0, 0, 0, 250, 0, 0], 1),
    /no such op/,
  ],
  [
    'a plan that is longer than the batch',
    (greeting) => batch(greeting, [1, 9, 0, 0, 0, 0, 0, 0, 0, ...string(''), 0, 7, 0, 0, 9, 1, 0, 0, 0], 1),
    /plan's length is wrong/,
  ],
  ['an acknowledgement of the future', (greeting) => batch(greeting, [], 0, 1000), /acknowledges what was never sent/],
];

for (const [name, bytes, said] of nonsense) {
  test(`nonsense from the manager is named, and only the manager is started again: ${name}`, async () => {
    await using keeper = await startKeeper();
    const before = await keeper.manager();
    before.do({ do: 'run', child: 1, group: '', plan: shell('exec sleep 1000') });
    await before.event('spawned');
    before.connection.close();
    const socket = await keeper.managerSocket();
    const writer = new FrameWriter();
    encodeHello(writer);
    socket.on('error', () => {});
    socket.write(bytes(writer.take()));
    socket.resume();
    await once(socket, 'close');
    const after = await keeper.manager();
    assert.deepEqual(
      after.connection.inventory.children.map(({ child }) => child),
      [1],
    );
    await keeper.untilStderr(said);
  });
}

test('a manager that acknowledges nothing is left alone as long as it says by empty batches that it is at work', async () => {
  await using keeper = await startKeeper(['--manager-patience=1000']);
  const manager = await keeper.manager();
  // The keeper's own children measure the time, which is longer than its patience.
  for (let child = 1; child <= 15; child += 1) {
    manager.do({ do: 'run', child, group: '', plan: shell('exec sleep 0.1') });
    await manager.event('exited', (event) => event.child === child);
    manager.do();
  }
  assert.doesNotMatch(keeper.stderr(), /does not answer/);
  manager.do({ do: 'run', child: 16, group: '', plan: shell('exec sleep 1000') });
  await keeper.untilStderr(/the manager \(pid \d+\) does not answer for 1000 ms; it is killed/);
});

test('a connection of a process that is not the manager is closed', async () => {
  await using keeper = await startKeeper();
  await keeper.manager();
  await assert.rejects(connectKeeper(join(keeper.directory, 'keeper.sock')), /closed the connection|socket/);
  await keeper.untilStderr(new RegExp(`process ${process.pid} connected to .*keeper.sock, but the manager is process`));
});

test('the keeper’s own signals are events, and end without a status of its own is that of the manager', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  keeper.process.kill('SIGTERM');
  const { signal, pid } = await manager.event('signalled');
  assert.deepEqual([signal, pid], [15, process.pid]);
  manager.do({ do: 'run', child: 1, group: '', plan: shell('trap "" TERM; sleep 1000 & sleep 1000') });
  await manager.event('spawned');
  manager.do({ do: 'end', status: 42, action: 'exit' });
  assert.equal(await keeper.exited, 42);
});

test('a keeper that is not the init of a machine ends with a reboot and its argument as with an exit', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({ do: 'end', status: 7, action: 'reboot', argument: 'r'.repeat(255) });
  assert.equal(await keeper.exited, 7);
});

function string(text: string): readonly number[] {
  return [text.length, 0, 0, 0, ...new TextEncoder().encode(text), 0];
}

function batch(greeting: Uint8Array, commands: readonly number[], count: number, acknowledge = 0): Uint8Array {
  const writer = new FrameWriter();
  writer.u32(13 + commands.length);
  writer.u8(2);
  writer.u64(acknowledge);
  writer.u32(count);
  for (const byte of commands) writer.u8(byte);
  return new Uint8Array([...greeting, ...writer.take()]);
}
