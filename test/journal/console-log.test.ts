import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeToConsole } from '../../src/main/console-log.ts';
import { createScratch } from './keeper-double.ts';

test('a pipe that is full is waited for while somebody reads it, and no longer', async () => {
  using scratch = createScratch();
  const pipe = join(scratch.path, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  const input = openSync(pipe, constants.O_RDWR);
  const reader = spawn('/bin/sh', ['-c', 'echo; exec cat'], { stdio: [input, 'pipe', 'inherit'] });
  closeSync(input);
  assert.ok(reader.stdout !== null);
  const { stdout } = reader;
  await new Promise((resolve) => stdout.once('data', resolve));
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const write = writeToConsole(fd);
  const line = `${'x'.repeat(999)}\n`;
  // Many times what a pipe holds; what the reader hands on is read here meanwhile.
  let read = 1;
  const all = new Promise<void>((resolve) =>
    stdout.on('data', (bytes: Uint8Array) => {
      read += bytes.length;
      if (read >= 1 + 60 * line.length) resolve();
    }),
  );
  for (let count = 0; count < 60; count++) write(line);
  await all;
  reader.kill();
  await new Promise((resolve) => reader.once('exit', resolve));
  // Nobody reads now: this ends all the same.
  for (let count = 0; count < 1000; count++) write(line);
  const rest = Buffer.alloc(1 << 20);
  assert.ok(readSync(fd, rest) > 0);
  write('again\n');
  let text = '';
  for (let length = 1; length > 0 && !text.includes('again');) {
    length = readSync(fd, rest);
    text += rest.toString('latin1', 0, length);
  }
  assert.match(text, /again\n$/);
  closeSync(fd);
});
