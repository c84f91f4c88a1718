import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { realFiles } from './files-real.ts';

/** Resolves when something is told of the name in the directory. */
async function seen(directory: string, name: string, begin: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(directory, (_event, told) => told === name && resolve());
  begin();
  await promise;
  watcher.close();
}

test('a watch of a path that is missing hears nothing of what else is in the directory above it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-watch-'));
  const path = join(directory, 'above/awaited');
  const states: boolean[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = realFiles.watch(path, () => {
    states.push(existsSync(path));
    if (states.at(-1) === true) resolve();
  });
  await seen(directory, 'other', () => writeFileSync(join(directory, 'other'), ''));
  assert.deepEqual(states, []);
  mkdirSync(path, { recursive: true });
  await promise;
  await seen(path, 'entry', () => writeFileSync(join(path, 'entry'), ''));
  stop();
  rmSync(directory, { recursive: true });
});
