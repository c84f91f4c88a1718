import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenControl } from '../../src/api/jsonrpc/server.ts';
import { FakeManager, fakeServices } from './fake-manager.ts';

/** What one call as rsdctl makes it (no id, no jsonrpc, half-close, read to the end) gets from a manager of these units. */
async function rsdctl(manager: FakeManager, method: string, params?: unknown): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-rustysd-'));
  const path = join(directory, 'control.socket');
  const server = await listenControl({ path }, fakeServices(manager));
  assert.ok(server.ok);
  try {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect({ path, allowHalfOpen: true });
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString('utf8')));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
      socket.end(JSON.stringify(params === undefined ? { method } : { method, params }));
    });
    return JSON.parse(text);
  } finally {
    server.value.close();
    rmSync(directory, { recursive: true });
  }
}

function example(): FakeManager {
  const manager = new FakeManager();
  manager.add('default.target', { active: 'active', sub: 'active', sinceUsec: 5 });
  manager.add('web.service', { active: 'inactive' });
  manager.add(
    'web.socket',
    { active: 'active', sub: 'listening', sinceUsec: 5 },
    { Listen: '/run/web.sock (Stream)\n127.0.0.1:80 (Stream)\n@x (Datagram)\n/run/f (FIFO)', FileDescriptorName: 'web.socket' },
  );
  manager.add('database.service', { active: 'active', sub: 'running', sinceUsec: 5 }, { NRestarts: '3' });
  manager.add('broken.service', { active: 'failed', sub: 'failed', result: 'exit-code', sinceUsec: 5 });
  manager.edge('web.service', 'TriggeredBy', 'web.socket');
  manager.edge('web.service', 'Requires', 'broken.service');
  manager.edge('broken.service', 'RequiredBy', 'database.service');
  return manager;
}

const done = { jsonrpc: '2.0', result: [] };
const failed = (code: number, name: string, message: string) => ({ jsonrpc: '2.0', error: { code, message, data: { code: name } } });

test('list-units gives names, of one kind if one is named', async () => {
  const all = ['broken.service', 'database.service', 'default.target', 'web.service', 'web.socket'];
  assert.deepEqual(await rsdctl(example(), 'list-units'), { jsonrpc: '2.0', result: all });
  assert.deepEqual(await rsdctl(example(), 'list-units', 'socket'), { jsonrpc: '2.0', result: ['web.socket'] });
  assert.deepEqual(await rsdctl(example(), 'list-units', 'timer'), failed(-32602, 'invalid-params', 'Kind not recognized: timer'));
});

test('status shows services, sockets and targets with the fields that rustysd gives them', async () => {
  const answer = await rsdctl(example(), 'status');
  assert.ok(typeof answer === 'object' && answer !== null && 'result' in answer && Array.isArray(answer.result));
  const shown = answer.result.map((unit: Readonly<Record<string, unknown>>) => ({
    ...unit,
    ...('UpSince' in unit ? { UpSince: typeof unit['UpSince'] } : {}),
  }));
  assert.deepEqual(shown, [
    { Name: 'broken.service', Status: 'Stopped(StoppedUnexpected, [exit-code])', Sockets: [], Restarted: '0' },
    { Name: 'database.service', Status: 'Started(Running)', Sockets: [], Restarted: '3', UpSince: 'string' },
    { Name: 'default.target', Status: 'Started(Running)' },
    { Name: 'web.service', Status: 'Started(WaitingForSocket)', Sockets: ['web.socket'], Restarted: '0' },
    {
      Name: 'web.socket',
      Status: 'Started(Running)',
      FileDescriptorname: 'web.socket',
      FileDescriptors: [
        'UnixSocket(Stream("/run/web.sock"))',
        'TcpSocket(TcpSocketConfig { addr: 127.0.0.1:80 })',
        'UnixSocket(Datagram("@x"))',
        'Fifo(FifoConfig { path: "/run/f" })',
      ],
    },
  ]);
});

test('status matches the beginning of names, which must have a suffix', async () => {
  assert.deepEqual(await rsdctl(example(), 'status', 'default.target'), {
    jsonrpc: '2.0',
    result: [{ Name: 'default.target', Status: 'Started(Running)' }],
  });
  assert.deepEqual(await rsdctl(example(), 'status', 'nope.target'), done);
  assert.deepEqual(await rsdctl(example(), 'status', 'web'), failed(-32000, 'failed', 'Name suffix not recognized'));
  assert.deepEqual(await rsdctl(example(), 'status', 5), failed(-32602, 'invalid-params', 'The name of a unit must be a string.'));
});

test('start starts one unit whose needs are met, and names those that are not', async () => {
  const manager = example();
  assert.deepEqual(
    await rsdctl(manager, 'start', 'web.service'),
    failed(-32000, 'failed', 'Could not activate web.service: these units are not started yet: [broken.service]'),
  );
  assert.deepEqual(await rsdctl(manager, 'start', 'data'), done);
  assert.deepEqual(manager.calls, []);
  manager.set('broken.service', { active: 'active' });
  assert.deepEqual(await rsdctl(manager, 'start', 'web.service'), done);
  assert.deepEqual(manager.calls, ['start web.service ignore-requirements']);
});

test('start-all, stop-all and restart take along what belongs to it, and wait', async () => {
  const manager = example();
  assert.deepEqual(await rsdctl(manager, 'start-all', 'web.service'), done);
  assert.deepEqual(await rsdctl(manager, 'stop-all', 'broken.service'), done);
  assert.deepEqual(await rsdctl(manager, 'restart', 'database'), done);
  assert.deepEqual(manager.calls, ['start web.service replace', 'stop broken.service replace', 'restart database.service replace']);
  manager.outcomes.set('web.service', 'timeout');
  assert.deepEqual(
    await rsdctl(manager, 'start-all', 'web.service'),
    failed(-32000, 'failed', 'The start of web.service ended with: timeout'),
  );
});

test('stop refuses while something that is started needs the unit', async () => {
  const manager = example();
  assert.deepEqual(
    await rsdctl(manager, 'stop', 'broken.service'),
    failed(-32000, 'failed', 'Could not deactivate broken.service: these units still need it: [database.service]'),
  );
  assert.deepEqual(await rsdctl(manager, 'stop', 'database.service'), done);
});

test('a name that fits several units, or none, is an error', async () => {
  assert.deepEqual(
    await rsdctl(example(), 'start', 'web'),
    failed(-32000, 'failed', 'More than one unit found with name: web: [web.service, web.socket]'),
  );
  assert.deepEqual(await rsdctl(example(), 'start', 'nope.service'), failed(-32000, 'failed', 'No unit found with name: nope.service'));
});

test('remove forgets units that are stopped, with all that need them', async () => {
  const manager = example();
  assert.deepEqual(
    await rsdctl(manager, 'remove', 'broken.service'),
    failed(-32000, 'failed', 'Could not remove broken.service: these units are not stopped: [database.service]'),
  );
  manager.set('database.service', { active: 'inactive' });
  assert.deepEqual(await rsdctl(manager, 'remove', 'broken.service'), done);
  assert.deepEqual(manager.calls, ['reset-failed broken.service']);
});

test('enable loads unit files that are not loaded yet', async () => {
  assert.deepEqual(await rsdctl(example(), 'enable', 'web.service'), failed(-32000, 'failed', 'Id web.service exists already'));
  assert.deepEqual(await rsdctl(example(), 'enable', ['nope.service']), failed(-32000, 'failed', 'Unit nope.service not found.'));
  assert.deepEqual(
    await rsdctl(example(), 'enable', 5),
    failed(-32602, 'invalid-params', 'The names of units must be a string or an array of strings.'),
  );
});

test('reload says what came new, reload-dry what would', async () => {
  const manager = example();
  assert.deepEqual(await rsdctl(manager, 'reload-dry'), {
    jsonrpc: '2.0',
    result: [{ 'Would add': ['basic.target'], 'Would ignore': ['web.service'] }],
  });
  assert.deepEqual(manager.calls, []);
  assert.deepEqual(await rsdctl(manager, 'reload'), { jsonrpc: '2.0', result: [{ Added: ['basic.target'], Ignored: ['web.service'] }] });
  assert.deepEqual(manager.calls, ['reload']);
});

test('a method that is not there is answered too', async () => {
  assert.deepEqual(await rsdctl(example(), 'nope'), failed(-32601, 'unknown-method', 'Unknown method: nope'));
});

test('shutdown is answered before everything stops', async () => {
  const manager = example();
  assert.deepEqual(await rsdctl(manager, 'shutdown'), done);
  assert.deepEqual(manager.calls, ['exit exit false']);
});
