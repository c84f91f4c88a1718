import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const tysctl = join(import.meta.dirname, '../../bin/tysctl');

/** Runs tysctl for a user without a manager, whose configuration is in this directory. */
function run(home: string, argv: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync(tysctl, ['--user', ...argv], {
    encoding: 'utf8',
    input,
    env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), TYSD_RUNTIME_DIRECTORY: join(home, 'run/tysd') },
  });
  return `${stdout}${stderr}-> ${status}`;
}

test('edit takes the text from standard input, writes it at once, and leaves what would be empty or the same', () => {
  const home = mkdtempSync(join(tmpdir(), 'tysd-edit-'));
  const directory = join(home, '.config/systemd/user');
  try {
    const text = '[Service]\nNice=1\n';
    assert.equal(run(home, ['edit', '--stdin', 'new'], text).split('\n')[0], 'No files found for new.service.');
    assert.equal(run(home, ['edit', '--stdin', '--force', '--drop-in=mine', 'new'], text), '-> 0');
    const path = join(directory, 'new.service.d/mine.conf');
    assert.equal(readFileSync(path, 'utf8'), text);
    assert.equal(statSync(path).mode & 0o777, 0o644);
    assert.match(
      run(home, ['edit', '--stdin', '--force', '--drop-in=mine.conf', 'new'], `\n${text}\n`),
      /canceled: nothing was changed\.\n-> 0$/,
    );
    assert.match(run(home, ['edit', '--stdin', '--force', '--full', 'new'], '  \n'), /canceled: temporary file is empty\.\n-> 0$/);
    assert.equal(run(home, ['edit', '--stdin', '--force', '--full', 'new'], '[Service]\nExecStart=/bin/true\n'), '-> 0');
    assert.deepEqual(readdirSync(directory).toSorted(), ['new.service', 'new.service.d']);
    assert.deepEqual(readdirSync(join(directory, 'new.service.d')), ['mine.conf']);
    assert.match(
      run(home, ['edit', '--stdin', '--runtime', '--drop-in=mine', 'new'], text),
      /^Refusing to create ".*\/run\/systemd\/user\/new\.service\.d\/mine\.conf"/,
    );
    assert.match(run(home, ['edit', 'new'], ''), /^Cannot edit units if not on a tty\.\n-> 1$/);
  } finally {
    rmSync(home, { recursive: true });
  }
});
