import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { dial } from './dial.ts';
import { payload } from './payload.ts';
import { isAlive, statusOf } from './processes.ts';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const socket = (...lines: readonly string[]) => `[Socket]\n${lines.join('\n')}\n`;
const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

const sockets = ['echo', 'once', 'slow', 'broken', 'taken', 'twice', 'private', 'named-a', 'named-b', 'named-c', 'abstract'];

/** A port that another program listens on. */
const occupant = createServer();
let daemon: Daemon;

before(async () => {
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
  const address = occupant.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  daemon = await startTysd({
    units: {
      'default.target': wanting(...sockets.map((name) => `${name}.socket`)),
      'echo.socket': socket('ListenStream=%t/echo'),
      'echo.service': service(`ExecStart=${payload} serve`),
      'once.socket': socket('ListenStream=%t/once'),
      'once.service': service(`ExecStart=${payload} serve`),
      'slow.socket': socket('ListenStream=%t/slow'),
      'slow.service': service('Type=notify', 'TimeoutStartSec=infinity', `ExecStart=${payload} wait`),
      'broken.socket': socket('ListenStream=%t/broken'),
      'broken.service': service('ExecStart=/bin/false'),
      'taken.socket': socket(`ListenStream=127.0.0.1:${port}`),
      'taken.service': service(`ExecStart=${payload} serve`),
      'twice.socket': socket('ListenStream=%t/twice-1', 'ListenStream=%t/twice-2'),
      'twice.service': service(
        'StandardOutput=truncate:%t/twice-names',
        `ExecStart=/bin/sh -c 'echo $LISTEN_FDNAMES $LISTEN_FDS; test $LISTEN_PID = $$$$ && exec ${payload} serve'`,
      ),
      'private.socket': socket('ListenStream=%t/made/for-it/private', 'SocketMode=0600'),
      'private.service': service(`ExecStart=${payload} serve`),
      ...Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [
          `named-${name}.socket`,
          socket(`ListenStream=%t/named-${name}`, `FileDescriptorName=${name}`, 'Service=named.service'),
        ]),
      ),
      'named.service': service(
        'Sockets=named-b.socket named-c.socket named-a.socket',
        'StandardOutput=append:%t/names',
        `ExecStart=/bin/sh -c 'echo $LISTEN_FDNAMES; exec ${payload} serve'`,
      ),
      'abstract.socket': socket('ListenStream=@%t/abstract'),
      'abstract.service': service(`ExecStart=${payload} serve`),
    },
  });
});
after(async () => {
  occupant.close();
  await daemon[Symbol.asyncDispose]();
});

test('an address in use fails only that socket, with a message that names socket, address and reason', async () => {
  const lines = await daemon.untilLog('taken.socket', (line) => line.includes("Failed with result 'resources'"));
  assert(
    lines.some((line) => /127\.0\.0\.1:\d+.*Address already in use/.test(line)),
    lines.join('\n'),
  );
  assert.match(daemon.console, /\[FAILED\] Failed to listen on taken\.socket/);
  assert.equal(await daemon.state('taken.socket'), 'failed (failed)');
  for (const name of sockets.filter((each) => each !== 'taken')) assert.equal((await daemon.unit(`${name}.socket`)).active, 'active', name);
});

test('a connection starts the service, and its first byte is answered', async () => {
  using line = await dial(daemon.path('echo'));
  assert.equal(Number(await line.next()), await daemon.pidOf('echo.service'));
  assert.equal(await line.say('hello'), 'hello');
});

test('a service that ended re-arms its socket', async () => {
  using first = await dial(daemon.path('once'));
  const pid = Number(await first.next());
  first.write('quit\n');
  await daemon.untilUnit('once.service', ({ active }) => active === 'inactive');
  assert.equal(isAlive(pid), false);
  using second = await dial(daemon.path('once'));
  assert.notEqual(Number(await second.next()), pid);
});

test('a slow activation delays no other', async () => {
  using slow = await dial(daemon.path('slow'));
  await daemon.untilUnit('slow.service', ({ sub }) => sub === 'start');
  using line = await dial(daemon.path('abstract'), true);
  assert.match(await line.next(), /^\d+$/);
  assert.equal(await daemon.state('slow.service'), 'activating (start)');
  slow.close();
  assert.equal(await daemon.job('stop', 'slow.service'), 'done');
});

test('a service that does not start fails its socket with the reason, and its clients are let go', async () => {
  using line = await dial(daemon.path('broken'));
  await daemon.untilUnit('broken.socket', ({ active }) => active === 'failed');
  await line.ended;
  assert.match((await daemon.unit('broken.socket')).result, /start-limit-hit/);
  assert.match(daemon.console, /broken\.service: Start request repeated too quickly/);
});

test('the sockets of a unit come in the order of its file, with the unit as their name, for the pid that is told', async () => {
  using line = await dial(daemon.path('twice-2'));
  await line.next();
  assert.equal(await daemon.untilFile('twice-names'), 'twice.socket:twice.socket 2\n');
});

test('the order of LISTEN_FDNAMES is that of Sockets=, at each start', async () => {
  for (let round = 0; round < 4; round++) {
    using line = await dial(daemon.path(['named-a', 'named-b', 'named-c', 'named-a'][round] ?? ''));
    await line.next();
    assert.equal(await daemon.job('stop', 'named.service'), 'done');
  }
  assert.equal(await daemon.untilFile('names', (text) => text.split('\n').length === 5), 'b:c:a\n'.repeat(4));
});

test('a socket has the mode of SocketMode=, and the directories above it are made', () => {
  assert.equal(statSync(daemon.path('made/for-it/private')).mode & 0o777, 0o600);
});

test('start of a service with a socket runs it', async () => {
  assert.equal(await daemon.job('start', 'private.service'), 'done');
  assert.match(statusOf(await daemon.pidOf('private.service'), 'State'), /^[RS]/);
});
