import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { childrenOf, commandLineOf } from './processes.ts';

const root = join(import.meta.dirname, '../..');

test(
  'a manager that is killed while a generator runs is followed by one that starts what the generator makes',
  { timeout: 110_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'tysd-generators-'));
    const place = (name: string): string => join(home, name);
    for (const directory of ['.config/systemd/user', 'units', 'variables']) mkdirSync(place(directory), { recursive: true });
    mkdirSync(place('run'), { mode: 0o700 });
    const fifos = ['begun', 'go', 'up'].map(place);
    const [begun = '', go = '', up = ''] = fifos;
    assert.equal(spawnSync('mkfifo', fifos).status, 0);
    writeFileSync(place('.config/systemd/user/default.target'), '[Unit]\nDefaultDependencies=no\nWants=made.service\n');
    writeFileSync(place('variables/10-first'), '#!/bin/sh\necho FROM_GENERATOR=yes\n', { mode: 0o755 });
    const made = `[Unit]\\nDefaultDependencies=no\\n[Service]\\nExecStart=/bin/sh -c \\"echo \\$FROM_GENERATOR \\$SYSTEMD_SCOPE >${up}; exec sleep 1000\\"\\nEnvironment=SYSTEMD_SCOPE=$SYSTEMD_SCOPE\\n`;
    writeFileSync(place('units/make'), `#!/bin/sh\necho begun >${begun}\nread line <${go}\nprintf "${made}" >"$1/made.service"\n`, {
      mode: 0o755,
    });
    const tysd = spawn(join(root, 'bin/tysd'), ['--user'], {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        XDG_RUNTIME_DIR: place('run'),
        SYSTEMD_GENERATOR_PATH: place('units'),
        SYSTEMD_ENVIRONMENT_GENERATOR_PATH: place('variables'),
      },
    });
    const ended = once(tysd, 'exit');
    try {
      assert.equal(heard(begun), 'begun');
      process.kill(managerOf(tysd.pid ?? 0), 'SIGKILL');
      assert.equal(spawnSync('sh', ['-c', 'echo go >"$0"', go], { timeout: 50_000 }).status, 0);
      assert.equal(heard(up), 'yes user');
    } finally {
      tysd.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    }
  },
);

/** The line that somebody writes into a FIFO, once it is there. */
function heard(fifo: string): string {
  return spawnSync('cat', [fifo], { encoding: 'utf8', timeout: 50_000 }).stdout.trim();
}

/** The manager among the children of the keeper. */
function managerOf(keeper: number): number {
  const found = childrenOf(keeper).find((pid) => commandLineOf(pid).includes('--process=manager'));
  assert.ok(found !== undefined);
  return found;
}
