import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Builds dist/, once for all tests of a run. */
export function buildTysd(): void {
  if (process.env['TYSD_BUILT'] !== undefined) return;
  const built = spawnSync(join(root, 'node_modules/.bin/bun'), ['build/build.ts'], { cwd: root, encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  process.env['TYSD_BUILT'] = '1';
}
