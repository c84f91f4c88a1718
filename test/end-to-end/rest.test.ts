import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { commandLineOf, isAlive } from './processes.ts';
import { type Daemon, type Setting, startTysd, wanting } from './tysd.ts';

/** A tysd whose configuration has these lines in [Tysd]. */
async function startResting(tysd: readonly string[], units: Setting['units'], before = ':') {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-rest-'));
  const config = join(directory, 'tysd.conf');
  writeFileSync(config, `[Tysd]\n${tysd.join('\n')}\n`);
  try {
    const daemon = await startTysd({ units, before, options: [`--config=${config}`] });
    return { daemon, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Nobody tells of that. */
async function untilGone(daemon: Daemon, pid: number): Promise<void> {
  const gone = async (): Promise<void> => {
    while (isAlive(pid)) await setTimeout(20);
  };
  await daemon.within(`process ${pid} to have ended`, gone());
}

const service = (...lines: readonly string[]): string => `[Service]\n${lines.join('\n')}\n`;

test('a journal without anything to do ends; what services write then is found, once, and followed', async () => {
  await using resting = await startResting(
    ['JournalIdleSec=300ms'],
    {
      'default.target': wanting('writer.service'),
      'writer.service': service('ExecStart=/bin/sh @dir@/units/writer.sh'),
      'writer.sh':
        'echo one; printf half; read x <@dir@/gate-1; echo " line"; echo two; read x <@dir@/gate-2; echo three; exec sleep infinity\n',
    },
    // Who opens one again might still have the writer of before.
    'mkfifo gate-1 gate-2',
  );
  const { daemon } = resting;
  const first = await daemon.journalPid();
  await daemon.untilLog('writer.service', (line) => line === 'one');
  await untilGone(daemon, first);
  writeFileSync(join(daemon.directory, 'gate-1'), 'x\n');
  await daemon.untilLog('writer.service', (line) => line === 'two');
  const second = await daemon.journalPid();
  assert.notEqual(second, first);
  await untilGone(daemon, second);
  writeFileSync(join(daemon.directory, 'gate-2'), 'x\n');
  const lines = await daemon.untilLog('writer.service', (line) => line === 'three');
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('Started')),
    ['one', 'half line', 'two', 'three'],
  );
  assert.doesNotMatch(daemon.console, /the journal/);
});

test('with JournalIdleSec=0 the journal is not told of a time', async () => {
  await using resting = await startResting(['JournalIdleSec=0'], { 'default.target': wanting() });
  assert.match(commandLineOf(await resting.daemon.journalPid()), / --idle=0\b/);
});

/** Waits until the manager has ended for want of anything to do, with no client of the test there. */
async function untilManagerRests(daemon: Daemon): Promise<void> {
  const pid = await daemon.managerPid();
  daemon.disconnect();
  await untilGone(daemon, pid);
}

const resting = ['ManagerIdleSec=300ms'];

test('a manager without anything to do ends; a client waits for the next, which knows all', async () => {
  await using started = await startResting(resting, {
    'default.target': wanting('a.service'),
    'a.service': service('ExecStart=/bin/sleep infinity'),
  });
  const { daemon } = started;
  const main = await daemon.pidOf('a.service');
  await untilManagerRests(daemon);
  const asked = await daemon.tysctl('is-active', 'a.service');
  assert.deepEqual([asked.status, asked.out], [0, 'active\n']);
  assert.equal(await daemon.pidOf('a.service'), main);
  assert.doesNotMatch(daemon.console, /the manager/);
});

test('a timer that is due while no manager is there elapses once, at its time and not before', async () => {
  await using started = await startResting(resting, {
    'default.target': wanting('tick.timer'),
    'tick.timer': '[Timer]\nOnActiveSec=8s\nAccuracySec=1ms\nRemainAfterElapse=yes\n',
    'tick.service': service('Type=oneshot', "ExecStart=/bin/sh -c 'cut -d\\  -f1 /proc/uptime >>%t/ticks'"),
  });
  const { daemon } = started;
  const dueUsec = Number((await daemon.properties('tick.timer'))['ActiveEnterTimestampMonotonic']) + 8_000_000;
  await untilManagerRests(daemon);
  const ticks = (await daemon.untilFile('ticks')).trim().split('\n').map(Number);
  assert.equal(ticks.length, 1);
  await daemon.untilUnit('tick.service', ({ active }) => active === 'inactive');
  assert.equal((await daemon.untilFile('ticks')).trim().split('\n').length, 1);
  // In /proc/uptime there are hundredths of a second.
  assert.ok(Number(ticks[0]) * 1_000_000 + 10_000 >= dueUsec, `${ticks[0]} s is before ${dueUsec} us`);
});

test('a connection wakes the manager, for a service of all connections and for one of each', async () => {
  await using started = await startResting(resting, {
    'default.target': wanting('one.socket', 'each.socket'),
    'one.socket': '[Socket]\nListenStream=%t/one\n',
    'one.service': service("ExecStart=/bin/sh -c 'echo one >%t/one-began; exec sleep infinity'"),
    'each.socket': '[Socket]\nListenStream=%t/each\nAccept=yes\n',
    'each@.service': service('StandardInput=socket', 'StandardOutput=socket', 'ExecStart=/bin/cat'),
  });
  const { daemon } = started;
  await untilManagerRests(daemon);
  const echo = connect(join(daemon.directory, 'each'));
  echo.write('hello\n');
  assert.equal(String((await once(echo, 'data'))[0]), 'hello\n');
  echo.destroy();
  await untilManagerRests(daemon);
  const client = connect(join(daemon.directory, 'one'));
  await daemon.untilFile('one-began');
  client.destroy();
  // The process may be faster than what the manager is told of it.
  await daemon.untilUnit('one.service', ({ active, sub }) => active === 'active' && sub === 'running');
});

test('a service that dies while no manager is there is restarted, and one that feeds its watchdog no more is killed', async () => {
  await using started = await startResting(
    resting,
    {
      'default.target': wanting('crash.service', 'hang.service', 'late.service'),
      'crash.service': service('Restart=always', 'RestartSec=100ms', 'ExecStart=/bin/sleep infinity'),
      'hang.service': service('WatchdogSec=6s', 'WatchdogSignal=SIGTERM', 'ExecStart=/bin/sleep infinity'),
      'late.service': service('NotifyAccess=all', 'ExecStart=/bin/sh @dir@/units/late.sh'),
      'late.sh': `read x <@dir@/gate; "${join(import.meta.dirname, '../../keeper/build/tysd-keeper')}" --notify STATUS=told; exec sleep infinity\n`,
    },
    'mkfifo gate',
  );
  const { daemon } = started;
  const crashed = await daemon.pidOf('crash.service');
  const hanging = await daemon.pidOf('hang.service');
  await untilManagerRests(daemon);
  process.kill(crashed, 'SIGKILL');
  await daemon.untilUnit('crash.service', ({ mainPid }) => mainPid !== undefined && mainPid !== crashed);
  daemon.disconnect();
  await untilGone(daemon, hanging);
  await daemon.untilUnit('hang.service', ({ active }) => active === 'failed');
  assert.equal((await daemon.properties('hang.service'))['Result'], 'watchdog');
  await untilManagerRests(daemon);
  writeFileSync(join(daemon.directory, 'gate'), 'x\n');
  await daemon.untilUnit('late.service', ({ statusText }) => statusText === 'told');
});

test('reload, reexec and a request to stop find a manager that rests', async () => {
  await using started = await startResting(resting, {
    'default.target': wanting('a.service'),
    'a.service': service('ExecStart=/bin/sleep infinity'),
  });
  const { daemon } = started;
  const main = await daemon.pidOf('a.service');
  for (const verb of ['daemon-reload', 'daemon-reexec']) {
    await untilManagerRests(daemon);
    const asked = await daemon.tysctl(verb);
    assert.deepEqual([verb, asked.status, asked.err], [verb, 0, '']);
    assert.equal(await daemon.pidOf('a.service'), main);
  }
  await untilManagerRests(daemon);
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(daemon.leftovers(), []);
});

test('a manager that is killed while it goes to rest is as good as one that went', async () => {
  await using started = await startResting(resting, {
    'default.target': wanting('a.service'),
    'a.service': service('ExecStart=/bin/sleep infinity'),
  });
  const { daemon } = started;
  const main = await daemon.pidOf('a.service');
  for (let i = 0; i < 5; i++) {
    const pid = await daemon.managerPid();
    daemon.disconnect();
    // About when it asks; whether it was before or after that is no matter.
    await setTimeout(290 + 5 * i);
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    assert.equal(await daemon.pidOf('a.service'), main);
  }
});
