import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildTysd } from '../system/dist.ts';

const root = join(import.meta.dirname, '../..');

/** What Bun looks for where it is started. */
const traps: Readonly<Record<string, string>> = {
  'bunfig.toml': 'preload = ["./trap.ts"]\n',
  'trap.ts': 'console.log("the trap was carried out");\n',
  '.env': 'TYSD_RUNTIME_DIRECTORY=/the/trap/was/believed\n',
  'tsconfig.json': '{"compilerOptions":{"paths":{"*":["./trap.ts"]}}}\n',
  'package.json': '{"type":"commonjs","imports":{"#x":"./trap.ts"}}\n',
};

// Root may stand in a directory that others can write to.
describe('files in the working directory have no influence', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-trap-'));

  before(() => {
    for (const [name, text] of Object.entries(traps)) writeFileSync(join(directory, name), text);
    buildTysd();
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const program of ['bin/tysctl', 'dist/tysctl']) {
    test(`on ${program}`, () => {
      const version = runIn(directory, program, '--version');
      assert.deepEqual([version.stdout.split(' ')[0], version.stdout.split('\n').length, version.stderr], ['tysctl', 2, '']);
      const asked = runIn(directory, program, '--user', 'is-active', 'a.service');
      assert.equal(asked.stdout, '');
      assert.match(asked.stderr, /^Failed to connect to tysd: .*\/tysd\/control\.sock: no such socket/);
      assert.doesNotMatch(asked.stderr, /trap\/was/);
    });
  }
});

function runIn(directory: string, program: string, ...argv: readonly string[]) {
  const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', XDG_RUNTIME_DIR: directory };
  return spawnSync(join(root, program), argv, { cwd: directory, env: environment, encoding: 'utf8' });
}
