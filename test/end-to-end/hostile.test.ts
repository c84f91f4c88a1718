import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { payload } from './payload.ts';
import { needsRoot, startTysd } from './tysd.ts';

const socketModes = { 'keeper.sock': '600', 'journal.sock': '600', 'control.sock': '600', notify: '666', stdout: '666' };
const asOther = ['--reuid=65534', '--regid=65534', '--clear-groups'];

test('another user reaches the notify socket and the log, and nothing else of tysd', { skip: needsRoot }, async () => {
  await using daemon = await startTysd({ units: { 'default.target': '[Unit]\n' }, options: ['--system'] });
  const paths = Object.keys(socketModes).map((name) => join(daemon.runtimeDirectory, name));
  const modes = paths.map((path) => (lstatSync(path).mode & 0o777).toString(8));
  assert.deepEqual(modes, Object.values(socketModes));
  const reached = paths.map((path) => spawnSync('setpriv', [...asOther, 'test', '-w', path]).status === 0);
  assert.deepEqual(reached, [false, false, false, true, true]);
  const directory = lstatSync(daemon.runtimeDirectory);
  assert.deepEqual([directory.uid, directory.mode & 0o022], [0, 0]);
});

test(
  'a service cannot signal another of another user, speak for it, or look at its descriptors or the keeper’s',
  { skip: needsRoot },
  async () => {
    const units = {
      'default.target': '[Unit]\n',
      'quiet.service': `[Service]\nType=notify\nUser=daemon\nTimeoutStartSec=infinity\nExecStart=${payload} wait\n`,
      'attacker.service': `[Service]
Type=oneshot
RemainAfterExit=yes
User=nobody
NotifyAccess=all
StandardOutput=truncate:@dir@/told
ExecStart=/bin/sh -c 'exec 2>/dev/null; victim=$(cat @dir@/victim); keeper=$(cat @dir@/keeper); \\
  kill -0 $victim && echo signalled; \\
  ls /proc/$victim/fd | grep -q . && echo looked at the victim; \\
  ls /proc/$keeper/fd | grep -q . && echo looked at the keeper; \\
  cat /proc/$keeper/environ | grep -q . && echo read the environment; \\
  ${payload} notify "READY=1"; \\
  ${payload} notify "MAINPID=$victim"; \\
  ${payload} notify "STOPPING=1"; \\
  echo done'
`,
    };
    await using daemon = await startTysd({ units, options: ['--system'] });
    await daemon.tysctl('start', '--no-block', 'quiet.service');
    const victim = await daemon.until('the victim', async () => {
      const pid = await daemon.pidOf('quiet.service');
      return pid > 0 ? pid : undefined;
    });
    execFileSync('/bin/sh', [
      '-c',
      'echo "$2" >"$1/victim"; echo "$3" >"$1/keeper"',
      'sh',
      daemon.directory,
      String(victim),
      String(daemon.pid),
    ]);
    assert.equal(await daemon.job('start', 'attacker.service'), 'done', daemon.console);
    assert.equal(readFileSync(daemon.path('told'), 'utf8'), 'done\n');
    assert.equal(await daemon.state('quiet.service'), 'activating (start)');
    assert.equal(await daemon.pidOf('quiet.service'), victim);
    assert.equal((await daemon.unit('attacker.service')).mainPid, undefined);
    await daemon.tysctl('stop', 'quiet.service');
  },
);

test('a FIFO to which nobody writes holds up no manager, where a file is to be read', async () => {
  // systemd 252 waits for a writer, and with it everything else.
  const units = {
    'default.target': '[Unit]\n',
    'environment.service': '[Service]\nEnvironmentFile=@dir@/fifo\nExecStart=/bin/true\n',
    'pid.service': `[Service]\nType=forking\nPIDFile=@dir@/fifo\nTimeoutStartSec=1\nExecStart=/bin/sh -c '${payload} wait &'\n`,
    'other.service': `[Service]\nType=oneshot\nExecStart=/bin/true\n`,
  };
  await using daemon = await startTysd({ units });
  execFileSync('mkfifo', [daemon.path('fifo')]);
  assert.equal(await daemon.job('start', 'environment.service'), 'failed');
  await daemon.tysctl('start', '--no-block', 'pid.service');
  assert.equal(await daemon.job('start', 'other.service'), 'done');
  await daemon.until('the end of the time limit', async () =>
    (await daemon.state('pid.service')) === 'failed (failed)' ? true : undefined,
  );
});

test('a service that forks without end, each process for a moment, is ended by a stop', async () => {
  const built = await startTysd({
    units: {
      'default.target': '[Unit]\n',
      'runaway.service': '[Service]\nTimeoutStopSec=5s\nExecStart=@dir@/runaway 4\n',
      'good.service': `[Service]\nExecStart=${payload} wait\n`,
    },
    before: `cc -O1 -o "$PWD/runaway" ${join(import.meta.dirname, 'runaway.c')}`,
  });
  await using daemon = built;
  assert.equal(await daemon.job('start', 'runaway.service'), 'done');
  assert.equal(await daemon.job('start', 'good.service'), 'done', 'others start meanwhile');
  assert.equal(await daemon.job('stop', 'runaway.service'), 'done');
  const state = await daemon.state('runaway.service');
  assert.ok(state === 'inactive (dead)' || state === 'failed (failed)', state);
  const left = spawnSync('/bin/sh', ['-c', 'grep -l "^$1/runaway" /proc/[0-9]*/cmdline 2>/dev/null | wc -l', 'sh', daemon.directory], {
    encoding: 'utf8',
  });
  assert.equal(left.stdout.trim(), '0');
  assert.equal(await daemon.state('good.service'), 'active (running)');
});
