import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'tysd-built-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
execFileSync(join(root, 'node_modules/.bin/bun'), [join(root, 'build/build.ts'), directory], { stdio: ['ignore', 'ignore', 'inherit'] });

/** A directory with the programs as `npm run build` makes them. */
export const built = directory;
