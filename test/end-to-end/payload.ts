import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directory = mkdtempSync(join(tmpdir(), 'tysd-payload-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
// Services of other users run it too.
chmodSync(directory, 0o755);

/** The program that test services run; its arguments are what it does, see payload.c. */
export const payload = join(directory, 'payload');
execFileSync('cc', ['-std=gnu17', '-Wall', '-Wextra', '-Werror', '-O1', '-o', payload, join(import.meta.dirname, 'payload.c')]);
