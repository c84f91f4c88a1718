import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

const isRoot = process.getuid?.() === 0;

test(
  'clean removes what a service kept, and follows no link that the service left behind',
  { skip: isRoot ? false : 'needs root' },
  async () => {
    await using daemon = await startTysd({
      units: {
        'default.target': wanting(),
        'a.service': '[Service]\nType=oneshot\nExecStart=/bin/true\nRuntimeDirectory=a\nRuntimeDirectoryPreserve=yes\n',
        'b.service': '[Service]\nType=oneshot\nExecStart=/bin/true\nRuntimeDirectory=owned/deep/er\nRuntimeDirectoryPreserve=yes\n',
      },
    });
    const victim = daemon.path('victim');
    mkdirSync(`${victim}/er`, { recursive: true });
    writeFileSync(`${victim}/er/kept`, 'kept');
    assert.equal(await daemon.job('start', 'a.service'), 'done');
    mkdirSync(daemon.path('a/sub'));
    symlinkSync(victim, daemon.path('a/sub/link'));
    const cleaned = await daemon.tysctl('clean', 'a.service');
    assert.deepEqual({ status: cleaned.status, err: cleaned.err }, { status: 0, err: '' });
    assert.ok(!existsSync(daemon.path('a')));

    // The owner of the directory above put a link in the place of one on the way.
    mkdirSync(daemon.path('owned'));
    symlinkSync(victim, daemon.path('owned/deep'));
    assert.equal((await daemon.tysctl('clean', 'b.service')).status, 0);
    assert.equal(readFileSync(`${victim}/er/kept`, 'utf8'), 'kept');
    assert.ok(lstatSync(daemon.path('owned/deep')).isSymbolicLink());
    const { CleanResult, ActiveState } = await daemon.properties('b.service');
    assert.deepEqual({ CleanResult, ActiveState }, { CleanResult: 'exit-code', ActiveState: 'failed' });
  },
);
