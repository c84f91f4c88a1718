import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startKeeper } from './harness.ts';

const needsRoot = process.getuid?.() === 0 ? false : 'needs root to make devices and give them away';

/** Has a child give the terminal at the path back; what becomes of its owner, group and mode. */
async function givenBack(path: string): Promise<readonly number[]> {
  chownSync(path, 4711, 4712);
  chmodSync(path, 0o666);
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  manager.do({
    do: 'run',
    child: 1,
    group: '',
    plan: [
      { op: 'terminal-return', path },
      { op: 'exit', status: 7 },
    ],
  });
  const { exit } = await manager.event('exited');
  assert.equal(exit.status, 7);
  const { uid, gid, mode } = statSync(path);
  return [uid, gid, mode & 0o777];
}

const untouched = [4711, 4712, 0o666];

test('a terminal is given back to root and the group of terminals', { skip: needsRoot }, async () => {
  const session = spawn('script', ['-qc', 'tty; exec sleep 1000', '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const path = await new Promise<string>((resolve) => session.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())));
    assert.match(path, /^\/dev\/pts\/\d+$/);
    assert.deepEqual(await givenBack(path), [0, 5, 0o620]);
  } finally {
    session.kill('SIGKILL');
  }
});

test('what is no terminal is left as it is, be it a device that everybody needs', { skip: needsRoot }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-terminals-'));
  try {
    // As /dev/null and /dev/ptmx are: TTYPath= may name them.
    for (const [name, major, minor] of [
      ['null', 1, 3],
      ['ptmx', 5, 2],
    ] as const) {
      const path = join(directory, name);
      execFileSync('mknod', [path, 'c', String(major), String(minor)]);
      assert.deepEqual(await givenBack(path), untouched, name);
    }
    const file = join(directory, 'file');
    writeFileSync(file, '');
    assert.deepEqual(await givenBack(file), untouched);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
