import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

const service = (...lines: readonly string[]) =>
  `[Service]\nExecStart=/bin/sh -c 'echo run >>%t/d/runs; echo up >>%t/log; exec sleep infinity'\nRuntimeDirectory=d\n${lines.join('\n')}\n`;

test('a runtime directory is gone when the stop is done, and new after a restart', async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting('a.service'), 'a.service': service() } });
  await daemon.untilFile('log');
  assert.equal(readFileSync(daemon.path('d/runs'), 'utf8'), 'run\n');
  assert.equal(await daemon.job('restart', 'a.service'), 'done');
  await daemon.untilFile('log', (text) => text === 'up\nup\n');
  assert.equal(readFileSync(daemon.path('d/runs'), 'utf8'), 'run\n');
  assert.equal(await daemon.job('stop', 'a.service'), 'done');
  assert.ok(!existsSync(daemon.path('d')));
});

test('RuntimeDirectoryPreserve=restart keeps it over a restart only', async () => {
  await using daemon = await startTysd({
    units: { 'default.target': wanting('a.service'), 'a.service': service('RuntimeDirectoryPreserve=restart') },
  });
  await daemon.untilFile('log');
  assert.equal(await daemon.job('restart', 'a.service'), 'done');
  await daemon.untilFile('log', (text) => text === 'up\nup\n');
  assert.equal(readFileSync(daemon.path('d/runs'), 'utf8'), 'run\nrun\n');
  assert.equal(await daemon.job('stop', 'a.service'), 'done');
  assert.ok(!existsSync(daemon.path('d')));
});
