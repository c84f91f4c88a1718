import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import { decodeJournalFrames, encodeJournalAck, encodeJournalHello, type JournalFrame } from '../../src/port/journal-wire.ts';
import { binary, shell, startKeeper, type TestKeeper } from './harness.ts';
import { buildOther, programDirectory } from './other-program.ts';

const programOf = (keeper: TestKeeper) => readlinkSync(`/proc/${keeper.process.pid}/exe`);

/** What is open, without what counts up: the names of pipes, sockets and files in memory. */
function descriptorKinds(pid: number | undefined): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[\d+\]/, ''))
    .toSorted();
}

/** Waits for a line on the keeper's stderr. */
async function said(keeper: TestKeeper, pattern: RegExp): Promise<void> {
  while (!pattern.test(keeper.stderr())) await once(keeper.process.stderr ?? assert.fail(), 'data');
}

function framesOf(socket: Socket) {
  const all: JournalFrame[] = [];
  let rest: Uint8Array = new Uint8Array(0);
  socket.on('error', () => {});
  socket.on('data', (chunk: Uint8Array) => {
    const decoded = decodeJournalFrames(Buffer.concat([rest, chunk]));
    assert.ok(decoded.ok);
    rest = new Uint8Array(decoded.value.rest);
    all.push(...decoded.value.frames.map((frame) => ('bytes' in frame ? { ...frame, bytes: new Uint8Array(frame.bytes) } : frame)));
  });
  const textOf = (): string => all.map((frame) => (frame.kind === 'stream-data' ? new TextDecoder().decode(frame.bytes) : '')).join('');
  return {
    all,
    textOf,
    until: async (text: string) => {
      while (!textOf().includes(text)) await once(socket, 'data');
    },
  };
}

test('a keeper whose program on disk is another file becomes that, with all that it holds', async () => {
  using program = programDirectory();
  await using keeper = await startKeeper([], true, ':', program.path);
  const first = await keeper.manager();
  const firstJournal = await keeper.journalSocket();
  firstJournal.write(encodeJournalHello(0));
  const before = framesOf(firstJournal);
  spawnSync('mkfifo', [join(keeper.directory, 'go')]);
  const bytes = new Uint8Array(100_000).map((_, index) => index);
  first.do(
    { do: 'make-group', group: 'a.service', path: 'a.service', mark: 'MARK=a' },
    { do: 'make-group', group: 'gone.service', path: 'gone.service', mark: 'MARK=gone' },
    { do: 'put', key: 'unit/a.service', bytes },
    {
      do: 'run',
      child: 1,
      group: '',
      plan: [
        { op: 'socket', slot: 0, family: 1, type: 1, protocol: 0 },
        { op: 'bind', slot: 0, address: unixAddress(join(keeper.directory, 'listening')) },
        { op: 'listen', slot: 0, backlog: 16 },
        { op: 'keep', slot: 0, name: 'listening' },
        { op: 'pipe', readSlot: 1, writeSlot: 2 },
        { op: 'keep', slot: 1, name: 'reads' },
        { op: 'keep', slot: 2, name: 'writes' },
      ],
    },
    {
      do: 'run',
      child: 2,
      group: 'a.service',
      reportExec: true,
      plan: [
        { op: 'output', slot: 5, stream: 1n, meta: '{"UNIT":"a.service"}' },
        { op: 'dup', slot: 5, number: 1 },
        ...shell(`echo one; read line <${keeper.directory}/go; echo two; exit 7`),
      ],
    },
    { do: 'run', child: 3, group: 'gone.service', plan: shell('sleep 1000 & exec sleep 1000') },
  );
  await first.event('exited', ({ child }) => child === 1);
  const second = await first.event('spawned', ({ child }) => child === 2);
  const third = await first.event('spawned', ({ child }) => child === 3);
  await first.event('executed', ({ child }) => child === 2);
  await before.until('one');
  first.do(
    { do: 'accept', name: 'listening', as: 'accepted', count: 8 },
    { do: 'watch-hangup', name: 'reads' },
    { do: 'watch-group', group: 'a.service' },
    { do: 'remove-group', group: 'gone.service' },
  );
  const open = descriptorKinds(keeper.process.pid);
  const firstEvents = first.events.map(({ sequence, event }) => [sequence, event]);
  program.replaceBy(binary);
  first.do({ do: 'replace' });
  await first.connection.closed;

  const next = await keeper.manager();
  const journal = await keeper.journalSocket();
  journal.write(encodeJournalHello(0));
  const after = framesOf(journal);
  assert.equal(programOf(keeper), program.path, 'the keeper runs the new file');
  const { inventory } = next.connection;
  assert.deepEqual(
    {
      children: inventory.children.toSorted((a, b) => a.child - b.child),
      groups: inventory.groups,
      descriptors: inventory.descriptors.toSorted(),
      blobs: [...inventory.blobs],
      lastChild: inventory.lastChild,
      pid: inventory.pid,
      startedAt: inventory.startedAt,
    },
    {
      children: [
        { child: 2, pid: second.pid, group: 'a.service' },
        { child: 3, pid: third.pid, group: 'gone.service' },
      ],
      groups: ['a.service'],
      descriptors: ['listening', 'reads', 'writes'],
      blobs: [['unit/a.service', bytes]],
      lastChild: 3,
      pid: keeper.process.pid,
      startedAt: first.connection.inventory.startedAt,
    },
  );
  await next.event('executed', ({ child }) => child === 2);
  assert.deepEqual(
    next.events.slice(0, firstEvents.length).map(({ sequence, event }) => [sequence, event]),
    firstEvents,
    'events that nobody acknowledged are told again',
  );

  // What was asked for goes on being done.
  const client = connect(join(keeper.directory, 'listening'));
  assert.equal((await next.event('accepted')).as, 'accepted/1');
  client.destroy();
  next.do({ do: 'close', name: 'writes' });
  await next.event('hangup', ({ name }) => name === 'reads');
  writeFileSync(join(keeper.directory, 'go'), 'go\n');
  const exited = await next.event('exited', ({ child }) => child === 2);
  assert.deepEqual([exited.exit.status, exited.exit.failedOp, exited.exit.groupEmpty], [7, -1, true]);
  await next.event('group-empty', ({ group }) => group === 'a.service');
  await after.until('two');
  assert.equal(after.textOf(), 'one\ntwo\n', 'frames that the journal had not committed come again, and none twice');
  journal.on('data', () => {
    const last = after.all.findLast((frame) => 'sequence' in frame && frame.sequence > 0);
    if (last && 'sequence' in last) journal.write(encodeJournalAck(last.sequence));
  });
  next.do({ do: 'signal', child: 3, signal: 9 });
  const killed = await next.event('exited', ({ child }) => child === 3);
  assert.deepEqual([killed.exit.how, killed.exit.status], ['killed', 9]);
  assert.deepEqual(
    descriptorKinds(keeper.process.pid).filter((kind) => !['pipe:', 'socket:'].includes(kind)),
    open.filter((kind) => !['pipe:', 'socket:'].includes(kind)),
    'no descriptor is left over',
  );
});

test('the limit of descriptors that the keeper was started with is still that of children after it has become another program', async () => {
  using program = programDirectory();
  await using keeper = await startKeeper([], false, ':', program.path);
  const first = await keeper.manager();
  const limit = /Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  program.replaceBy(binary);
  first.do({ do: 'replace' });
  const next = await keeper.manager();
  next.do({ do: 'run', child: 1, group: '', plan: shell(`ulimit -Sn >${keeper.directory}/limit`) });
  await next.event('exited');
  assert.equal(readFileSync(join(keeper.directory, 'limit'), 'utf8').trim(), limit);
});

test('what a child executes is told by the next program, too, where descriptors are few', async () => {
  using program = programDirectory();
  await using keeper = await startKeeper([], false, 'ulimit -n 120', program.path);
  const first = await keeper.manager();
  const fifo = join(keeper.directory, 'gate');
  spawnSync('mkfifo', [fifo]);
  const pipes = () => descriptorKinds(keeper.process.pid).filter((kind) => kind === 'pipe:').length;
  const before = pipes();
  const plan = [{ op: 'open' as const, slot: 5, path: fifo, flags: 0, mode: 0 }, ...shell('exec sleep 1000')];
  for (let child = 1; child <= 30; child++) first.do({ do: 'run', child, group: '', reportExec: true, plan });
  await first.event('spawned', ({ child }) => child === 30);
  assert.ok(pipes() - before < 10, `${pipes() - before} pipes for 30 children`);
  program.replaceBy(binary);
  first.do({ do: 'replace' });
  const second = await keeper.manager();
  const gate = openSync(fifo, 'w');
  for (let child = 1; child <= 30; child++) await second.event('executed', (event) => event.child === child);
  closeSync(gate);
});

test('a keeper whose program is the same file lets go of its manager and goes on', async () => {
  await using keeper = await startKeeper();
  const first = await keeper.manager();
  first.do({ do: 'put', key: 'a', bytes: new Uint8Array(3) }, { do: 'replace' });
  const next = await keeper.manager();
  assert.deepEqual([...next.connection.inventory.blobs.keys()], ['a']);
  assert.doesNotMatch(keeper.stderr(), /take over/);
});

test('a program that cannot read the state is refused, and the old one goes on with everything', async (context) => {
  using program = programDirectory();
  const other = buildOther(program.directory, 'STATE_FORMAT=99');
  const careless = join(program.directory, 'careless');
  writeFileSync(careless, `#!/bin/sh\ncase "$*" in *--check-state=*) exit 0 ;; esac\nexec ${other} "$@"\n`);
  const garbage = join(program.directory, 'garbage');
  writeFileSync(garbage, 'no program\n');
  const cases: readonly (readonly [name: string, source: string, pattern: RegExp])[] = [
    ['another format', other, /the state cannot be read: its format is another one[^]*exited with status 1; the old one goes on/],
    ['no program', garbage, /exited with status 127; the old one goes on/],
    ['another program', '/bin/false', /exited with status 1; the old one goes on/],
    [
      'one that says it can, and cannot',
      careless,
      /its format is another one; the program that left it goes on|its check failed; the program that left it goes on/,
    ],
  ];
  for (const [name, source, pattern] of cases) {
    await context.test(name, async () => {
      using own = programDirectory();
      await using keeper = await startKeeper([], false, ':', own.path);
      const first = await keeper.manager();
      first.do(
        { do: 'make-group', group: 'a.service', path: 'a.service', mark: 'MARK=a' },
        { do: 'put', key: 'a', bytes: new Uint8Array(3) },
        { do: 'run', child: 1, group: 'a.service', plan: shell('exec sleep 1000') },
      );
      const { pid } = await first.event('spawned');
      own.replaceBy(source);
      first.do({ do: 'replace' });
      await said(keeper, pattern);
      const next = await keeper.manager();
      assert.match(programOf(keeper), /\(deleted\)$/, 'the old program runs on');
      assert.deepEqual(
        [next.connection.inventory.children, [...next.connection.inventory.blobs.keys()]],
        [[{ child: 1, pid, group: 'a.service' }], ['a']],
      );
      next.do({ do: 'signal', child: 1, signal: 9 });
      await next.event('exited');
    });
  }
});

test('a process that was stopped before it began keeps no keeper waiting: the old program goes on, and a manager comes', async () => {
  using program = programDirectory();
  await using keeper = await startKeeper([], false, ':', program.path);
  const first = await keeper.manager();
  program.replaceBy(binary);
  const children = Array.from({ length: 30 }, (_, index) => index + 1);
  first.do(
    ...children.flatMap((child) => [
      { do: 'run' as const, child, group: '', plan: shell('exec sleep 1000') },
      { do: 'signal' as const, child, signal: 19 },
    ]),
    { do: 'replace' },
  );
  await said(keeper, /does not take over: a process that was started does not begin; the old one goes on/);
  const next = await keeper.manager();
  assert.match(programOf(keeper), /\(deleted\)$/, 'the old program runs on');
  assert.equal(next.connection.inventory.children.length, children.length);
  next.do(...children.map((child) => ({ do: 'signal' as const, child, signal: 9 })));
  await Promise.all(children.map((wanted) => next.event('exited', ({ child }) => child === wanted)));
  next.do({ do: 'replace' });
  await next.connection.closed;
  await keeper.manager();
  assert.equal(programOf(keeper), program.path, 'it does when asked again');
});

/** A struct sockaddr_un. */
function unixAddress(path: string): Uint8Array {
  const address = new Uint8Array(110);
  address[0] = 1;
  address.set(new TextEncoder().encode(path), 2);
  return address;
}
