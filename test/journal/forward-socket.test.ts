import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createForward, exportedRows } from '../../src/journal/forward.ts';
import type { Row } from '../../src/journal/record.ts';
import { createStreamClient } from '../../src/port/stream-client.ts';
import { createScratch } from './keeper-double.ts';

const boot = '0123456789abcdef0123456789abcdef';

function row(message: Row['message'], change: Partial<Row> = {}): Row {
  return {
    realtimeUsec: 1_700_000_000_000_001,
    monotonicUsec: 42,
    priority: 6,
    message,
    unit: 'a.service',
    extra: [['LOUD', 'two\nlines']],
    origin: { identifier: 'a', fields: { SYSLOG_IDENTIFIER: 'a', _BOOT_ID: boot, _TRANSPORT: 'stdout', _SYSTEMD_UNIT: 'a.service' } },
    ...change,
  };
}

const head = `__REALTIME_TIMESTAMP=1700000000000001\n__MONOTONIC_TIMESTAMP=42\n_BOOT_ID=${boot}\nSYSLOG_IDENTIFIER=a\n`;
const loud = 'LOUD\n\x09\0\0\0\0\0\0\0two\nlines\n\n';

/** Who listens, and what has been heard. */
interface Listener extends AsyncDisposable {
  readonly server: Server;
  readonly connections: Set<Socket>;
  until(holds: (heard: string) => boolean): Promise<string>;
}

async function listen(where: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<Listener> {
  let heard = '';
  const connections = new Set<Socket>();
  const changed = new EventTarget();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      changed.dispatchEvent(new Event('heard'));
    });
  });
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return {
    server,
    connections,
    async until(holds) {
      while (!holds(heard)) await new Promise((resolve) => changed.addEventListener('heard', resolve, { once: true }));
      return heard;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('entries go to a socket in the Journal Export Format, also those without a message and of the kernel', async () => {
  using scratch = createScratch();
  const path = join(scratch.path, 'sink');
  await using listener = await listen({ path });
  const client = createStreamClient({ path }, assert.fail);
  const forward = createForward({ socket: { always: true, whole: true, maximum: 6, pass: exportedRows(client.send) } });
  forward(row('one'), {});
  forward(row('chatter', { priority: 7 }), {});
  forward(row(null, { extra: [] }), {});
  forward(row('of the kernel', { extra: [], origin: { identifier: 'kernel', fields: { _BOOT_ID: boot, _TRANSPORT: 'kernel' } } }), {});
  forward(row('given to another journal'), { handedOver: true });
  forward(row(Buffer.from([1, 0, 255])), {});
  const rest = '_TRANSPORT=stdout\n_SYSTEMD_UNIT=a.service\nPRIORITY=6\n';
  assert.equal(
    await listener.until((heard) => heard.split(loud).length > 2),
    `${head}${rest}MESSAGE=one\n${loud}${head}${rest}\n` +
      `__REALTIME_TIMESTAMP=1700000000000001\n__MONOTONIC_TIMESTAMP=42\n_BOOT_ID=${boot}\n_TRANSPORT=kernel\nPRIORITY=6\nMESSAGE=of the kernel\n\n` +
      `${head}${rest}MESSAGE\n\x03\0\0\0\0\0\0\0\x01\0\xff\n${loud}`,
  );
  await client.close();
});

test('ports and sockets without a file are reached too', async () => {
  await using first = await listen({ host: '127.0.0.1', port: 0 });
  const address = first.server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const name = `\0tysd-test-${process.pid}`;
  await using second = await listen({ path: name });
  const clients = [
    createStreamClient({ host: '127.0.0.1', port: address.port }, assert.fail),
    createStreamClient({ path: name }, assert.fail),
  ];
  for (const client of clients) client.send(Buffer.from('hello'));
  assert.deepEqual([await first.until((heard) => heard !== ''), await second.until((heard) => heard !== '')], ['hello', 'hello']);
  await Promise.all(clients.map((client) => client.close()));
});

test('what nobody listens to yet waits, and so does what comes after a connection was lost', async () => {
  using scratch = createScratch();
  const path = join(scratch.path, 'sink');
  const warnings: string[] = [];
  const client = createStreamClient({ path }, (text) => warnings.push(text));
  assert.ok(client.isEmpty);
  client.send(Buffer.from('early '));
  while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.match(warnings[0] ?? '', /^Cannot pass entries on to .*\/sink: /);
  assert.ok(!client.isEmpty, 'a journal does not rest while something waits');
  {
    await using listener = await listen({ path });
    await listener.until((heard) => heard === 'early ');
    assert.ok(client.isEmpty);
  }
  // Whether the client has noticed by now or not: what it is given then is heard.
  const again = await listen({ path });
  const timer = setInterval(() => client.send(Buffer.from('late ')), 20);
  assert.match(await again.until((heard) => heard.includes('late ')), /^(late )+$/);
  clearInterval(timer);
  await client.close();
  await again[Symbol.asyncDispose]();
});

test('a listener that does not read takes no memory without end, and is told of once', async () => {
  using scratch = createScratch();
  const path = join(scratch.path, 'sink');
  const server = createServer((socket) => socket.pause());
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  const warnings: string[] = [];
  const client = createStreamClient({ path }, (text) => warnings.push(text));
  // Eight of them leave room for a small one, and for no ninth.
  const large = Buffer.alloc((1 << 20) - 16);
  for (let count = 0; count < 30; count++) client.send(large);
  assert.deepEqual(warnings, []);
  client.send(Buffer.from('x'));
  client.send(Buffer.from('y'));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /^22 entries could not be passed on to .*, as they are not read there\.$/);
  const before = Date.now();
  await client.close();
  assert.ok(Date.now() - before < 30_000, 'an end that waits for a reader is no end');
  server.close();
});

const remote = '/lib/systemd/systemd-journal-remote';
const why =
  existsSync(remote) && existsSync('/usr/bin/journalctl')
    ? undefined
    : 'needs systemd-journal-remote (apt-get install systemd-journal-remote)';

test('systemd-journal-remote reads what is sent', { skip: why ?? false }, () => {
  using scratch = createScratch();
  const pieces: Uint8Array[] = [];
  const pass = exportedRows((bytes) => pieces.push(bytes));
  for (const message of ['one', 'two\nlines', Buffer.from([1, 2, 255])]) pass(row(message), 6, undefined);
  const file = join(scratch.path, 'got.journal');
  const made = spawnSync(remote, ['--output', file, '-'], { input: Buffer.concat(pieces) });
  assert.equal(made.status, 0, made.stderr.toString());
  const shown = spawnSync('/usr/bin/journalctl', ['--file', file, '--output=json', '--output-fields=MESSAGE,LOUD,_SYSTEMD_UNIT'], {
    encoding: 'utf8',
  });
  const entries = shown.stdout
    .trimEnd()
    .split('\n')
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  assert.deepEqual(
    entries.map(({ MESSAGE, LOUD, _SYSTEMD_UNIT, _BOOT_ID }) => [MESSAGE, LOUD, _SYSTEMD_UNIT, _BOOT_ID]),
    ['one', 'two\nlines', [1, 2, 255]].map((message) => [message, 'two\nlines', 'a.service', boot]),
  );
});
