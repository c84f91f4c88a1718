import assert from 'node:assert/strict';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import {
  type JournalFrame,
  decodeJournalFrames,
  encodeJournalAck,
  encodeJournalHello,
  encodeJournalRest,
} from '../../src/port/journal-wire.ts';
import { shell, startKeeper, type TestKeeper } from './harness.ts';

/** A journal that has greeted, with what it hears. */
async function greeted(keeper: TestKeeper, last: number) {
  const socket = await keeper.journalSocket();
  const heard: JournalFrame[] = [];
  const waiting = new Set<() => void>();
  let begun: Uint8Array = new Uint8Array(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Uint8Array) => {
    const decoded = decodeJournalFrames(Buffer.concat([begun, chunk]));
    assert.ok(decoded.ok);
    begun = new Uint8Array(decoded.value.rest);
    heard.push(...decoded.value.frames);
    for (const wake of waiting) wake();
  });
  socket.write(encodeJournalHello(last));
  return {
    socket,
    records: () => heard.flatMap((frame) => (frame.kind === 'record' ? [[frame.sequence, frame.record] as const] : [])),
    async until(record: string): Promise<void> {
      while (!heard.some((frame) => frame.kind === 'record' && frame.record === record))
        await new Promise<void>((resolve) => waiting.add(resolve));
    },
  };
}

function rest(socket: Socket, sequence: number, idleUsec: number): void {
  socket.write(encodeJournalRest({ sequence, idleUsec, nextKernel: undefined }));
}

const ended = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('close', () => resolve()));

test('a journal that has nothing to do may end, without a word, and is started again by the next frame, which is told once', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const first = await greeted(keeper, 0);
  manager.do({ do: 'journal', record: 'one' });
  await first.until('one');
  first.socket.write(encodeJournalAck(1));
  first.socket.write(encodeJournalRest({ sequence: 1, idleUsec: 1000, nextKernel: undefined }));
  await ended(first.socket);
  manager.do({ do: 'journal', record: 'two' });
  const second = await greeted(keeper, 1);
  await second.until('two');
  second.socket.write(encodeJournalAck(2));
  assert.deepEqual(second.records(), [[2, 'two']]);
  assert.equal(keeper.stderr(), '');
});

test('one that asks to rest and has not committed all, or does not know all, goes on', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const journal = await greeted(keeper, 0);
  manager.do({ do: 'journal', record: 'one' });
  await journal.until('one');
  // What it has not committed, and what it cannot know of.
  for (const sequence of [0, 1, 7]) journal.socket.write(encodeJournalRest({ sequence, idleUsec: 1e12, nextKernel: undefined }));
  manager.do({ do: 'journal', record: 'two' });
  await journal.until('two');
  journal.socket.write(encodeJournalAck(2));
  manager.do({ do: 'journal', record: 'three' });
  await journal.until('three');
  assert.deepEqual(
    journal.records().map(([, record]) => record),
    ['one', 'two', 'three'],
  );
  journal.socket.write(encodeJournalAck(3));
});

test('one that was woken soon is to be idle for twice as long before it may rest again', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const first = await greeted(keeper, 0);
  rest(first.socket, 0, 1e9);
  await ended(first.socket);
  manager.do({ do: 'journal', record: 'one' });
  const second = await greeted(keeper, 0);
  await second.until('one');
  second.socket.write(encodeJournalAck(1));
  rest(second.socket, 1, 1_999_999_999);
  manager.do({ do: 'journal', record: 'two' });
  await second.until('two');
  second.socket.write(encodeJournalAck(2));
  rest(second.socket, 2, 2e9);
  await ended(second.socket);
});

test('a malformed question closes the link, and nothing is lost', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const first = await greeted(keeper, 0);
  first.socket.write(Buffer.from([2, 0, 0, 0, 3, 0]));
  await ended(first.socket);
  await keeper.untilStderr(/the journal \(pid \d+\) sent nonsense: a frame of the wrong length/);
  manager.do({ do: 'journal', record: 'one' });
  const second = await greeted(keeper, 0);
  await second.until('one');
  second.socket.write(encodeJournalAck(1));
});

test('the end of everything wakes a journal for what is left', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const first = await greeted(keeper, 0);
  first.socket.write(encodeJournalRest({ sequence: 0, idleUsec: 1000, nextKernel: undefined }));
  await ended(first.socket);
  manager.do({ do: 'journal', record: 'last words' }, { do: 'end', status: 0, action: 'exit' });
  const second = await greeted(keeper, 0);
  await second.until('last words');
  second.socket.write(encodeJournalAck(1));
  assert.equal(await keeper.exited, 0);
});

test(
  'a record of the kernel that the journal has not read keeps it, and one that comes later wakes it',
  { skip: kernelLogIsOurs() },
  async () => {
    await using keeper = await startKeeper([], true);
    const manager = await keeper.manager();
    const first = await greeted(keeper, 0);
    first.socket.write(encodeJournalRest({ sequence: 0, idleUsec: 1000, nextKernel: 0 }));
    manager.do({ do: 'journal', record: 'one' });
    await first.until('one');
    first.socket.write(encodeJournalAck(1));
    first.socket.write(encodeJournalRest({ sequence: 1, idleUsec: 1000, nextKernel: 2 ** 52 }));
    await ended(first.socket);
    writeFileSync('/dev/kmsg', '<7>tysd: of a test\n');
    const second = await greeted(keeper, 1);
    manager.do({ do: 'journal', record: 'two' });
    await second.until('two');
    second.socket.write(encodeJournalAck(2));
  },
);

/** Why it cannot be read and written, or false. */
function kernelLogIsOurs(): string | false {
  try {
    accessSync('/dev/kmsg', constants.R_OK | constants.W_OK);
    return process.getuid?.() === 0 ? false : 'needs root';
  } catch {
    return 'needs /dev/kmsg';
  }
}

test('a manager may end until something happens; the next is told of it, and that it comes back from a rest is no crash', async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  const ping = await first.event('ping');
  first.connection.send({ acknowledge: ping.sequence, commands: [{ do: 'run', child: 1, group: '', plan: shell('exec sleep 1000') }] });
  const { sequence, pid } = await first.event('spawned');
  first.connection.send({ acknowledge: sequence, commands: [{ do: 'put', key: 'a', bytes: new Uint8Array([1]) }] });
  first.connection.rest(1000, Infinity);
  assert.equal(await first.connection.closed, '');
  process.kill(pid, 'SIGKILL');
  const second = await keeper.manager();
  assert.deepEqual([...second.connection.inventory.blobs], [['a', new Uint8Array([1])]]);
  const exited = await second.event('exited');
  assert.equal(exited.child, 1);
  assert.equal(keeper.stderr(), '');
});

test('one for whom something waits already is followed by another at once', async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  await first.event('ping');
  // The ping is not acknowledged.
  first.connection.rest(1000, Infinity);
  const second = await keeper.manager();
  assert.equal((await second.event('ping')).event, 'ping');
});

/** Has the first manager rest until then. */
async function resting(keeper: TestKeeper, wakeUsec: (nowUsec: number) => number): Promise<number> {
  const manager = await keeper.manager();
  const { connection } = manager;
  const until = wakeUsec(connection.inventory.at.monotonicUsec);
  connection.send({ acknowledge: (await manager.event('ping')).sequence, commands: [] });
  connection.rest(1000, until);
  await connection.closed;
  return until;
}

test('a client wakes the manager', async () => {
  await using keeper = await startKeeper();
  await resting(keeper, () => Infinity);
  const client = connect(join(keeper.directory, 'control.sock'));
  client.on('error', () => {});
  await keeper.manager();
  client.destroy();
});

test('the manager is there again at the time that it named, and not before', async () => {
  await using keeper = await startKeeper();
  const until = await resting(keeper, (nowUsec) => nowUsec + 1_500_000);
  const second = await keeper.manager();
  assert.ok(second.connection.inventory.at.monotonicUsec >= until);
});

test('a request to stop is heard by the manager that it wakes, and a second one does not end the keeper before that', async () => {
  await using keeper = await startKeeper();
  await resting(keeper, () => Infinity);
  keeper.process.kill('SIGTERM');
  keeper.process.kill('SIGTERM');
  const second = await keeper.manager();
  assert.equal((await second.event('signalled')).signal, 15);
  assert.equal(keeper.stderr(), '');
});
