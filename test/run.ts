// Runs every test file under Bun and closes with one line that counts them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const make = spawnSync('make', ['-s', '-C', 'keeper'], { cwd: root, stdio: 'inherit' });
if (make.status !== 0) {
  console.error('The keeper does not build: a C compiler and make are needed.');
  process.exit(1);
}
if (!existsSync(join(root, 'node_modules/.bin/bun'))) {
  console.error('Bun is missing: run npm ci first.');
  process.exit(1);
}

const wanted = process.argv.slice(2);
const run = spawnSync(join(root, 'node_modules/.bin/bun'), ['test', '--timeout', '600000', ...wanted], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'pipe'],
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
  env: { ...process.env, NO_COLOR: '1' },
});
const output = `${run.stdout}${run.stderr}`;
const verbose = process.env['CI'] !== undefined || run.status !== 0;
process.stdout.write(
  verbose
    ? output
    : output
        .split('\n')
        .filter((line) => !line.startsWith('(pass)'))
        .join('\n'),
);

const count = (word: string) => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(output)?.[1] ?? 0);
console.log(`\n${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`);
process.exit(run.status ?? 1);
