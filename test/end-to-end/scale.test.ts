import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dial } from './dial.ts';
import { payload } from './payload.ts';
import { descriptorsOf, isAlive } from './processes.ts';
import { startTysd, wanting } from './tysd.ts';

test('500 services with one socket unit start with RLIMIT_NOFILE 1024, and all goes on working', async () => {
  const names = Array.from({ length: 500 }, (_, index) => `many-${index}.service`);
  await using daemon = await startTysd({
    before: 'ulimit -n 1024',
    units: {
      'default.target': wanting('echo.socket', 'last.service', ...names),
      'echo.socket': '[Socket]\nListenStream=%t/echo\n',
      'echo.service': `[Service]\nExecStart=${payload} serve\n`,
      'last.service': `[Service]\nExecStart=${payload} say hello wait\n`,
      ...Object.fromEntries(names.map((name) => [name, '[Service]\nExecStart=/bin/sleep infinity\n'])),
    },
  });
  const units = await daemon.ask('units.list', { patterns: ['many-*.service'] });
  assert.equal(units.filter(({ sub, mainPid }) => sub === 'running' && isAlive(mainPid ?? 0)).length, 500);
  using line = await dial(daemon.path('echo'));
  assert.equal(Number(await line.next()), await daemon.pidOf('echo.service'));
  await daemon.untilLog('last.service', (text) => text === 'hello');
  await daemon.killManager();
  assert.equal((await daemon.ask('units.list', { patterns: ['many-*.service'] })).filter(({ sub }) => sub === 'running').length, 500);
});

test('finished oneshots hold no descriptors', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `done-${index}.service`);
  await using daemon = await startTysd({
    units: {
      'default.target': wanting(),
      'all.target': wanting(...names),
      ...Object.fromEntries(names.map((name) => [name, '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/echo done\n'])),
    },
  });
  const open = () => Object.keys(descriptorsOf(daemon.pid)).length;
  const before = open();
  assert.equal(await daemon.job('start', 'all.target'), 'done');
  await daemon.untilIdle();
  await daemon.untilLog('done-39.service', (text) => text === 'done');
  assert(open() - before < 10, `${open() - before} more descriptors are open`);
});
