import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { payload } from './payload.ts';
import { needsRoot, startTysd, wanting } from './tysd.ts';

/** A file system of so many bytes, full or not. */
function smallDisk(bytes: number, full: boolean): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'tysd-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'tysd-test', path]);
  if (full) execFileSync('/bin/sh', ['-c', 'cat /dev/zero >"$1/filler" 2>/dev/null || :', 'sh', path]);
  return {
    path,
    [Symbol.dispose]: () => {
      execFileSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const units = {
  'default.target': wanting('talks.service'),
  'talks.service': `[Service]\nExecStart=${payload} say hello wait\n`,
  'floods.service': `[Service]\nType=oneshot\nExecStart=${payload} flood 4000000\n`,
};

test('a full disk is told once of each file, and services start, run and stop as ever', { skip: needsRoot }, async () => {
  using disk = smallDisk(64 * 1024, true);
  await using daemon = await startTysd({ units, stateDirectory: join(disk.path, 'state') });
  assert.equal(await daemon.state('talks.service'), 'active (running)');
  assert.equal(await daemon.job('start', 'floods.service'), 'done');
  await daemon.untilConsole(/(No space left on device|ENOSPC|full)/i);
  assert.equal((await daemon.tysctl('status', 'talks.service')).status, 0);
  const told = daemon.console.split('\n').filter((line) => /No space left on device|ENOSPC|full/i.test(line));
  const files = told.map((line) => /journal\.db|history\.jsonl/.exec(line)?.[0] ?? line);
  assert.ok(files.includes('journal.db'), told.join('\n'));
  assert.deepEqual(files, [...new Set(files)]);
  await daemon.killManager();
  assert.equal(await daemon.job('restart', 'talks.service'), 'done');
});

test(
  'a disk that fills up while services write holds up none of them, and logs go on when there is room again',
  { skip: needsRoot },
  async () => {
    using disk = smallDisk(512 * 1024, false);
    await using daemon = await startTysd({ units, stateDirectory: join(disk.path, 'state') });
    execFileSync('/bin/sh', ['-c', 'cat /dev/zero >"$1/filler" 2>/dev/null || :', 'sh', disk.path]);
    assert.equal(await daemon.job('start', 'floods.service'), 'done');
    assert.equal(await daemon.job('restart', 'talks.service'), 'done');
    assert(existsSync(join(disk.path, 'filler')));
  },
);

test('a state directory that cannot be made is told, and logs are kept as long as the runtime directory', async () => {
  await using daemon = await startTysd({ units, stateDirectory: '/proc/nowhere/state' });
  assert.match(daemon.console, /cannot make \/proc\/nowhere\/state.*; logs are kept in .*\/run\/state, as long as that is there/);
  assert.equal(await daemon.job('restart', 'talks.service'), 'done');
  assert.ok((await daemon.logs('talks.service')).includes('hello'));
  // They would outlive tysd, as logs do; all else in the runtime directory must not.
  rmSync(join(daemon.runtimeDirectory, 'state'), { recursive: true });
});
