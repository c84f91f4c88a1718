import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { encodeJournalHello } from '../../src/port/journal-wire.ts';
import { shell, startKeeper } from './harness.ts';

test('a request to stop that comes while no manager is there is told to the next one', async () => {
  await using keeper = await startKeeper();
  // Three that die before they have done anything, so that the fourth is not started at once.
  for (let count = 0; count < 3; count++) (await keeper.managerSocket()).end();
  await keeper.untilStderr((text) => text.split('it is started again after a while').length > 2);
  keeper.process.kill('SIGTERM');
  const manager = await keeper.manager();
  const { signal } = await manager.event('signalled');
  assert.equal(signal, 15);
  // One that dies of it leaves it to the one after.
  manager.connection.close();
  const next = await keeper.manager();
  assert.equal((await next.event('signalled')).signal, 15);
});

test('a second request to stop ends a keeper that has no manager, and all that it started', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan: shell('trap : TERM; while :; do sleep 1000; done') });
  const { pid } = await manager.event('spawned');
  manager.connection.close();
  // The next ones come, and never greet.
  await keeper.managerSocket();
  keeper.process.kill('SIGTERM');
  await signalsTaken(keeper.process.pid);
  keeper.process.kill('SIGTERM');
  assert.equal(await keeper.exited, 1);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a second request to stop ends a keeper whose managers all die of the first', async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  keeper.process.kill('SIGTERM');
  await first.event('signalled');
  first.connection.close();
  // It is connected, and about to die like the one before.
  const second = await keeper.manager();
  await second.event('signalled');
  keeper.process.kill('SIGTERM');
  assert.equal(await keeper.exited, 1);
});

test('one request to stop ends a keeper whose managers all die before they have heard it, in bounded time', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan: shell('trap : TERM; while :; do sleep 1000; done') });
  const { pid } = await manager.event('spawned');
  keeper.process.kill('SIGTERM');
  await manager.event('signalled');
  manager.connection.close();
  for (let count = 0; count < 2; count++) (await keeper.managerSocket()).end();
  assert.equal(await keeper.exited, 1);
  assert.match(keeper.stderr(), /no manager hears the request to stop; all that runs is killed/);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('one request to stop ends a keeper whose managers all hang', async () => {
  await using keeper = await startKeeper(['--manager-patience=400']);
  // They come, and never greet.
  await keeper.managerSocket();
  keeper.process.kill('SIGTERM');
  assert.equal(await keeper.exited, 1);
  assert.match(keeper.stderr(), /does not answer for 400 ms; it is killed/);
});

test('a second request to stop is for a manager that has heard the first', async () => {
  await using keeper = await startKeeper();
  (await keeper.manager()).connection.close();
  const manager = await keeper.manager();
  keeper.process.kill('SIGTERM');
  const { sequence } = await manager.event('signalled');
  manager.connection.send({ acknowledge: sequence, commands: [] });
  manager.do({ do: 'run', child: 1, group: '', plan: [{ op: 'exit', status: 3 }] });
  await manager.event('exited');
  keeper.process.kill('SIGTERM');
  await manager.event('signalled', (event) => event.sequence > sequence);
});

test('an end waits for nobody for ever: not for a plan that hangs, an output that others hold open, or a journal that is stopped', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  journal.on('error', () => {});
  journal.write(encodeJournalHello(0));
  const fifo = join(keeper.directory, 'fifo');
  manager.do(
    { do: 'run', child: 1, group: '', plan: shell(`mkfifo ${fifo}`) },
    {
      do: 'run',
      child: 2,
      group: '',
      plan: [{ op: 'output', slot: 5, stream: 1n, meta: '{}' }, { op: 'dup', slot: 5, number: 1 }, ...shell('exec sleep 1000')],
      reportExec: true,
    },
  );
  await manager.event('exited', ({ child }) => child === 1);
  await manager.event('executed', ({ child }) => child === 2);
  const { pid } = await manager.event('spawned', ({ child }) => child === 2);
  manager.do({ do: 'run', child: 3, group: '', plan: [{ op: 'open', slot: 0, path: fifo, flags: 0, mode: 0 }] });
  await manager.event('spawned', ({ child }) => child === 3);
  const held = openSync(`/proc/${pid}/fd/1`, 'w');
  try {
    for (const servant of childrenOf(keeper.process.pid)) {
      if (readFileSync(`/proc/${servant}/environ`, 'utf8').includes('TYSD_JOURNAL=')) process.kill(servant, 'SIGSTOP');
    }
    manager.do({ do: 'end', status: 4, action: 'exit' });
    assert.equal(await keeper.exited, 4);
  } finally {
    closeSync(held);
  }
});

test('a console that nobody reads does not stop the keeper', async () => {
  // The pipe has a reader, which is the keeper itself, and is full.
  const full =
    'fifo=$(mktemp -u); mkfifo $fifo; exec 9<>$fifo 2>$fifo; rm $fifo; dd if=/dev/zero bs=4096 count=1024 oflag=nonblock 1>&9 2>/dev/null';
  await using keeper = await startKeeper([], false, full);
  const manager = await keeper.manager();
  // Each stranger is told of on the console.
  for (let strangers = 0; strangers < 3; strangers++) {
    const socket = connect(join(keeper.directory, 'keeper.sock'));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve));
  }
  manager.do({ do: 'run', child: 1, group: '', plan: shell('exit 7') });
  const { exit } = await manager.event('exited');
  assert.equal(exit.status, 7);
});

/** Waits until no signal is pending at a process any more. */
async function signalsTaken(pid: number | undefined): Promise<void> {
  while (!/^ShdPnd:\t0+$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) await new Promise((resolve) => setImmediate(resolve));
}

function childrenOf(pid: number | undefined): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
}
