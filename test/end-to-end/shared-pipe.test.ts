import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { built } from './built.ts';

test('journalctl leaves the pipe that it shares with the rest of a script as it was', () => {
  const program = join(built, 'journalctl');
  const script = `("$0" --version; "$0" --user --sync; grep flags /proc/self/fdinfo/1) | cat`;
  const run = spawnSync('sh', ['-c', script, program], { encoding: 'utf8' });
  assert.match(run.stdout, /^systemd .*tysd .*\nflags:\t01\n$/);
});
