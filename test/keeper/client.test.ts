import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { openSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';

import { startKeeper } from './harness.ts';

const binary = process.env['TYSD_TEST_KEEPER'] ?? join(import.meta.dirname, '../../keeper/build/tysd-keeper');
const privileged = process.getuid?.() === 0;

test('--become is the command as another user, with his groups, and with signals as they were', { skip: !privileged }, () => {
  const script = 'echo $(id -u) $(id -g) $(id -G) $(nice) $(ulimit -n) "$0" "$1"; grep SigIgn /proc/self/status';
  const ran = spawnSync(
    binary,
    ['--become', '--nice=3', '--gid=5', '--groups=5,7', '--uid=1234', '--descriptors=77', '--', '/bin/sh', 'sh', '-c', script, 'a b', 'c'],
    { encoding: 'utf8' },
  );
  assert.deepEqual([ran.status, ran.stdout.split('\n')], [0, ['1234 5 5 7 3 77 a b c', 'SigIgn:\t0000000000000000', '']]);
});

test('--security-modules tells the numbers of those that the kernel asks, or nothing where it does not tell', () => {
  const { status, stdout } = spawnSync(binary, ['--security-modules'], { encoding: 'utf8' });
  const told = stdout.split('\n').slice(0, -1);
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const tells = major > 6 || (major === 6 && minor >= 8);
  if (!tells) assert.deepEqual([status, told], [1, []]);
  // Capabilities are there in every kernel that has any: LSM_ID_CAPABILITY.
  else assert.deepEqual([status, told.includes('100'), new Set(told).size], [0, true, told.length]);
});

test('--become says what it cannot do', () => {
  const missing = spawnSync(binary, ['--become', '--', '/nonexistent', 'x'], { encoding: 'utf8' });
  const wrong = spawnSync(binary, ['--become', '--uid=-1', '--', '/bin/true', 'true'], { encoding: 'utf8' });
  const nothing = spawnSync(binary, ['--become', '--'], { encoding: 'utf8' });
  assert.deepEqual(
    [missing.status, missing.stderr, wrong.status, nothing.status],
    [1, 'Failed to execute: No such file or directory\n', 2, 2],
  );
});

test('--pass hands the keeper standard input, output and error, and is over when the manager has them', async () => {
  await using keeper = await startKeeper();
  const manager = await keeper.manager();
  const passing = spawn(binary, ['--pass', join(keeper.directory, 'notify'), 'abc'], { stdio: 'ignore' });
  const passed = new Promise((resolve) => passing.on('exit', resolve));
  const told = await manager.event('notified', ({ text }) => text !== 'BARRIER=1');
  const barrier = await manager.event('notified', ({ text }) => text === 'BARRIER=1');
  manager.do(...barrier.fds.map((name) => ({ do: 'close', name }) as const));
  assert.deepEqual([told.text, told.fds.length, await passed], ['TYSD_DESCRIPTORS=abc', 3, 0]);
});

test('--terminal carries what is typed and shown, and a terminal knows that it is one', async () => {
  const carrier = spawn(binary, ['--terminal'], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
  const shown = gather(carrier.stdout);
  const path = (await gather(carrier.stdio[3])('\n')).trim();
  begin(carrier);
  const slave = openSync(path, 'r+');
  const shell = spawn('/bin/sh', ['-c', 'stty -echo; tty; read line; echo "got $line"'], { stdio: [slave, slave, slave] });
  await shown(path);
  carrier.stdin?.write('hello\n');
  await shown('got hello');
  const ended = new Promise((resolve) => carrier.on('exit', resolve));
  carrier.stdio[3]?.destroy();
  assert.deepEqual([await ended, shell.pid === undefined], [0, false]);
});

test('--terminal lets go when ^] is typed three times', async () => {
  const carrier = spawn(binary, ['--terminal'], { stdio: ['pipe', 'ignore', 'inherit', 'pipe'] });
  const ended = new Promise((resolve) => carrier.on('exit', resolve));
  begin(carrier);
  carrier.stdin?.write('\x1d\x1d\x1d');
  assert.equal(await ended, 3);
});

function begin(carrier: ChildProcess): void {
  const control = carrier.stdio[3];
  assert.ok(control instanceof Writable);
  control.write('\n');
}

/** Gives, on request, what has come as soon as a text is in it. */
function gather(stream: EventEmitter | null | undefined): (text: string) => Promise<string> {
  let come = '';
  const waiting = new Set<() => void>();
  stream?.on('data', (chunk: unknown) => {
    come += String(chunk);
    for (const check of waiting) check();
  });
  return (text) =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!come.includes(text)) return;
        waiting.delete(check);
        resolve(come);
      };
      waiting.add(check);
      check();
    });
}
