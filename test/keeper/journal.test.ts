import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Plan } from '../../src/exec/op.ts';
import { type JournalFrame, decodeJournalFrames, encodeJournalAck, encodeJournalHello } from '../../src/port/journal-wire.ts';
import { shell, startKeeper } from './harness.ts';

function printing(script: string, stream: bigint): Plan {
  return [
    { op: 'output', slot: 1, stream, meta: 'a.service {"unit":"a.service"}' },
    { op: 'dup', slot: 1, number: 1 },
    { op: 'dup', slot: 1, number: 2 },
    { op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', script], env: ['PATH=/usr/bin:/bin'] },
  ];
}

/** Frames as they come, and a wait for one that is liked. */
function frames(socket: Socket) {
  const all: JournalFrame[] = [];
  const waiting = new Set<() => boolean>();
  let rest: Uint8Array = new Uint8Array(0);
  socket.on('data', (chunk: Uint8Array) => {
    const decoded = decodeJournalFrames(Buffer.concat([rest, chunk]));
    assert.ok(decoded.ok);
    rest = new Uint8Array(decoded.value.rest);
    all.push(...decoded.value.frames.map((frame) => ('bytes' in frame ? { ...frame, bytes: new Uint8Array(frame.bytes) } : frame)));
    for (const waiter of waiting) if (waiter()) waiting.delete(waiter);
  });
  socket.on('error', () => {});
  const acknowledge = () => {
    const last = all.findLast((frame) => 'sequence' in frame && frame.sequence > 0);
    if (last && 'sequence' in last) socket.write(encodeJournalAck(last.sequence));
  };
  const find = (wanted: (frame: JournalFrame) => boolean) => all.find(wanted);
  return {
    all,
    acknowledge,
    /** From now on everything is acknowledged as it comes, so that the keeper can end. */
    acknowledgeAll: () => {
      acknowledge();
      socket.on('data', acknowledge);
    },
    next: (wanted: (frame: JournalFrame) => boolean): Promise<JournalFrame> =>
      new Promise((resolve) => {
        const waiter = () => {
          const found = find(wanted);
          if (found) resolve(found);
          return found !== undefined;
        };
        if (!waiter()) waiting.add(waiter);
      }),
  };
}

function text(all: readonly JournalFrame[], stream: bigint): string {
  return all
    .map((frame) => (frame.kind === 'stream-data' && frame.stream === stream ? new TextDecoder().decode(frame.bytes) : ''))
    .join('');
}

/** The frames that are acknowledged, without what is only announced. */
function numbered(all: readonly JournalFrame[]): readonly JournalFrame[] {
  return all.filter((frame) => 'sequence' in frame && frame.sequence !== 0);
}

test('output travels to the journal with its stream, its pid and its end, and a record of the manager between', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  const heard = frames(journal);
  journal.write(encodeJournalHello(0));
  manager.do({ do: 'journal', record: '{"a":1}' }, { do: 'run', child: 1, group: '', plan: printing('echo out; echo err >&2', 77n) });
  await heard.next(({ kind }) => kind === 'stream-close');
  const { pid } = await manager.event('spawned');
  // A stream that was there before the journal's greeting is announced to it as well.
  const [hello, record, open] = heard.all.filter((frame) => !('sequence' in frame && frame.sequence === 0));
  heard.acknowledgeAll();
  assert.deepEqual(
    [hello?.kind, record?.kind === 'record' && [record.sequence, record.record], open, text(heard.all, 77n)],
    ['hello', [1, '{"a":1}'], { kind: 'stream-open', sequence: 2, stream: 77n, pid, meta: 'a.service {"unit":"a.service"}' }, 'out\nerr\n'],
  );
});

test('a journal that was killed is told again what it had not committed, and nothing else, and what streams there are', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const first = await keeper.journalSocket();
  const before = frames(first);
  first.write(encodeJournalHello(0));
  manager.do({ do: 'run', child: 1, group: '', plan: printing('echo one; exec sleep 1000', 5n) });
  manager.do({ do: 'journal', record: 'two' });
  const one = await before.next(({ kind }) => kind === 'stream-data');
  await before.next(({ kind }) => kind === 'record');
  assert.ok(one.kind === 'stream-data');
  first.destroy();
  manager.do({ do: 'journal', record: 'three' });
  const second = await keeper.journalSocket();
  const after = frames(second);
  const hello = await after.next(({ kind }) => kind === 'hello');
  assert.deepEqual(hello, before.all[0]);
  const committed = Math.max(...before.all.map((frame) => ('sequence' in frame ? frame.sequence : 0)));
  second.write(encodeJournalHello(committed));
  await after.next((frame) => frame.kind === 'record' && frame.record === 'three');
  const repeated = after.all.filter((frame) => 'sequence' in frame && frame.sequence !== 0 && frame.sequence <= committed);
  assert.deepEqual(repeated, []);
  const announced = after.all.filter((frame) => frame.kind === 'stream-open' && frame.sequence === 0);
  assert.deepEqual(
    announced.map((frame) => frame.kind === 'stream-open' && frame.stream),
    [5n],
  );
  after.acknowledgeAll();
});

test('a flood waits for a journal that is slow, and none of it is lost', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  const heard = frames(journal);
  journal.write(encodeJournalHello(0));
  const lines = 2_000_000;
  manager.do({ do: 'run', child: 1, group: '', plan: printing(`seq ${lines}`, 3n) });
  const pump = setInterval(heard.acknowledge, 10);
  await heard.next(({ kind }) => kind === 'stream-close');
  clearInterval(pump);
  const all = text(heard.all, 3n).trimEnd().split('\n');
  assert.deepEqual([all.length, all[0], all.at(-1)], [lines, '1', String(lines)]);
  heard.acknowledgeAll();
});

test('a journal that commits nothing loses the oldest output when there is no room left, and is told how much', async () => {
  await using keeper = await startKeeper(['--journal-patience=0'], true);
  const manager = await keeper.manager();
  const first = await keeper.journalSocket();
  first.on('error', () => {});
  first.resume();
  first.write(encodeJournalHello(0));
  manager.do({ do: 'run', child: 1, group: '', plan: printing('head -c 20000000 /dev/zero', 9n) });
  const { exit } = await manager.event('exited');
  assert.equal(exit.status, 0);
  await keeper.untilStderr(/frames of output were dropped/);
  manager.do({ do: 'journal', record: 'after' });
  // Each time that it drops, the keeper closes the journal's connection; the last one stays.
  let dropped: JournalFrame | undefined;
  while (dropped === undefined) {
    const socket = await keeper.journalSocket();
    const heard = frames(socket);
    socket.write(encodeJournalHello(0));
    const closed = new Promise<undefined>((resolve) =>
      socket.destroyed ? resolve(undefined) : socket.on('close', () => resolve(undefined)),
    );
    dropped = await Promise.race([heard.next(({ kind }) => kind === 'dropped'), closed]);
    if (dropped) heard.acknowledgeAll();
  }
  assert.ok(dropped.kind === 'dropped' && dropped.count > 0);
});

test('a journal that commits nothing is killed, and the next one is told all that it was told', async () => {
  await using keeper = await startKeeper(['--journal-patience=1'], true);
  const manager = await keeper.manager();
  const first = await keeper.journalSocket();
  first.on('error', () => {});
  const before = frames(first);
  first.write(encodeJournalHello(0));
  manager.do({ do: 'journal', record: 'one' }, { do: 'run', child: 1, group: '', plan: printing('echo two', 5n) });
  await before.next(({ kind }) => kind === 'stream-close');
  await keeper.untilStderr(
    /the journal \(pid \d+\) commits nothing for 1000 ms; it is killed\n[^]*the journal \(pid \d+\) was killed by signal 9/,
  );
  const second = await keeper.journalSocket();
  const after = frames(second);
  second.write(encodeJournalHello(0));
  await after.next(({ kind }) => kind === 'stream-close');
  assert.deepEqual(numbered(after.all), numbered(before.all));
  after.acknowledgeAll();
  assert.doesNotMatch(keeper.stderr(), /dropped/);
});

test('a datagram to the syslog socket is a frame of its own, with its sender', async () => {
  const path = join(tmpdir(), `tysd-syslog-${process.pid}`);
  await using keeper = await startKeeper([`--syslog=${path}`], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  const heard = frames(journal);
  journal.write(encodeJournalHello(0));
  manager.do({ do: 'run', child: 1, group: '', plan: shell(`exec logger --socket ${path} --tag probe hello`) });
  const datagram = await heard.next(({ kind }) => kind === 'datagram');
  const { pid } = await manager.event('spawned');
  assert.ok(datagram.kind === 'datagram');
  assert.deepEqual([datagram.source, datagram.pid, datagram.uid], ['syslog', pid, process.getuid?.()]);
  assert.match(new TextDecoder().decode(datagram.bytes), /^<13>.*probe: hello/);
  heard.acknowledgeAll();
});

test('before a datagram the journal is told once who sends it, and a file in memory is read', async () => {
  const path = join(tmpdir(), `tysd-native-${process.pid}`);
  await using keeper = await startKeeper([`--native=${path}`], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  const heard = frames(journal);
  journal.write(encodeJournalHello(0));
  const script = `import os,socket,sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect(sys.argv[1])
for text in sys.argv[2:]: s.send(text.encode())
fd = os.memfd_create('large')
os.write(fd, b'MESSAGE=' + b'y' * 300000)
socket.send_fds(s, [b''], [fd])`;
  manager.do({
    do: 'run',
    child: 1,
    group: '',
    plan: [
      {
        op: 'exec',
        paths: ['/usr/bin/python3'],
        argv: ['python3', '-c', script, path, 'MESSAGE=one', 'MESSAGE=two'],
        env: [],
      },
    ],
  });
  const last = await heard.next((frame) => frame.kind === 'datagram' && frame.bytes.length > 300_000);
  const { pid } = await manager.event('spawned');
  assert.ok(last.kind === 'datagram');
  const told = heard.all.flatMap((frame) => (frame.kind === 'process' ? [frame] : []));
  const texts = heard.all.flatMap((frame) => (frame.kind === 'datagram' ? [new TextDecoder().decode(frame.bytes).slice(0, 11)] : []));
  assert.deepEqual(texts, ['MESSAGE=one', 'MESSAGE=two', 'MESSAGE=yyy']);
  assert.equal(told.length, 1);
  assert.deepEqual([told[0]?.pid, told[0]?.stream, told[0]?.facts?.name], [pid, 0n, 'python3']);
  assert.match(told[0]?.facts?.status ?? '', new RegExp(`^Uid:\\s+${process.getuid?.()}\\s`, 'm'));
  heard.acknowledgeAll();
});

test('without a journal output goes to the keeper’s stderr line by line, with the first word of its meta', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({ do: 'run', child: 1, group: '', plan: printing('echo one; printf two', 1n) });
  await manager.event('exited');
  manager.do({ do: 'end', status: 0, action: 'exit' });
  assert.equal(await keeper.exited, 0);
  await keeper.untilStderr(/^a\.service: one\n(tysd-keeper: .*\n)*a\.service: two\n/m);
});

test('a program brings a stream of its own, and the journal is told who brought it', async () => {
  await using keeper = await startKeeper([], true);
  await keeper.manager();
  const journal = await keeper.journalSocket();
  journal.write(encodeJournalHello(0));
  const seen = frames(journal);
  seen.acknowledgeAll();
  const guest = connect(join(keeper.directory, 'stdout'));
  guest.write('name\n\n6\n1\n0\n0\n0\nhello\n');
  const open = await seen.next(({ kind }) => kind === 'stream-open');
  const data = await seen.next(({ kind }) => kind === 'stream-data');
  guest.end();
  const close = await seen.next(({ kind }) => kind === 'stream-close');
  assert.ok(open.kind === 'stream-open' && data.kind === 'stream-data' && close.kind === 'stream-close');
  assert.deepEqual(
    [open.pid, JSON.parse(open.meta), new TextDecoder().decode(data.bytes), data.stream === open.stream, close.stream === open.stream],
    [
      process.pid,
      { HEADER: '', UNIT: '', _UID: String(process.getuid?.()), _GID: String(process.getgid?.()) },
      'name\n\n6\n1\n0\n0\n0\nhello\n',
      true,
      true,
    ],
  );
});

test('a guest without a word hears the end when all that was said before it is stored, and the journal nothing of it', async () => {
  await using keeper = await startKeeper([], true);
  const manager = await keeper.manager();
  const journal = await keeper.journalSocket();
  journal.write(encodeJournalHello(0));
  const seen = frames(journal);
  manager.do({ do: 'journal', record: 'said' });
  const record = await seen.next(({ kind }) => kind === 'record');
  assert.ok(record.kind === 'record');
  const path = join(keeper.directory, 'stdout');
  let isStored = false;
  const asking = connect(path).resume();
  asking.end();
  const answered = once(asking, 'close').then(() => isStored);
  // One who speaks comes after the one who asks, so the question has been heard.
  const speaking = connect(path);
  speaking.end('name\n\n6\n1\n0\n0\n0\nhello\n');
  await seen.next(({ kind }) => kind === 'stream-close');
  isStored = true;
  journal.write(encodeJournalAck(record.sequence));
  assert.equal(await answered, true);
  assert.equal(seen.all.filter(({ kind }) => kind === 'stream-open').length, 1);
  seen.acknowledgeAll();
  const idle = connect(path).resume();
  idle.end();
  await once(idle, 'close');
});

test('words with = before the program are variables for it, but for what the keeper was given itself', async () => {
  const words = ['NEW=given', 'OLD=given', '/bin/sh', '-c', 'echo "new $NEW, old $OLD." >&2; exec sleep 600'];
  await using keeper = await startKeeper(
    words.map((word) => `--journal=${word}`),
    false,
    'export OLD=own',
  );
  assert.match(await keeper.untilStderr(/new .*\./), /new given, old own\./);
});
