import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { payload } from './payload.ts';
import { isAlive } from './processes.ts';
import { startTysd, wanting } from './tysd.ts';

const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

test('stop sends SIGTERM, to all processes, after ExecStop= and before ExecStopPost=', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('polite.service'),
      'polite.service': service(
        'ExecStart=/bin/sh @dir@/units/polite.sh',
        "ExecStop=/bin/sh -c 'echo stop $MAINPID >>%t/order'",
        "ExecStopPost=/bin/sh -c 'echo post >>%t/order'",
      ),
      'polite.sh': `trap 'echo term >>@dir@/order; exit 0' TERM\n${payload} wait &\necho >@dir@/trapped\nwait\n`,
    },
  });
  await daemon.untilFile('trapped');
  const pid = await daemon.pidOf('polite.service');
  assert.equal(await daemon.job('stop', 'polite.service'), 'done');
  assert.equal(readFileSync(daemon.path('order'), 'utf8'), `stop ${pid}\nterm\npost\n`);
  assert.equal((await daemon.unit('polite.service')).result, 'success');
});

test('a service that ignores SIGTERM is killed when its time is over', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('deaf.service'),
      'deaf.service': service('Type=notify', 'TimeoutStopSec=50ms', `ExecStart=${payload} ignore 15 notify READY=1 wait`),
    },
  });
  const pid = await daemon.pidOf('deaf.service');
  assert.equal(await daemon.job('stop', 'deaf.service'), 'done');
  assert.deepEqual([isAlive(pid), (await daemon.unit('deaf.service')).result], [false, 'timeout']);
});

test('`exit --force` asks no service, ends at once with the status that is given, and leaves nothing', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('slow.service'),
      'slow.service': service(
        'ExecStart=/bin/sleep infinity',
        "ExecStop=/bin/sh -c 'echo stop >%t/asked; sleep infinity'",
        'TimeoutStopSec=infinity',
      ),
    },
  });
  const pid = await daemon.pidOf('slow.service');
  const { status, err } = await daemon.tysctl('exit', '--force', '3');
  assert.deepEqual({ status, err }, { status: 0, err: '' });
  assert.equal(await daemon.within('the end of tysd', daemon.exited), 3);
  assert.deepEqual([isAlive(pid), existsSync(daemon.path('asked'))], [false, false]);
});

test('services that are not ordered stop in parallel', async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting('a.service', 'b.service'), ...pair } });
  // Each of the two needs the other's ExecStop= to run in order to end its own.
  for (const name of ['a-to-b', 'b-to-a']) execFileSync('mkfifo', [daemon.path(name)]);
  assert.equal(await daemon.stop(), 0);
  assert.equal(readFileSync(daemon.path('a-done'), 'utf8') + readFileSync(daemon.path('b-done'), 'utf8'), 'a\nb\n');
});

const pair = {
  'a.service': service(
    'ExecStart=/bin/sleep infinity',
    'TimeoutStopSec=20s',
    "ExecStop=/bin/sh -c 'echo go >%t/a-to-b; read x <%t/b-to-a; echo a >%t/a-done'",
  ),
  'b.service': service(
    'ExecStart=/bin/sleep infinity',
    'TimeoutStopSec=20s',
    "ExecStop=/bin/sh -c 'read x <%t/a-to-b; echo go >%t/b-to-a; echo b >%t/b-done'",
  ),
};

test('units stop in the reverse of the order in which they start, and tysd exits with 0', async () => {
  const names = ['first', 'second', 'third'];
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('third.service', 'first.service', 'second.service'),
      ...Object.fromEntries(
        names.map((name, index) => [
          `${name}.service`,
          `[Unit]\nAfter=${names
            .slice(0, index)
            .map((each) => `${each}.service`)
            .join(' ')}\n${service('ExecStart=/bin/sleep infinity')}`,
        ]),
      ),
    },
  });
  assert.equal(await daemon.stop(), 0);
  const told = (verb: string) => [...daemon.console.matchAll(new RegExp(`OK  \\] ${verb} (\\w+)\\.service`, 'g'))].map((match) => match[1]);
  assert.deepEqual([told('Started'), told('Stopped').filter((name) => names.includes(name ?? ''))], [names, names.toReversed()]);
});

test('units that are starting, and a oneshot that timed out, are ended too when tysd stops', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('starting.service', 'overdue.service'),
      'starting.service': service('Type=oneshot', 'TimeoutStartSec=infinity', 'ExecStart=/bin/sleep infinity'),
      'overdue.service': service(
        'Type=oneshot',
        'TimeoutStartSec=50ms',
        'TimeoutStopSec=infinity',
        'ExecStart=/bin/sleep infinity',
        'KillSignal=SIGCONT',
        'SendSIGKILL=no',
      ),
    },
    early: true,
  });
  await daemon.untilUnit('starting.service', ({ sub }) => sub === 'start');
  const { controlPid, mainPid } = await daemon.untilUnit('overdue.service', ({ sub }) => sub === 'stop-sigterm');
  // It may stay as long as it likes, but not longer than tysd.
  process.kill(mainPid ?? controlPid ?? 0, 'SIGKILL');
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(daemon.leftovers(), []);
});

test('a second SIGTERM while tysd stops does not leave anything behind', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('lingers.service'),
      'lingers.service': service('Type=notify', 'TimeoutStopSec=200ms', `ExecStart=${payload} ignore 15 notify READY=1 wait`),
    },
  });
  daemon.signal('SIGTERM');
  await daemon.untilConsole(/Stopping lingers\.service/);
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(daemon.leftovers(), []);
});

test('SIGHUP reads the unit files afresh and disturbs no service', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting('stays.service'), 'stays.service': service('ExecStart=/bin/sleep infinity') },
  });
  const pid = await daemon.pidOf('stays.service');
  daemon.write('stays.service', `[Unit]\nDescription=As it is now\n${service('ExecStart=/bin/sleep infinity')}`);
  daemon.signal('SIGHUP');
  await daemon.until('the new description', async () =>
    (await daemon.unit('stays.service')).description === 'As it is now' ? true : undefined,
  );
  assert.equal(await daemon.pidOf('stays.service'), pid);
});

test('default.target is reached when what it wants is started, not before', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('long.service'),
      'long.service': service('Type=oneshot', 'RemainAfterExit=yes', "ExecStart=/bin/sh -c 'read x <%t/gate'"),
      'gate.service': service('Type=oneshot', "ExecStart=/bin/sh -c 'echo >%t/gate'"),
    },
    before: 'mkfifo gate',
    early: true,
  });
  await daemon.untilUnit('long.service', ({ sub }) => sub === 'start');
  assert.equal(await daemon.state('default.target'), 'inactive (dead)');
  assert.equal(await daemon.job('start', 'gate.service'), 'done');
  await daemon.untilUnit('default.target', ({ active }) => active === 'active');
});
