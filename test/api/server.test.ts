import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectClient } from '../../src/api/client.ts';
import { listenControl } from '../../src/api/jsonrpc/server.ts';
import { FakeManager, fakeServices } from './fake-manager.ts';

interface Bench {
  readonly manager: FakeManager;
  readonly path: string;
}

/** Runs a test against a server on a real socket; nothing is left afterwards. */
async function withServer(run: (bench: Bench) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-api-'));
  const path = join(directory, 'control.sock');
  const manager = new FakeManager();
  manager.add('web.service', { active: 'active', sub: 'running' });
  manager.add('slow.service');
  manager.slow.add('slow.service');
  const server = await listenControl({ path }, fakeServices(manager));
  assert.ok(server.ok);
  try {
    await run({ manager, path });
  } finally {
    server.value.close();
    rmSync(directory, { recursive: true });
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends all of it, closes the writing side as rsdctl does, and gives what comes back until the end. */
async function exchange(path: string, ...chunks: readonly (string | Buffer)[]): Promise<string> {
  const socket = await open(path);
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  return readAll(socket);
}

function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
    socket.on('end', () => socket.end());
  });
}

function parseLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

const isActive = { jsonrpc: '2.0', id: 1, method: 'unit.dependencies', params: { unit: 'web.service' } };

test('a request on a connection that is half closed is answered, then the connection ends', () =>
  withServer(async ({ path }) => {
    assert.deepEqual(parseLines(await exchange(path, JSON.stringify(isActive))), [{ jsonrpc: '2.0', result: [], id: 1 }]);
  }));

test('the socket is for its owner only', () =>
  withServer(({ path }) => {
    assert.equal(statSync(path).mode & 0o777, 0o600);
    return Promise.resolve();
  }));

test('several requests of one connection are answered, cut and glued together however they are', () =>
  withServer(async ({ path }) => {
    const text = JSON.stringify(isActive) + JSON.stringify({ ...isActive, id: 'zwei', method: 'environment.list', params: {} });
    assert.deepEqual(parseLines(await exchange(path, text.slice(0, 10), text.slice(10, 100), text.slice(100))), [
      { jsonrpc: '2.0', result: [], id: 1 },
      { jsonrpc: '2.0', result: ['LANG=C.UTF-8'], id: 'zwei' },
    ]);
  }));

test('a batch is answered by one array without its notifications, and a notification by nothing', () =>
  withServer(async ({ path, manager }) => {
    const batch = [isActive, { method: 'manager.reload' }, 5, { id: 2, method: 'nope' }];
    assert.deepEqual(parseLines(await exchange(path, JSON.stringify(batch), JSON.stringify({ method: 'manager.reload', params: {} }))), [
      [
        { jsonrpc: '2.0', result: [], id: 1 },
        { jsonrpc: '2.0', error: { code: -32600, message: 'A request must be an object.', data: { code: 'invalid-request' } }, id: null },
        { jsonrpc: '2.0', error: { code: -32601, message: 'Unknown method: nope', data: { code: 'unknown-method' } }, id: 2 },
      ],
    ]);
    assert.deepEqual(manager.calls, ['reload', 'reload']);
  }));

test('parameters of the wrong form are refused with the place where they are wrong', () =>
  withServer(async ({ path }) => {
    const [answer] = parseLines(await exchange(path, '{"id":1,"method":"unit.start","params":{"unit":5}}'));
    assert.deepEqual(answer, {
      jsonrpc: '2.0',
      error: {
        code: -32602,
        message: 'unit.start: unit: Invalid type: Expected string but received 5',
        data: { code: 'invalid-params' },
      },
      id: 1,
    });
  }));

const nonsense: readonly (readonly [name: string, bytes: string | Buffer, message: RegExp])[] = [
  ['words', 'hello\n', /^This is not JSON-RPC: expected a JSON object, found "hello\\n"$/],
  ['bytes', Buffer.from([0xff, 0x00, 0x7b]), /^This is not JSON-RPC: expected a JSON object/],
  ['a broken object', '{"id":1,}', /^This is not JSON: /],
  ['an object that does not end', '{"id":1', /^This is not JSON-RPC: the request ends before its JSON text does$/],
  ['deep nesting', '['.repeat(100_000), /^This is not JSON-RPC: a request may not be nested deeper than 64$/],
];

for (const [name, bytes, message] of nonsense) {
  test(`nonsense (${name}) gets one clear message and ends its own connection, and no other`, () =>
    withServer(async ({ path }) => {
      const other = await connectClient(path);
      assert.ok(other.ok);
      const [answer, ...more] = parseLines(await exchange(path, bytes));
      assert.ok(typeof answer === 'object' && answer !== null && 'error' in answer && 'id' in answer && answer.id === null);
      const { error } = answer;
      assert.ok(typeof error === 'object' && error !== null && 'code' in error && 'message' in error);
      assert.equal(error.code, -32700);
      assert.match(String(error.message), message);
      assert.deepEqual(more, []);
      assert.deepEqual(await other.value.call('environment.list', {}), { ok: true, value: ['LANG=C.UTF-8'] });
      other.value.close();
    }));
}

test('a request of more than a mebibyte is refused while it is being sent', () =>
  withServer(async ({ path }) => {
    const text = await exchange(path, `{"id":1,"method":"${'x'.repeat(2 * 1024 * 1024)}`);
    assert.match(text, /"code":-32700,"message":"This is not JSON-RPC: a request may not be longer than 1048576 bytes"/);
  }));

test('calls that wait do not keep others from being answered, and are answered after the client closed its side', () =>
  withServer(async ({ path, manager }) => {
    const slow = { id: 1, method: 'unit.start', params: { unit: 'slow.service', wait: true } };
    const socket = await open(path);
    socket.write(JSON.stringify(slow));
    socket.write(JSON.stringify({ ...isActive, id: 2 }));
    const received = readAll(socket);
    socket.once('data', () => {
      socket.end();
      manager.finish('slow.service', 'timeout');
    });
    assert.deepEqual(parseLines(await received), [
      { jsonrpc: '2.0', result: [], id: 2 },
      { jsonrpc: '2.0', result: { job: 1, unit: 'slow.service', result: 'timeout' }, id: 1 },
    ]);
  }));

test('a subscription pushes the changes of the units that it names, and of no others', () =>
  withServer(async ({ path, manager }) => {
    const client = await connectClient(path);
    assert.ok(client.ok);
    const changes: unknown[] = [];
    client.value.receive((change) => changes.push(change));
    await client.value.call('changes.subscribe', { units: ['w*'] });
    manager.set('web.service', { active: 'failed', sub: 'failed' });
    manager.set('slow.service', { active: 'failed', sub: 'failed' });
    manager.tell({ change: 'startup-finished' });
    await client.value.call('changes.unsubscribe', {});
    manager.set('web.service', { active: 'active', sub: 'running' });
    await client.value.call('environment.list', {});
    assert.deepEqual(changes, [{ change: 'unit', unit: 'web.service', active: 'failed', sub: 'failed' }, { change: 'startup-finished' }]);
    client.value.close();
  }));

test('a client that goes away leaves no listener with the manager', () =>
  withServer(async ({ path, manager }) => {
    const before = manager.listeners;
    const client = await connectClient(path);
    assert.ok(client.ok);
    await client.value.call('changes.subscribe', {});
    assert.equal(manager.listeners, before + 1);
    client.value.close();
    const other = await connectClient(path);
    assert.ok(other.ok);
    // Each call is a turn of the server's loop, in one of which it sees that the first client is gone.
    for (let turn = 0; turn < 1000 && manager.listeners > before; turn++) await other.value.call('environment.list', {});
    assert.equal(manager.listeners, before);
    other.value.close();
  }));

test('a subscriber that does not read is let go before it costs much memory', () =>
  withServer(async ({ path, manager }) => {
    const before = manager.listeners;
    const socket = await open(path);
    socket.pause();
    socket.on('error', () => socket.destroy());
    socket.write('{"id":1,"method":"changes.subscribe","params":{}}');
    const other = await connectClient(path);
    assert.ok(other.ok);
    for (let turn = 0; turn < 1000 && manager.listeners === before; turn++) await other.value.call('environment.list', {});
    const name = `${'x'.repeat(200)}.service`;
    for (let sent = 0; sent < 200_000 && manager.listeners > before; sent++) {
      manager.tell({ change: 'unit', unit: name, active: 'active', sub: 'running' });
      if (sent % 1000 === 0) await other.value.call('environment.list', {});
    }
    for (let turn = 0; turn < 1000 && manager.listeners > before; turn++) await other.value.call('environment.list', {});
    assert.equal(manager.listeners, before);
    socket.destroy();
    other.value.close();
  }));

test('a client that sends requests and reads no answers is not read from, and others are served', () =>
  withServer(async ({ path, manager }) => {
    for (let index = 0; index < 500; index++) manager.add(`unit${index}.service`);
    const socket = await open(path);
    socket.pause();
    socket.on('error', () => socket.destroy());
    const request = '{"id":1,"method":"units.list","params":{}}';
    for (let index = 0; index < 500; index++) socket.write(request);
    const other = await connectClient(path);
    assert.ok(other.ok);
    for (let turn = 0; turn < 50; turn++) assert.ok((await other.value.call('environment.list', {})).ok);
    socket.destroy();
    other.value.close();
  }));

test('a second server does not take over a socket that answers, and does take over one that is dead', () =>
  withServer(async ({ path, manager }) => {
    assert.deepEqual(await listenControl({ path }, fakeServices(manager)), { ok: false, error: `${path} is served by another process` });
    const dead = join(path, '../dead.sock');
    const first = await listenControl({ path: dead }, fakeServices(manager));
    assert.ok(first.ok);
    first.value.close();
    const second = await listenControl({ path: dead }, fakeServices(manager));
    assert.ok(second.ok);
    second.value.close();
  }));

test('a client whose server goes away has its calls answered with connection-lost', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-api-'));
  const path = join(directory, 'control.sock');
  const manager = new FakeManager();
  manager.add('slow.service');
  manager.slow.add('slow.service');
  const server = await listenControl({ path }, fakeServices(manager));
  const client = await connectClient(path);
  assert.ok(server.ok && client.ok);
  const waiting = client.value.call('unit.start', { unit: 'slow.service', wait: true });
  await client.value.call('environment.list', {});
  server.value.close();
  const lost = { ok: false, error: { code: 'connection-lost', message: 'The connection to the manager was lost.' } };
  assert.deepEqual(await waiting, lost);
  assert.deepEqual(await client.value.call('environment.list', {}), lost);
  assert.deepEqual(await connectClient(path), { ok: false, error: { path, code: 'ENOENT' } });
  rmSync(directory, { recursive: true });
});
