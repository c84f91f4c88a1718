import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { payload } from './payload.ts';
import { commandLineOf, cpuTicksOf, descendantsOf, isAlive, statusOf } from './processes.ts';
import { startTysd, type Daemon } from './tysd.ts';

const oneshot = (...lines: readonly string[]) => `[Service]\nType=oneshot\n${lines.join('\n')}\n`;
const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;

const starters = Array.from({ length: 12 }, (_, index) => `starter-${index}.service`);

const units: Readonly<Record<string, string>> = {
  'default.target': '[Unit]\n',
  'ends.service': service('ExecStart=/bin/true'),
  'once.service': `[Unit]\nStartLimitIntervalSec=0\n${service('Type=exec', 'ExecStart=/bin/sleep 1000001')}`,
  'always.service': `[Unit]\nStartLimitIntervalSec=0\n${service('Type=exec', 'ExecStart=/bin/sleep 1000002', 'Restart=always', 'RestartSec=0')}`,
  'ready.service': service('Type=notify', `ExecStart=${payload} notify READY=1 wait`),
  'not-ready.service': service('Type=notify', `ExecStart=${payload} notify READY=0 notify STATUS=waiting wait`),
  'never-ready.service': service('Type=notify', 'TimeoutStartSec=infinity', `ExecStart=${payload} exit 0`),
  'chatter.service': service('Type=notify', 'ExecStart=/bin/sh %t/units/chatter.sh'),
  'chatter.sh': `exec ${payload} notify STATUS notify "$(printf '\\377=\\376')" notify = notify "$(printf 'STATUS=of many\\nREADY=1')" wait\n`,
  'child-notifies.service': service(
    'Type=notify',
    'NotifyAccess=main',
    `ExecStart=/bin/sh -c '${payload} notify READY=1; exec ${payload} notify "STATUS=the main process" wait'`,
  ),
  'flood.service': oneshot(`ExecStart=${payload} flood 1000000 say over`),
  'flood-ready.service': service('Type=notify', `ExecStart=${payload} flood 1000000 notify READY=1 flood 1000000 say over wait`),
  'fails.service': oneshot('ExecStart=/bin/false'),
  'wants-failed.service': `[Unit]\nWants=fails.service\nAfter=fails.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'requires-failed.service': `[Unit]\nRequires=fails.service\nAfter=fails.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'requires-missing.service': `[Unit]\nRequires=not-there.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'ordered.service': `[Unit]\nAfter=once.service\n${service('ExecStart=/bin/true')}`,
  'environment.service': oneshot(
    'Environment=ONE=1,2 "TWO=a b" THREE=x=y',
    'Environment=FOUR=4',
    'ExecStartPre=/bin/sh -c \'echo "$FOUR" >%t/environment-pre\'',
    'ExecStart=/bin/sh -c \'echo "$ONE|$TWO|$THREE|$FOUR" >%t/environment\'',
  ),
  'no-such-user.service': oneshot('User=no-such-user', 'ExecStart=/bin/true'),
  'descriptors.service': oneshot('StandardOutput=truncate:%t/descriptors', `ExecStart=${payload} descriptors`),
  'open-files.service': oneshot(
    'OpenFile=%t/units/default.target:unit:read-only',
    'OpenFile=%t/not-there:absent:graceful',
    'OpenFile=%t/runtime-file:note:append',
    "ExecStartPre=/bin/sh -c 'echo first >%t/runtime-file'",
    'ExecStart=/bin/sh -c \'{ cat <&3; echo "$LISTEN_FDS $LISTEN_FDNAMES"; } >&4\'',
  ),
  'open-none.service': oneshot('OpenFile=%t/not-there', 'ExecStart=/bin/true'),
  'slow.service': oneshot('TimeoutStartSec=100ms', 'ExecStart=/bin/sleep 1000003'),
  'slow-pre.service': service('TimeoutStartSec=100ms', "ExecStartPre=/bin/sh -c '/bin/sleep 1000004; true'", 'ExecStart=/bin/true'),
  'stuck.service': oneshot('TimeoutStartSec=infinity', 'ExecStart=/bin/sleep infinity'),
  'storm.service': service('Restart=always', 'RestartSec=0', 'ExecStart=/bin/false'),
  'missing-binary.service': service('ExecStart=/no/such/program --flag', "ExecStopPost=/bin/sh -c 'echo after >%t/stop-post'"),
  'no-program.service': service('ExecStart=%t/units/default.target'),
  'two-a.service': `[Unit]\nRequires=two-b.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'two-b.service': `[Unit]\nRequires=two-a.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'bound.service': `[Unit]\nBindsTo=two-b.service\nAfter=two-b.service\n${service('ExecStart=/bin/sleep infinity')}`,
  'escapes.service': service('Type=notify', 'ExecStart=/bin/sh @dir@/units/escapes.sh'),
  'escapes.sh': `setsid /bin/sh -c 'echo $$ >@dir@/escaped; exec sleep infinity' &\nexec ${payload} notify READY=1 wait\n`,
  'two-commands.service': oneshot(
    'StandardOutput=append:%t/commands',
    'ExecStart=/bin/echo one',
    'ExecStart=-/bin/false',
    'ExecStart=/bin/echo two',
  ),
  'relative.service': oneshot('ExecStart=true'),
  ...Object.fromEntries(starters.map((name) => [name, oneshot('TimeoutStartSec=infinity', 'ExecStart=/bin/sleep infinity')])),
};

let daemon: Daemon;
before(async () => {
  daemon = await startTysd({ units });
});
after(async () => daemon[Symbol.asyncDispose]());

/** The processes below the keeper that were started so. */
function copies(commandLine: string): readonly number[] {
  return descendantsOf(daemon.pid).filter((pid) => commandLineOf(pid) === commandLine);
}

async function start(unit: string, result = 'done'): Promise<void> {
  assert.equal(await daemon.job('start', unit), result, daemon.console);
}

test('a service with Restart=no that exits leaves the manager idle', async () => {
  await start('ends.service');
  await daemon.untilUnit('ends.service', ({ active }) => active === 'inactive');
  await daemon.untilIdle();
  const pids = [daemon.pid, await daemon.managerPid()];
  const used = () => pids.map(cpuTicksOf).reduce((sum, ticks) => sum + ticks, 0);
  const usedBefore = used();
  // Whoever spins gets as much of the processor as this does.
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 300_000);
  assert(used() - usedBefore < 20, `manager and keeper used ${used() - usedBefore} ticks while there was nothing to do`);
});

for (const [unit, command] of [
  ['once.service', '/bin/sleep 1000001'],
  ['always.service', '/bin/sleep 1000002'],
] as const) {
  test(`each restart of ${unit} leaves one copy, which is the one that the manager knows`, async () => {
    await start(unit);
    for (let round = 0; round < 5; round++) {
      const old = await daemon.pidOf(unit);
      assert.equal(await daemon.job('restart', unit), 'done');
      const pid = await daemon.pidOf(unit);
      assert.notEqual(pid, old);
      assert.deepEqual(copies(command), [pid]);
    }
    assert.equal(await daemon.job('stop', unit), 'done');
    assert.deepEqual(copies(command), []);
  });
}

test('stop and start again leave a process that runs, not one that is frozen', async () => {
  for (let round = 0; round < 3; round++) {
    await start('ready.service');
    assert.match(statusOf(await daemon.pidOf('ready.service'), 'State'), /^[SR]/);
    assert.equal(await daemon.job('stop', 'ready.service'), 'done');
  }
});

test('READY=1 without a newline makes a notify service ready', async () => {
  await start('ready.service');
  assert.equal(await daemon.state('ready.service'), 'active (running)');
});

test('READY=0 does not make a notify service ready', async () => {
  await daemon.ask('unit.start', { unit: 'not-ready.service' });
  await daemon.untilUnit('not-ready.service', ({ statusText }) => statusText === 'waiting');
  assert.equal(await daemon.state('not-ready.service'), 'activating (start)');
  assert.equal(await daemon.job('stop', 'not-ready.service'), 'done');
});

test('a notify service that exits before it is ready fails at once, whatever the timeout', async () => {
  await start('never-ready.service', 'failed');
  assert.equal((await daemon.unit('never-ready.service')).result, 'protocol');
});

test('notifications that are no assignments or not UTF-8 disturb nobody', async () => {
  await start('chatter.service');
  assert.equal((await daemon.unit('chatter.service')).statusText, 'of many');
});

test('NotifyAccess=main is enforced by the credentials of the sender', async () => {
  await daemon.ask('unit.start', { unit: 'child-notifies.service' });
  await daemon.untilUnit('child-notifies.service', ({ statusText }) => statusText === 'the main process');
  assert.equal(await daemon.state('child-notifies.service'), 'activating (start)');
  assert.equal(await daemon.job('stop', 'child-notifies.service'), 'done');
});

test('a oneshot that writes 1 MB before it ends does not block, and none of it is lost', async () => {
  await start('flood.service');
  const lines = await daemon.untilLog('flood.service', (line) => line === 'over');
  assert.equal(lines.filter((line) => line.startsWith('xxx')).length, 10_000);
});

test('a service that writes 1 MB before and after it is ready does not block', async () => {
  await start('flood-ready.service');
  const lines = await daemon.untilLog('flood-ready.service', (line) => line === 'over');
  assert.equal(lines.filter((line) => line.startsWith('xxx')).length, 20_000);
});

test('a failed unit does not hold up what is ordered after it with Wants=', async () => {
  await start('wants-failed.service');
  assert.equal(await daemon.state('wants-failed.service'), 'active (running)');
  assert.equal(await daemon.state('fails.service'), 'failed (failed)');
});

test('a failed unit fails what requires it, and the reason is told', async () => {
  await start('requires-failed.service', 'dependency');
  const ran = await daemon.tysctl('start', 'requires-failed.service');
  assert.equal(ran.status, 1);
  assert.match(ran.err, /requires-failed\.service/);
  assert.match(daemon.console, /\[DEPEND\] .*requires-failed\.service/);
});

test('a required unit without a file is an error that names both', async () => {
  const ran = await daemon.tysctl('start', 'requires-missing.service');
  assert.notEqual(ran.status, 0);
  assert.match(ran.err, /requires-missing\.service.*not-there\.service/s);
});

test('After= orders, and pulls nothing in', async () => {
  await start('ordered.service');
  assert.equal(await daemon.state('once.service'), 'inactive (dead)');
});

test('Environment= arrives, in ExecStartPre= too', async () => {
  await start('environment.service');
  assert.equal(readFileSync(daemon.path('environment'), 'utf8'), '1,2|a b|x=y|4\n');
  assert.equal(readFileSync(daemon.path('environment-pre'), 'utf8'), '4\n');
});

test('a user that is not there fails that one unit, with the user named', async () => {
  await start('no-such-user.service', 'failed');
  const lines = await daemon.untilLog('no-such-user.service', (line) => line.startsWith('Failed to start'));
  assert(
    lines.some((line) => line.includes('no-such-user') && line.includes('USER')),
    lines.join('\n'),
  );
});

test('services inherit no stray descriptors, descriptor 0 is /dev/null, and nothing else writes to their files', async () => {
  await start('descriptors.service');
  const file = daemon.path('descriptors');
  assert.match(readFileSync(file, 'utf8'), new RegExp(`^0 /dev/null\n1 ${file}\n2 (${file}|pipe:\\[\\d+\\]|socket:\\[\\d+\\])\n$`));
});

test('files of OpenFile= are there by number and name, and one that is missing fails the start unless it may', async () => {
  await start('open-files.service');
  assert.equal(readFileSync(daemon.path('runtime-file'), 'utf8'), 'first\n[Unit]\n2 unit:note\n');
  await start('open-none.service', 'failed');
  assert.equal((await daemon.unit('open-none.service')).result, 'exit-code');
});

test('a oneshot that does not end in time is killed', async () => {
  await start('slow.service', 'failed');
  assert.equal((await daemon.unit('slow.service')).result, 'timeout');
  assert.deepEqual(copies('/bin/sleep 1000003'), []);
});

test('an ExecStartPre= that does not end in time is killed with all its children', async () => {
  await start('slow-pre.service', 'failed');
  assert.equal((await daemon.unit('slow-pre.service')).result, 'timeout');
  assert.deepEqual(copies('/bin/sleep 1000004'), []);
});

test('a timeout is 90 s where nothing else is said', async () => {
  const { TimeoutStartUSec, TimeoutStopUSec } = await daemon.properties('once.service');
  assert.deepEqual([TimeoutStartUSec, TimeoutStopUSec], ['1min 30s', '1min 30s']);
});

test('a restart storm is limited by the start limit, and the restarts are counted', async () => {
  await start('storm.service');
  const { result } = await daemon.untilUnit('storm.service', ({ active, job }) => active === 'failed' && job === undefined);
  const { NRestarts } = await daemon.properties('storm.service');
  assert.deepEqual([result, NRestarts], ['exit-code', '5']);
  assert.match(daemon.console, /storm\.service: Start request repeated too quickly\./);
});

test('more than six units start at once', async () => {
  await Promise.all(starters.map((unit) => daemon.ask('unit.start', { unit })));
  for (const unit of starters)
    await daemon.untilUnit(unit, ({ sub, controlPid, mainPid }) => sub === 'start' && (mainPid ?? controlPid) !== undefined);
  assert.deepEqual(new Set(await Promise.all(starters.map((unit) => daemon.state(unit)))), new Set(['activating (start)']));
  await Promise.all(starters.map((unit) => daemon.job('stop', unit)));
});

test('a program that is not there fails the unit with a message that names it, and ExecStopPost= runs', async () => {
  await start('missing-binary.service');
  await daemon.untilUnit('missing-binary.service', ({ active }) => active === 'failed');
  const lines = await daemon.untilLog('missing-binary.service', (line) => line.includes("Failed with result 'exit-code'"));
  assert(
    lines.some((line) => line.includes('/no/such/program') && line.includes('No such file or directory')),
    lines.join('\n'),
  );
  assert(
    lines.some((line) => line.includes('203/EXEC')),
    lines.join('\n'),
  );
  assert.equal(readFileSync(daemon.path('stop-post'), 'utf8'), 'after\n');
});

test('a program that cannot be executed fails the unit, with the reason', async () => {
  await start('no-program.service');
  await daemon.untilUnit('no-program.service', ({ active }) => active === 'failed');
  const lines = await daemon.untilLog('no-program.service', (line) => line.includes("Failed with result 'exit-code'"));
  assert(
    lines.some((line) => line.includes('default.target') && line.includes('Permission denied')),
    lines.join('\n'),
  );
});

test('units that require each other run, one may die, and both are stopped', async () => {
  await start('two-a.service');
  process.kill(await daemon.pidOf('two-b.service'), 'SIGKILL');
  await daemon.untilUnit('two-b.service', ({ active }) => active === 'failed');
  // Requires= does not stop a unit when what it requires ends by itself; that is BindsTo=.
  assert.equal(await daemon.state('two-a.service'), 'active (running)');
  await start('two-b.service');
  assert.equal(await daemon.job('stop', 'two-b.service'), 'done');
  await daemon.untilUnit('two-a.service', ({ active }) => active === 'inactive');
});

test('BindsTo= stops a unit when the other dies', async () => {
  await start('bound.service');
  process.kill(await daemon.pidOf('two-b.service'), 'SIGKILL');
  await daemon.untilUnit('bound.service', ({ active }) => active === 'inactive');
  await daemon.job('stop', 'two-a.service');
});

test('a process that made a session of its own is ended with its service', async () => {
  await start('escapes.service');
  const escaped = Number(await daemon.untilFile('escaped'));
  assert.equal(isAlive(escaped), true);
  assert.equal(await daemon.job('stop', 'escapes.service'), 'done');
  assert.equal(isAlive(escaped), false);
});

test('a oneshot may have several commands, one of which may fail, and is dead afterwards', async () => {
  await start('two-commands.service');
  assert.equal(readFileSync(daemon.path('commands'), 'utf8'), 'one\ntwo\n');
  assert.equal(await daemon.state('two-commands.service'), 'inactive (dead)');
});

test('a program without a path is looked up', async () => {
  await start('relative.service');
});

test('while a unit starts without a timeout, everything else goes on: reload, enable, status, stop', async () => {
  await daemon.ask('unit.start', { unit: 'stuck.service' });
  await daemon.untilUnit('stuck.service', ({ sub }) => sub === 'start');
  await daemon.ask('manager.reload', {});
  assert.equal((await daemon.tysctl('status', 'stuck.service')).status, 3);
  await start('ends.service');
  assert.equal(await daemon.state('stuck.service'), 'activating (start)');
  assert.equal(await daemon.job('stop', 'stuck.service'), 'done');
});
