import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { payload } from './payload.ts';
import { isAlive } from './processes.ts';
import { startTysd, wanting, type Daemon } from './tysd.ts';

const units = { 'default.target': wanting() };

/** A shell script that says that it runs, and waits until a file of the directory of the test is there. */
function untilTold(daemon: Daemon, name: string): string {
  const path = daemon.path(name);
  return `echo running > ${path}.up; until [ -e ${path}.go ]; do sleep 0.02; done`;
}

function tell(daemon: Daemon, name: string): void {
  writeFileSync(`${daemon.path(name)}.go`, '');
}

function transientFiles(daemon: Daemon): readonly string[] {
  const directory = join(daemon.runtimeDirectory, 'transient');
  return existsSync(directory) ? readdirSync(directory) : [];
}

test('run --wait passes on how the service ended, though the manager was killed while it waited, and while it ended', async () => {
  await using daemon = await startTysd({ units });
  const ran = daemon.tysctl('run', '--wait', '--unit=w', 'sh', '-c', `${untilTold(daemon, 'w')}; exit 7`);
  await daemon.untilFile('w.up');
  await daemon.killManager();
  tell(daemon, 'w');
  await daemon.killManager();
  const { status, err } = await ran;
  assert.deepEqual(
    [status, err.split('\n').slice(0, 3)],
    [7, ['Running as unit: w.service', 'Finished with result: exit-code', 'Main processes terminated with: code=exited/status=7']],
  );
});

test('run --wait passes on how the service ended, though it was gone before the client heard that its start was a success', async () => {
  await using daemon = await startTysd({ units });
  const script = `${untilTold(daemon, 'n')}; exec ${payload} notify READY=1 exit 7`;
  const ran = daemon.tysctlProcess('run', '--wait', '--unit=n', '-p', 'Type=notify', '-p', 'NotifyAccess=all', 'sh', '-c', script);
  await daemon.untilFile('n.up');
  process.kill(ran.pid, 'SIGSTOP');
  await daemon.killManager();
  tell(daemon, 'n');
  await daemon.untilUnit('n.service', ({ active }) => active === 'failed');
  process.kill(ran.pid, 'SIGCONT');
  const { status, err } = await ran.ended;
  assert.deepEqual([status, err.split('\n').slice(0, 2)], [7, ['Running as unit: n.service', 'Finished with result: exit-code']]);
});

test('run is told that the start failed, though the manager was killed while it waited', async () => {
  await using daemon = await startTysd({ units });
  const script = `${untilTold(daemon, 'o')}; exit 7`;
  const ran = daemon.tysctlProcess('run', '--wait', '--unit=o', '-p', 'Type=oneshot', 'sh', '-c', script);
  await daemon.untilFile('o.up');
  process.kill(ran.pid, 'SIGSTOP');
  await daemon.killManager();
  tell(daemon, 'o');
  await daemon.untilUnit('o.service', ({ active }) => active === 'failed');
  process.kill(ran.pid, 'SIGCONT');
  const { status, err } = await ran.ended;
  assert.deepEqual([status, err.split('\n')[0]], [1, 'Job for o.service failed because the control process exited with error code.']);
});

test('run starts the command once, though it was over and forgotten when the client came to the next manager', async () => {
  await using daemon = await startTysd({ units });
  const script = `${untilTold(daemon, 'q')}; echo once >> ${daemon.path('q.ran')}`;
  const ran = daemon.tysctlProcess('run', '--unit=q', '-p', 'Type=oneshot', 'sh', '-c', script);
  await daemon.untilFile('q.up');
  process.kill(ran.pid, 'SIGSTOP');
  await daemon.killManager();
  tell(daemon, 'q');
  await daemon.untilUnit('q.service', ({ active }) => active === 'inactive');
  process.kill(ran.pid, 'SIGCONT');
  const { status } = await ran.ended;
  assert.deepEqual([status, readFileSync(daemon.path('q.ran'), 'utf8')], [0, 'once\n']);
});

test('run --pipe connects the service with its caller across managers, and leaves nothing behind', async () => {
  await using daemon = await startTysd({ units });
  const ran = daemon.tysctl(
    'run',
    '--pipe',
    '--unit=p',
    'sh',
    '-c',
    `echo before; ${untilTold(daemon, 'p')}; echo after; echo wrong >&2; exit 3`,
  );
  await daemon.untilFile('p.up');
  await daemon.killManager();
  await daemon.ask('manager.reload', {});
  tell(daemon, 'p');
  const { status, out, err } = await ran;
  // The client may hear of the start only after the service has ended.
  assert.deepEqual([status, out, err.split('\n').toSorted()], [3, 'before\nafter\n', ['', 'Running as unit: p.service', 'wrong']]);
  await daemon.ask('unit.reset-failed', { unit: 'p.service' });
  await daemon.untilGone('p.service');
  assert.deepEqual(transientFiles(daemon), []);
});

test('run --pty gives the service a terminal, whose output is shown and whose exit status is passed on', async () => {
  await using daemon = await startTysd({ units });
  const { status, out } = await daemon.tysctl(
    'run',
    '--pty',
    '-q',
    '--collect',
    'sh',
    '-c',
    'test -t 0 && test -t 1 && test -t 2 && tty && exit 5',
  );
  assert.deepEqual([status, /^\/dev\/pts\/\d+\r\n$/.test(out)], [5, true], out);
});

test('a scope and its process outlive managers and reloads, and the scope ends with the process', async () => {
  await using daemon = await startTysd({ units });
  const ran = daemon.tysctl('run', '--scope', '--unit=s', '-q', 'sh', '-c', `${untilTold(daemon, 's')}; exit 4`);
  await daemon.untilFile('s.up');
  await daemon.killManager();
  const killed = await daemon.state('s.scope');
  await daemon.ask('manager.reload', {});
  const reloaded = await daemon.state('s.scope');
  tell(daemon, 's');
  assert.deepEqual([killed, reloaded, (await ran).status], ['active (running)', 'active (running)', 4]);
  await daemon.untilGone('s.scope');
});

test('a scope is stopped with all that runs in it', async () => {
  await using daemon = await startTysd({ units });
  const ran = daemon.tysctl('run', '--scope', '--unit=s', '-q', 'sh', '-c', `echo $$ > ${daemon.path('pid')}; sleep 1000 & wait`);
  const pid = Number(await daemon.untilFile('pid'));
  await daemon.killManager();
  assert.equal(await daemon.job('stop', 's.scope'), 'done');
  assert.deepEqual([(await ran).status, isAlive(pid)], [null, false]);
});

test('transient services outlive managers and reloads with all that they were given', async () => {
  await using daemon = await startTysd({ units });
  const made = await daemon.tysctl(
    'run',
    '-q',
    '--unit=t',
    '-p',
    'Environment=A=b',
    '--setenv=C=100%',
    '--description=Some text',
    'sleep',
    'infinity',
  );
  const pid = await daemon.pidOf('t.service');
  await daemon.killManager();
  await daemon.ask('manager.reload', {});
  const { Environment, Description, Transient, FragmentPath, MainPID } = await daemon.properties('t.service');
  assert.deepEqual(
    [made.status, Environment, Description, Transient, FragmentPath, MainPID],
    [0, 'A=b C=100%', 'Some text', 'yes', join(daemon.runtimeDirectory, 'transient/t.service'), String(pid)],
  );
  assert.equal(await daemon.job('stop', 't.service'), 'done');
  await daemon.untilGone('t.service');
});

test('set-property changes what is told of a unit at once, and after a reload', async () => {
  await using daemon = await startTysd({ units: { ...units, 'a.service': '[Service]\nExecStart=/bin/sleep infinity\n' } });
  await daemon.job('start', 'a.service');
  const set = await daemon.tysctl('set-property', '--runtime', 'a.service', 'Description=New', 'CPUWeight=77');
  const now = (await daemon.unit('a.service')).description;
  await daemon.ask('manager.reload', {});
  const { Description, DropInPaths } = await daemon.properties('a.service');
  const beside = join(daemon.runtimeDirectory, 'user.control/a.service.d');
  assert.deepEqual(
    [set.status, now, Description, DropInPaths],
    [0, 'New', 'New', `${beside}/50-CPUWeight.conf ${beside}/50-Description.conf`],
  );
});
