import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const binary = process.env['TYSD_TEST_KEEPER'] ?? join(import.meta.dirname, '../../keeper/build/tysd-keeper');
const privileged = process.getuid?.() === 0;

/** Starts a keeper in this directory, whose manager cannot be executed; gives what it says, once it has refused or has died at our wish. */
function start(directory: string): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(
    'timeout',
    ['--signal=KILL', '1', binary, `--runtime-directory=${directory}`, '--manager=/nonexistent'],
    { encoding: 'utf8' },
  );
  return { status, stderr };
}

function withDirectory(run: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-paths-'));
  try {
    run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const refused: Readonly<Record<string, { readonly make: (path: string) => void; readonly said: RegExp; readonly root?: true }>> = {
  'is a symlink to a good one': {
    make: (path) => (mkdirSync(`${path}-real`), symlinkSync(`${path}-real`, path)),
    said: /it is no directory/,
  },
  'belongs to another user': {
    make: (path) => (mkdirSync(path), chownSync(path, 65_534, 65_534)),
    said: /it belongs to another user/,
    root: true,
  },
  'may be written to by its group': { make: (path) => (mkdirSync(path), chmodSync(path, 0o775)), said: /others may write to it/ },
  'may be written to by all': { make: (path) => (mkdirSync(path), chmodSync(path, 0o1777)), said: /others may write to it/ },
  'is a file': { make: (path) => writeFileSync(path, ''), said: /it is no directory/ },
};

for (const [what, { make, said, root }] of Object.entries(refused)) {
  test(`a runtime directory that ${what} is refused`, { skip: root && !privileged ? 'needs root' : false }, () => {
    withDirectory((above) => {
      make(join(above, 'run'));
      const { status, stderr } = start(join(above, 'run'));
      assert.equal(status, 1);
      assert.match(stderr, said);
    });
  });
}

test('a symlink where a socket is to be is neither followed nor bound through', () => {
  for (const name of ['keeper.sock', 'control.sock', 'notify']) {
    withDirectory((above) => {
      const directory = join(above, 'run');
      const victim = join(above, 'victim');
      mkdirSync(directory, { mode: 0o755 });
      writeFileSync(victim, 'untouched', { mode: 0o600 });
      symlinkSync(victim, join(directory, name));
      const { status, stderr } = start(directory);
      assert.equal(status, 1);
      assert.match(stderr, /no socket at .*: Address already in use/);
      assert.deepEqual([readFileSync(victim, 'utf8'), lstatSync(victim).mode & 0o777], ['untouched', 0o600]);
    });
  }
});
