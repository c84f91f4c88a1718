import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dial } from './dial.ts';
import { payload } from './payload.ts';
import { isRoot, run, startTysd, wanting, type Daemon } from './tysd.ts';

const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

let daemon: Daemon;
before(async () => {
  daemon = await startTysd({
    units: {
      'default.target': wanting('web.service', 'echo.socket'),
      'web.service': service('ExecStart=/bin/sleep infinity'),
      'webmail.service': `[Unit]\nRequires=web.service\nAfter=web.service\n${service('ExecStart=/bin/sleep infinity')}`,
      'slow.service': service('Type=oneshot', 'TimeoutStartSec=infinity', 'ExecStart=/bin/sleep infinity'),
      'once.service': service('Type=oneshot', 'ExecStart=/bin/true'),
      'echo.socket': '[Socket]\nListenStream=%t/echo\n',
      'echo.service': service(`ExecStart=${payload} serve`),
    },
  });
});
after(async () => daemon[Symbol.asyncDispose]());

type Reply = { readonly id?: unknown; readonly result?: unknown; readonly error?: { readonly code: number; readonly message: string } };

async function reply(line: { next(): Promise<string> }): Promise<Reply> {
  const value: unknown = JSON.parse(await line.next());
  assert(typeof value === 'object' && value !== null);
  return value;
}

function statusRequest(id: number): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'status', params: 'web.service' });
}

/** One call over a connection of its own that stays open on our side, as a client of rustysd cannot. */
async function call(method: string, params?: unknown): Promise<Reply> {
  using line = await dial(daemon.controlPath);
  line.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
  return await reply(line);
}

/** The one object that a method of rustysd answers with. */
async function only(method: string, params?: unknown): Promise<Readonly<Record<string, unknown>>> {
  const { result } = await call(method, params);
  assert(Array.isArray(result) && result.length === 1, `${method} gives ${JSON.stringify(result)}`);
  const [answer]: readonly unknown[] = result;
  assert(typeof answer === 'object' && answer !== null);
  return Object.fromEntries(Object.entries(answer));
}

/** What the service tells that nothing happened to: one that has been there since the start. */
async function nothingIsDisturbed(pid: number): Promise<void> {
  assert.equal(await daemon.pidOf('web.service'), pid);
  assert.deepEqual((await call('list-units', 'service')).error, undefined);
}

test('a client that does not close its side gets its answer', async () => {
  assert.equal(Array.isArray((await call('status', 'web.service')).result), true);
});

test('a client that closes its side gets its answer, and then the end', async () => {
  using line = await dial(daemon.controlPath);
  line.write(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'start-all', params: 'once.service' }));
  line.end();
  assert.deepEqual(await reply(line), { jsonrpc: '2.0', id: 7, result: [] });
  await line.ended;
});

test('several requests on one connection are answered, as they come and as a batch', async () => {
  using line = await dial(daemon.controlPath);
  line.write(`${statusRequest(1)}${statusRequest(2)}\n${statusRequest(3)}`);
  for (const id of [1, 2, 3]) assert.equal((await reply(line)).id, id);
  line.write(`[${statusRequest(4)},${statusRequest(5)}]`);
  const batch: unknown = JSON.parse(await line.next());
  assert(Array.isArray(batch) && batch.length === 2);
});

test('status of a unit that is starting does not wait, nor do reload and the other methods', async () => {
  await daemon.ask('unit.start', { unit: 'slow.service' });
  await daemon.untilUnit('slow.service', ({ sub }) => sub === 'start');
  const { result } = await call('status', 'slow.service');
  assert.deepEqual(result, [{ Name: 'slow.service', Status: 'Starting', Sockets: [], Restarted: '0' }]);
  for (const method of ['reload-dry', 'reload', 'list-units']) assert.equal((await call(method)).error, undefined, method);
  assert.deepEqual((await call('stop-all', 'slow.service')).result, []);
});

test("rustysd's methods answer by their names and shapes", async () => {
  const names = (await call('list-units', 'socket')).result;
  assert.deepEqual(names, ['echo.socket']);
  assert.deepEqual((await call('status', 'echo.socket')).result, [
    {
      Name: 'echo.socket',
      Status: 'Started(Running)',
      FileDescriptorname: 'echo.socket',
      FileDescriptors: [`UnixSocket(Stream("${daemon.path('echo')}"))`],
    },
  ]);
  const web = await only('status', 'web.service');
  assert.deepEqual(Object.keys(web), ['Name', 'Status', 'Sockets', 'Restarted', 'UpSince']);
  assert.equal(web['Status'], 'Started(Running)');
  assert.deepEqual((await call('restart', 'echo.service')).result, []);
  assert.deepEqual((await call('stop', 'echo.service')).result, []);
});

test('start and stop by a prefix are as rustysd has them, with the reason where they are refused', async () => {
  assert.deepEqual((await call('start', 'webmail.service')).result, []);
  assert.equal((await call('restart', 'web')).error?.message, 'More than one unit found with name: web: [web.service, webmail.service]');
  const refused = (await call('stop', 'web.service')).error;
  assert.equal(refused?.code, -32000);
  assert.match(refused?.message ?? '', /web\.service.*webmail\.service/);
  assert.deepEqual((await call('stop', 'webmail')).result, []);
});

test('enable, reload and remove find units that were added, and say what is wrong', async () => {
  daemon.write('added.service', service('ExecStart=/bin/sleep infinity'));
  daemon.write('empty.service', '');
  assert.deepEqual(await call('enable', 'added.service'), { jsonrpc: '2.0', id: 1, result: [] });
  assert.match((await call('enable', 'web.service')).error?.message ?? '', /^Id web\.service exists already$/);
  assert.match((await call('enable', 'nowhere.service')).error?.message ?? '', /nowhere\.service/);
  const { Added, Ignored } = await only('reload');
  assert(Array.isArray(Added) && Added.includes('empty.service'), String(Added));
  assert(Array.isArray(Ignored) && Ignored.includes('web.service'), String(Ignored));
  assert.match((await call('remove', 'web.service')).error?.message ?? '', /web\.service/);
  // An empty unit file made all later calls of rustysd fail.
  await nothingIsDisturbed(await daemon.pidOf('web.service'));
});

const wrong: Readonly<Record<string, { readonly text: string | Uint8Array; readonly code: number; readonly says: RegExp }>> = {
  'binary junk': {
    text: Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256),
    code: -32700,
    says: /expected a JSON object/,
  },
  'text that is not JSON': { text: 'GET / HTTP/1.1\r\n\r\n', code: -32700, says: /expected a JSON object, found "GET/ },
  'JSON that is broken': { text: '{"jsonrpc":"2.0","id":1,"method":}', code: -32700, says: /./ },
  'a line of 2 MB': { text: `{"method":"${'x'.repeat(2 * 1024 * 1024)}"}`, code: -32700, says: /longer than 1048576 bytes/ },
  'JSON nested 100,000 deep': {
    text: `{"id":1,"method":"status","params":${'['.repeat(100_000)}`,
    code: -32700,
    says: /nested deeper than 64/,
  },
  'a number': { text: '5', code: -32700, says: /expected a JSON object/ },
  'an object without a method': { text: '{"jsonrpc":"2.0","id":1}', code: -32600, says: /method/ },
  'a method that is a number': { text: '{"jsonrpc":"2.0","id":1,"method":5}', code: -32600, says: /method/ },
  'a method that is not there': { text: '{"jsonrpc":"2.0","id":1,"method":"unit.fly"}', code: -32601, says: /Unknown method: unit\.fly/ },
  'parameters of the wrong type': {
    text: '{"jsonrpc":"2.0","id":1,"method":"unit.start","params":{"unit":{"deep":[1]}}}',
    code: -32602,
    says: /unit/,
  },
  'parameters that are not known': {
    text: '{"jsonrpc":"2.0","id":1,"method":"unit.start","params":{"unit":"web.service","now":1}}',
    code: -32602,
    says: /now/,
  },
  'a name that is no name of a unit': {
    text: '{"jsonrpc":"2.0","id":1,"method":"unit.start","params":{"unit":"../../etc/passwd"}}',
    code: 0,
    says: /\.\.\/\.\.\/etc\/passwd/,
  },
  'a status with the wrong type': { text: '{"id":1,"method":"status","params":{"a":1}}', code: -32602, says: /must be a string/ },
};

for (const [what, { text, code, says }] of Object.entries(wrong)) {
  test(`${what} on the control socket gets one clear error, and nothing is disturbed`, async () => {
    const pid = await daemon.pidOf('web.service');
    using line = await dial(daemon.controlPath);
    line.write(text);
    const { error } = await reply(line);
    if (code !== 0) assert.equal(error?.code, code);
    assert.match(error?.message ?? '', says);
    await nothingIsDisturbed(pid);
  });
}

test('a client that goes away in the middle of a request, or before its answer, disturbs nobody', async () => {
  const pid = await daemon.pidOf('web.service');
  for (let round = 0; round < 20; round++) {
    const half = await dial(daemon.controlPath);
    half.write('{"jsonrpc":"2.0","id":1,"met');
    half.close();
    const waiting = await dial(daemon.controlPath);
    waiting.write('{"jsonrpc":"2.0","id":1,"method":"unit.start","params":{"unit":"once.service","wait":true}}{"id":2,"method":"status"}');
    waiting.close();
  }
  await daemon.untilIdle();
  await nothingIsDisturbed(pid);
});

test('a client that never reads its answers holds up nobody else', async () => {
  const pid = await daemon.pidOf('web.service');
  using deaf = await dial(daemon.controlPath);
  deaf.pause();
  for (let index = 0; index < 5000; index++) deaf.write(`{"jsonrpc":"2.0","id":${index},"method":"units.list","params":{}}\n`);
  await nothingIsDisturbed(pid);
  assert.equal(await daemon.job('start', 'once.service'), 'done');
});

/** Connects and sends nonsense; to be thrown out at once is fine. */
async function intrude(path: string): Promise<void> {
  try {
    using line = await dial(path);
    line.write(new Uint8Array(65536).fill(255));
    await line.ended;
  } catch (error) {
    assert(error instanceof Error && 'code' in error && error.code === 'ECONNRESET', String(error));
  }
}

for (const name of ['keeper.sock', 'journal.sock']) {
  test(`a stranger on ${name} is refused with a message, whatever it sends`, async () => {
    const pid = await daemon.pidOf('web.service');
    const managerPid = await daemon.managerPid();
    const told = daemon.console.length;
    await intrude(`${daemon.runtimeDirectory}/${name}`);
    await daemon.until('a message', () => (daemon.console.slice(told).includes(`process ${process.pid} connected to`) ? true : undefined));
    assert.equal(await daemon.managerPid(), managerPid);
    await nothingIsDisturbed(pid);
  });
}

test('a notification of a process that is no service is ignored with a message', async () => {
  const pid = await daemon.pidOf('web.service');
  const ran = await run(payload, ['notify', 'READY=1\nMAINPID=1\nSTOPPING=1'], { NOTIFY_SOCKET: `${daemon.runtimeDirectory}/notify` });
  assert.equal(ran.status, 0, ran.err);
  await daemon.untilConsole(/Notification of process \d+, which belongs to no unit, is ignored/);
  await nothingIsDisturbed(pid);
});

test('another user cannot reach the control socket', { skip: isRoot ? false : 'needs root' }, async () => {
  const ran = await run('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'test', '-w', daemon.controlPath]);
  assert.equal(ran.status, 1);
});
