import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dial, type Line } from './dial.ts';
import { payload } from './payload.ts';
import { cpuTicksOf, descriptorsOf, isAlive } from './processes.ts';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

const simple = range(6).map((index) => `simple-${index}.service`);
const notify = range(4).map((index) => `notify-${index}.service`);
const echo = range(4).map((index) => `echo-${index}`);
const once = range(4).map((index) => `once-${index}.service`);
const restarting = range(2).map((index) => `restarting-${index}.service`);
const running = [...simple, ...notify, ...echo.map((name) => `${name}.service`), ...restarting];

/** Twenty services of all kinds. */
const units: Readonly<Record<string, string>> = {
  'default.target': wanting(...simple, ...notify, ...once, ...restarting, ...echo.map((name) => `${name}.socket`)),
  ...Object.fromEntries(simple.map((name) => [name, service('ExecStart=/bin/sleep infinity')])),
  ...Object.fromEntries(
    notify.map((name) => [
      name,
      service('Type=notify', 'WatchdogSec=20s', `ExecStart=${payload} notify READY=1 notify STATUS=well watchdog`),
    ]),
  ),
  ...Object.fromEntries(echo.map((name) => [`${name}.socket`, `[Socket]\nListenStream=%t/${name}\n`])),
  ...Object.fromEntries(echo.map((name) => [`${name}.service`, service(`ExecStart=${payload} serve`)])),
  ...Object.fromEntries(once.map((name) => [name, service('Type=oneshot', 'RemainAfterExit=yes', 'ExecStart=/bin/true')])),
  ...Object.fromEntries(
    restarting.map((name) => [
      name,
      `[Unit]\nStartLimitIntervalSec=0\n${service('Type=exec', 'Restart=always', 'RestartSec=0', 'ExecStart=/bin/sleep infinity')}`,
    ]),
  ),
};

interface Picture {
  readonly [unit: string]: readonly [state: string, pid: number | undefined];
}

async function picture(daemon: Daemon): Promise<Picture> {
  const found = await daemon.ask('units.get', { units: [...running, ...once, ...echo.map((name) => `${name}.socket`), 'default.target'] });
  return Object.fromEntries(found.flatMap((unit) => (unit === null ? [] : [[unit.name, [`${unit.active} (${unit.sub})`, unit.mainPid]]])));
}

async function dialAll(daemon: Daemon): Promise<readonly Line[]> {
  return Promise.all(
    echo.map(async (name) => {
      const line = await dial(daemon.path(name));
      await line.next();
      return line;
    }),
  );
}

test('kill -9 of the manager with 20 services running, again and again: the same processes, states and connections', async () => {
  await using daemon = await startTysd({ units });
  const lines = await dialAll(daemon);
  const before = await daemon.until('all services to have a living main process', async () => {
    const seen = await picture(daemon);
    return running.every((name) => isAlive(seen[name]?.[1] ?? 0)) ? seen : undefined;
  });
  for (let round = 0; round < 4; round++) {
    await daemon.killManager();
    assert.deepEqual(await picture(daemon), before);
    for (const [index, line] of lines.entries()) assert.equal(await line.say(`round ${round} ${index}`), `round ${round} ${index}`);
  }
  const [watched] = notify;
  assert.equal((await daemon.unit(watched ?? '')).statusText, 'well');
  for (const line of lines) line.close();
});

test('what happens while the manager is dead is acted on by the next: exits, restarts, connections, notifications', async () => {
  await using daemon = await startTysd({
    units: {
      ...units,
      'late.service': service('Type=notify', `ExecStart=/bin/sh -c 'read x <%t/gate; exec ${payload} notify READY=1 wait'`),
    },
    before: 'mkfifo gate',
  });
  const before = await picture(daemon);
  const pidOf = (name: string) => before[name]?.[1] ?? 0;
  await daemon.ask('unit.start', { unit: 'late.service' });
  await daemon.untilUnit('late.service', ({ sub, mainPid }) => sub === 'start' && mainPid !== undefined);
  const manager = await daemon.managerPid();
  // Dead for as long as it is stopped, and killed before it hears of anything.
  process.kill(manager, 'SIGSTOP');
  for (const name of ['simple-0.service', 'restarting-0.service', 'notify-0.service']) process.kill(pidOf(name), 'SIGKILL');
  const connecting = dial(daemon.path('echo-0'));
  const gate = daemon
    .tysctl('--version')
    .then(() => import('node:fs').then(({ writeFileSync }) => writeFileSync(daemon.path('gate'), '\n')));
  await Promise.all([connecting, gate]);
  process.kill(manager, 'SIGKILL');
  using line = await connecting;
  await line.next();
  await daemon.untilUnit('simple-0.service', ({ active, result }) => active === 'failed' && result === 'signal');
  await daemon.untilUnit('notify-0.service', ({ active, result }) => active === 'failed' && result === 'signal');
  await daemon.untilUnit('restarting-0.service', ({ active, mainPid }) => active === 'active' && mainPid !== pidOf('restarting-0.service'));
  await daemon.untilUnit('late.service', ({ active }) => active === 'active');
  assert.equal(await daemon.pidOf('simple-1.service'), pidOf('simple-1.service'));
});

test('jobs that are queued or running when the manager is killed are finished by the next, and a waiting tysctl gets its answer', async () => {
  const slow = range(5).map((index) => `slow-${index}.service`);
  await using daemon = await startTysd({
    before: 'mkfifo gate',
    units: {
      ...units,
      ...Object.fromEntries(
        slow.map((name, index) => [
          name,
          `[Unit]\nAfter=slow-${index - 1}.service\n${service('Type=oneshot', 'RemainAfterExit=yes', index === 0 ? "ExecStart=/bin/sh -c 'read x <%t/gate'" : `ExecStart=/bin/sh -c 'echo ${name} >>%t/started'`)}`,
        ]),
      ),
      'stubborn.service': service('Type=notify', 'TimeoutStopSec=300ms', `ExecStart=${payload} ignore 15 notify READY=1 wait`),
      'open.service': service('Type=oneshot', "ExecStart=/bin/sh -c 'echo >%t/gate'"),
    },
  });
  assert.equal(await daemon.job('start', 'stubborn.service'), 'done');
  const starting = daemon.tysctl('start', ...slow);
  await daemon.until('all the jobs', async () => ((await daemon.ask('jobs.list', {})).length === slow.length ? true : undefined));
  const stopping = daemon.tysctl('stop', 'stubborn.service');
  await daemon.untilUnit('stubborn.service', ({ active }) => active !== 'active');
  await daemon.killManager();
  await daemon.untilUnit('stubborn.service', ({ active }) => active === 'failed');
  assert.equal((await stopping).status, 0);
  await daemon.killManager();
  assert.equal(await daemon.job('start', 'open.service'), 'done');
  const ran = await starting;
  assert.deepEqual([ran.status, ran.err], [0, '']);
  assert.equal(
    await daemon.untilFile('started', (text) => text.split('\n').length === slow.length),
    slow
      .slice(1)
      .map((name) => `${name}\n`)
      .join(''),
  );
  await daemon.untilIdle();
});

test('the manager is killed in the middle of the start-up, several times, and everything is started once', async () => {
  await using daemon = await startTysd({
    early: true,
    units: {
      'default.target': wanting(...range(20).map((index) => `step-${index}.service`)),
      ...Object.fromEntries(
        range(20).map((index) => [
          `step-${index}.service`,
          `[Unit]\n${index % 5 === 0 ? '' : `After=step-${index - 1}.service\n`}${service('Type=oneshot', 'RemainAfterExit=yes', `ExecStart=/bin/sh -c 'echo ${index} >>%t/steps'`)}`,
        ]),
      ),
    },
  });
  for (const step of [1, 8, 15]) {
    await daemon.untilFile('steps', (text) => text.split('\n').length > step);
    await daemon.killManager();
  }
  await daemon.untilIdle();
  const steps = (await daemon.untilFile('steps', (text) => text.split('\n').length > 20)).split('\n').slice(0, -1).map(Number);
  assert.deepEqual(
    steps.toSorted((a, b) => a - b),
    range(20),
  );
  assert.equal(await daemon.state('default.target'), 'active (active)');
});

test('the manager is killed while tysd stops: all is stopped, and the exit status is 0', async () => {
  await using daemon = await startTysd({
    units: {
      ...units,
      'lingers.service': service('Type=notify', 'TimeoutStopSec=500ms', `ExecStart=${payload} ignore 15 notify READY=1 wait`),
    },
  });
  assert.equal(await daemon.job('start', 'lingers.service'), 'done');
  daemon.signal('SIGTERM');
  await daemon.untilConsole(/Stopping lingers\.service/);
  process.kill(await daemon.managerPid(), 'SIGKILL');
  assert.equal(await daemon.within('the end of tysd', daemon.exited), 0);
  assert.deepEqual(daemon.leftovers(), []);
});

test('what services write while the manager, and then the journal, is killed is neither lost nor doubled', async () => {
  await using daemon = await startTysd({
    before: 'mkfifo gate-1 gate-2',
    units: {
      'default.target': wanting('writer.service'),
      'writer.service': service('ExecStart=/bin/sh @dir@/units/writer.sh'),
      'writer.sh':
        'for i in $(seq 1000); do echo line $i; done; echo half >@dir@/half; read x <@dir@/gate-1\nfor i in $(seq 1001 2000); do echo line $i; done\nread x <@dir@/gate-2\nfor i in $(seq 2001 3000); do echo line $i; done; echo over; exec sleep infinity\n',
      'open-1.service': service('Type=oneshot', "ExecStart=/bin/sh -c 'echo >%t/gate-1'"),
      'open-2.service': service('Type=oneshot', "ExecStart=/bin/sh -c 'echo >%t/gate-2'"),
    },
  });
  await daemon.untilFile('half');
  await daemon.ask('unit.start', { unit: 'open-1.service' });
  await daemon.killManager();
  process.kill(await daemon.journalPid(), 'SIGKILL');
  assert.equal(await daemon.job('start', 'open-2.service'), 'done');
  const lines = await daemon.untilLog('writer.service', (line) => line === 'over');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('line ')),
    range(3000).map((index) => `line ${index + 1}`),
  );
});

test('what a client was answered holds whenever the manager dies, also where the keeper is slow to read what it decided', async () => {
  // More than a socket takes for one who does not read.
  const large = service('Type=oneshot', 'RemainAfterExit=yes', `Environment=TEXT=${'x'.repeat(3000)}`, 'ExecStart=/bin/true');
  await using daemon = await startTysd({ units: { 'default.target': wanting(), 'job@.service': large } });
  const client = await daemon.connect();
  const manager = await daemon.managerPid();
  const names = range(300).map((index) => `job@${index}.service`);
  const answered: string[] = [];
  process.kill(daemon.pid, 'SIGSTOP');
  try {
    for (const unit of names) void client.call('unit.start', { unit, wait: false }).then(({ ok }) => ok && answered.push(unit));
    await untilResting(manager);
  } finally {
    process.kill(manager, 'SIGKILL');
    process.kill(daemon.pid, 'SIGCONT');
  }
  await daemon.untilIdle();
  assert(answered.length < names.length, 'the keeper had not read all');
  const found = await daemon.ask('units.get', { units: answered });
  assert.deepEqual(
    found.map((unit) => unit?.active),
    answered.map(() => 'active'),
  );
});

test('all who ask a daemon of these tests at once do so by one connection, so that what the manager holds can be counted', async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting() } });
  await daemon.killManager();
  const sockets = async () => Object.values(descriptorsOf(await daemon.managerPid())).filter((target) => target.startsWith('socket:'));
  await daemon.ask('manager.state', {});
  const client = await daemon.connect();
  const before = await sockets();
  const pid = await daemon.managerPid();
  process.kill(pid, 'SIGKILL');
  await client.closed;
  await Promise.all(range(4).map(() => daemon.ask('manager.state', {})));
  assert.equal((await sockets()).length, before.length);
});

/** Waits until a process has done all that it can do. */
async function untilResting(pid: number): Promise<void> {
  for (let quiet = 0, ticks = -1; quiet < 20;) {
    const now = cpuTicksOf(pid);
    quiet = now === ticks ? quiet + 1 : 0;
    ticks = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
