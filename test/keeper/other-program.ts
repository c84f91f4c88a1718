import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { binary } from './harness.ts';

const keeperSources = join(import.meta.dirname, '../../keeper');

/** A directory with a copy of the keeper's program, or of another one, that a test may put another in the place of. */
export function programDirectory(source = binary) {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-replace-'));
  const path = join(directory, 'tysd-keeper');
  copyFileSync(source, path);
  return {
    directory,
    path,
    /** As a package manager does: another file under the same name. */
    replaceBy: (other: string) => {
      copyFileSync(other, `${path}.new`);
      chmodSync(`${path}.new`, 0o755);
      renameSync(`${path}.new`, path);
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A keeper in this directory for which these macros have other values, as `STATE_FORMAT=99`. */
export function buildOther(directory: string, ...macros: readonly string[]): string {
  const path = join(directory, 'other');
  const sources = readdirSync(keeperSources)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(keeperSources, name));
  const flags = macros.map((macro) => `-D${macro}`);
  const built = spawnSync('cc', ['-std=c17', '-O0', '-static', ...flags, '-o', path, ...sources], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return path;
}
