import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { binary } from './harness.ts';

const skip = process.getuid?.() === 0 ? false : 'needs root';

test('a file is covered by another one that cannot be written to, and stays what it was below', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'cover-'));
  try {
    const [file, other] = [join(directory, 'file'), join(directory, 'other')];
    writeFileSync(file, 'below\n');
    writeFileSync(other, 'above\n');
    const script = `"$0" --cover ${file} ${other} && cat ${file}; echo x 2>/dev/null >${file} || echo read-only; umount ${file}; cat ${file}`;
    const { stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, binary], { encoding: 'utf8' });
    assert.deepEqual([stdout, stderr.replace(/^sh: .*\n/, '')], ['above\nread-only\nbelow\n', '']);
    assert.equal(readFileSync(file, 'utf8'), 'below\n');
    const missing = spawnSync(binary, ['--cover', file, join(directory, 'none')], { encoding: 'utf8' });
    assert.deepEqual([missing.status, missing.stderr], [1, 'No such file or directory\n']);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
