import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { payload } from './payload.ts';
import { startTysd, wanting } from './tysd.ts';

/** How much a service writes without a newline: 1 GB shows more than what a test run has time for. */
const floodBytes = Number(process.env['TYSD_TEST_FLOOD_BYTES'] ?? 48 << 20);
const floodMessages = Number(process.env['TYSD_TEST_FLOOD_MESSAGES'] ?? 50_000);

/** The most memory that a process has had, in MiB. */
function peakOf(pid: number): number {
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const compile = `cc -O1 -o "$PWD/send" ${join(import.meta.dirname, '../keeper/send-descriptors.c')}`;

test('a service that writes without a newline costs bounded memory, and its output comes in pieces; others are served meanwhile', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': '[Unit]\n',
      'endless.service': `[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'head -c ${floodBytes} /dev/zero | tr "\\\\0" x; echo; echo over'\n`,
      'other.service': `[Service]\nExecStart=${payload} say hello wait\n`,
    },
  });
  const [manager, journal] = [await daemon.managerPid(), await daemon.journalPid()];
  const before = peakOf(manager);
  await daemon.tysctl('start', '--no-block', 'endless.service');
  assert.equal(await daemon.job('start', 'other.service'), 'done');
  await daemon.untilUnit('endless.service', ({ sub }) => sub === 'exited');
  await daemon.untilLog('other.service', (line) => line === 'hello');
  const lines = await daemon.untilLog('endless.service', (line) => line === 'over');
  // LineMax= of journald.conf(5): 48 KiB.
  assert.ok(lines.every((line) => line.length <= 48 * 1024));
  assert.ok(peakOf(daemon.pid) < 64, `the keeper had ${peakOf(daemon.pid)} MiB`);
  assert.ok(peakOf(journal) < 400, `the journal had ${peakOf(journal)} MiB`);
  assert.ok(peakOf(manager) - before < 100, `the manager had ${peakOf(manager)} MiB`);
});

test('a flood of notifications keeps nobody else from being heard or asked, and is acted on to its end', async () => {
  await using daemon = await startTysd({
    before: compile,
    units: {
      'default.target': '[Unit]\n',
      'floods.service': `[Service]\nNotifyAccess=all\nExecStart=/bin/sh -c '@dir@/send $NOTIFY_SOCKET ${floodMessages} 0 STATUS=busy; exec ${payload} notify STATUS=over wait'\n`,
      'ready.service': `[Service]\nType=notify\nExecStart=${payload} notify READY=1 wait\n`,
    },
  });
  assert.equal(await daemon.job('start', 'floods.service'), 'done');
  assert.equal(await daemon.job('start', 'ready.service'), 'done');
  await daemon.until('the end of the flood', async () =>
    (await daemon.properties('floods.service'))['StatusText'] === 'over' ? true : undefined,
  );
  assert.ok(peakOf(daemon.pid) < 128, `the keeper had ${peakOf(daemon.pid)} MiB`);
  assert.ok(peakOf(await daemon.managerPid()) < 500);
  assert.equal(await daemon.job('stop', 'floods.service'), 'done');
});

test('a manager whose descriptors are used up by clients goes on managing, and serves again when they are gone', async () => {
  await using daemon = await startTysd({
    before: 'ulimit -n 128',
    units: {
      'default.target': wanting('dies.service'),
      'dies.service': `[Service]\nExecStart=${payload} wait\nRestart=always\nRestartSec=10ms\n`,
    },
  });
  const pid = await daemon.pidOf('dies.service');
  const manager = await daemon.managerPid();
  const clients: Socket[] = Array.from({ length: 400 }, () => connect(daemon.controlPath).on('error', () => {}));
  await Promise.all(clients.map((client) => new Promise((resolve) => client.once('connect', resolve))));
  process.kill(pid, 'SIGKILL');
  // By the connection that was there before.
  await daemon.untilUnit('dies.service', ({ mainPid, sub }) => sub === 'running' && mainPid !== undefined && mainPid !== pid);
  for (const client of clients) client.destroy();
  await daemon.until('an answer to a new client', async () =>
    (await daemon.tysctl('is-active', 'dies.service')).status === 0 ? true : undefined,
  );
  assert.equal(await daemon.managerPid(), manager);
});
