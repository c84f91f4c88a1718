import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

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
