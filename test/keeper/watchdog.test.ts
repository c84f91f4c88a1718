import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { binary } from './harness.ts';

test('a manager that gets no processor does not hang; as soon as it gets one, its time counts', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-keeper-'));
  const busy = join(directory, 'busy');
  // What the keeper leaves ends with the directory.
  const forEver = `while [ -d ${directory} ]; do :; done`;
  // The other one on the same processor has 300 times the weight.
  const starving = `${forEver} & echo $! >${busy}; exec chrt --idle 0 sh -c '${forEver}'`;
  const words = ['/usr/bin/taskset', '-c', firstProcessor(), '/bin/sh', '-c', starving].flatMap((word) => ['--manager', word]);
  const keeper = spawn(binary, [`--runtime-directory=${directory}`, '--manager-patience=1000', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  keeper.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  try {
    const hog = Number(await until(() => (existsSync(busy) && readFileSync(busy, 'utf8').trim()) || undefined));
    try {
      // What the other one has had of the processor meanwhile, the manager has not.
      const before = ranMs(hog);
      await until(() => (ranMs(hog) > before + 3000 ? true : undefined));
      assert.equal(said, '');
    } finally {
      process.kill(hog, 'SIGKILL');
    }
    await until(() => (/the manager \(pid \d+\) does not answer for 1000 ms; it is killed/.test(said) ? true : undefined));
  } finally {
    const ended = new Promise((resolve) => keeper.on('exit', resolve));
    keeper.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
});

/** The processor time of a process (proc(5), stat), counted in hundredths of a second. */
function ranMs(pid: number): number {
  const [user, kernel] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ').slice(11);
  return (Number(user) + Number(kernel)) * 10;
}

function firstProcessor(): string {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
}

/** Nobody tells of what is looked for here. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (let found = look(); ; found = look()) {
    if (found !== undefined) return found;
    await setTimeout(20);
  }
}
