import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { needsRoot, startTysd, wanting } from './tysd.ts';

const once = (name: string): string => `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo $$TRIGGER_UNIT >>%t/${name}.ran'\n`;

test('a timer and a path trigger once, although the manager is killed before it hears of anything', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('tick.timer', 'seen.path'),
      'tick.timer': '[Timer]\nOnActiveSec=2\nAccuracySec=1us\n',
      'tick.service': once('tick'),
      'seen.path': '[Path]\nPathChanged=%t/watched\n',
      'seen.service': once('seen'),
    },
  });
  await daemon.untilUnit('seen.path', ({ sub }) => sub === 'waiting');
  const manager = await daemon.managerPid();
  process.kill(manager, 'SIGSTOP');
  writeFileSync(daemon.path('watched'), 'x');
  process.kill(manager, 'SIGKILL');
  assert.equal(await daemon.untilFile('tick.ran'), 'tick.timer\n');
  assert.equal(await daemon.untilFile('seen.ran'), 'seen.path\n');
  await daemon.untilUnit('tick.timer', ({ sub }) => sub === 'elapsed');
  await daemon.untilUnit('seen.path', ({ sub }) => sub === 'waiting');
  await daemon.killManager();
  assert.deepEqual([await daemon.state('tick.timer'), await daemon.state('seen.path')], ['active (elapsed)', 'active (waiting)']);
  assert.deepEqual([await daemon.untilFile('tick.ran'), await daemon.untilFile('seen.ran')], ['tick.timer\n', 'seen.path\n']);
});

test('WakeSystem= has the keeper hold an alarm clock of the kernel, which the next manager finds', { skip: needsRoot }, async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('wakes.timer'),
      'wakes.timer': '[Timer]\nOnActiveSec=1h\nOnCalendar=2090-01-01 UTC\nWakeSystem=yes\n',
      'wakes.service': '[Service]\nType=oneshot\nExecStart=true\n',
    },
    options: ['--system'],
  });
  const keeper = String(daemon.pid);
  const alarms = (): readonly string[] =>
    readdirSync(`/proc/${keeper}/fdinfo`)
      .flatMap((fd: string) => /^clockid: ([89])$/m.exec(readFileSync(`/proc/${keeper}/fdinfo/${fd}`, 'utf8'))?.[1] ?? [])
      .toSorted();
  await daemon.until('both alarm clocks', async () => (await daemon.unit('wakes.timer'), alarms().length === 2 || undefined));
  assert.deepEqual(alarms(), ['8', '9']);
  await daemon.killManager();
  await daemon.untilIdle();
  assert.deepEqual(alarms(), ['8', '9']);
  assert.equal((await daemon.tysctl('stop', 'wakes.timer')).status, 0);
  await daemon.until('no alarm clock', async () => (await daemon.unit('wakes.timer'), alarms().length === 0 || undefined));
});
