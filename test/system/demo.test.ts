import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectClient, type Client } from '../../src/api/client.ts';
import { childrenOf, commandLineOf, processesWith } from '../end-to-end/processes.ts';
import { run } from '../end-to-end/tysd.ts';

const root = join(import.meta.dirname, '../..');
const port = 8765;
const overdueMs = 60_000;
const skip = (await isFree(port)) ? false : `port ${port}, which the demo's web page needs, is in use`;

test('npm start boots the demo, serves its page, restarts what crashes, and leaves nothing behind after Ctrl-C', { skip }, async () => {
  using demo = startDemo();
  await demo.says('What to try next');
  const client = await demo.connect();

  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /Started by your visit/);

  const wanted = ['clock', 'fetch', 'build', 'publish', 'web', 'worker@blue'].map((name) => `${name}.service`);
  const states = await demo.tysctl('is-active', 'default.target', 'web.socket', ...wanted);
  assert.deepEqual(states, { status: 0, out: 'active\n'.repeat(wanted.length + 2), err: '' });
  await untilRestarted(client, 'flaky.service');
  const info = await client.call('manager.info', {});
  assert(info.ok);

  // As the hint does it.
  const [, keeper = '', pattern = ''] = /pkill -9 -P (\d+) -f (\S+)/.exec(demo.output()) ?? assert.fail('there is no such hint');
  const killed = childrenOf(Number(keeper)).filter((pid) => commandLineOf(pid).includes(pattern));
  assert.deepEqual([killed.length, killed.map(commandLineOf).filter((line) => line.startsWith('tysd-keeper'))], [1, []]);
  const mainPid = await demo.tysctl('show', '-p', 'MainPID', 'clock');
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  assert.deepEqual(await demo.tysctl('is-active', 'default.target', ...wanted), { ...states, out: 'active\n'.repeat(wanted.length + 1) });
  assert.deepEqual(await demo.tysctl('show', '-p', 'MainPID', 'clock'), mainPid);

  assert.equal(await demo.interrupt(), 0);
  assert.match(demo.output(), /Everything is stopped, and nothing is left behind/);
  assert.deepEqual(
    {
      processes: processesWith(demo.mark).map(commandLineOf),
      files: readdirSync(demo.directory, { recursive: true, encoding: 'utf8' }).toSorted(),
      cgroup: info.value.cgroupRoot !== '' && existsSync(info.value.cgroupRoot),
      isPortFree: await isFree(port),
    },
    { processes: [], files: ['run', 'tmp'], cgroup: false, isPortFree: true },
  );
});

/** The script of `npm start` in directories and a process group of its own, as a terminal starts it. */
function startDemo() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-demo-test-'));
  const mark = `DEMO_OF=${directory}`;
  for (const name of ['run', 'tmp']) mkdirSync(join(directory, name), { mode: 0o700 });
  const runtimeDirectory = join(directory, 'run/tysd');
  const child = spawn(process.execPath, ['src/main/demo.ts'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      XDG_RUNTIME_DIR: join(directory, 'run'),
      TMPDIR: join(directory, 'tmp'),
      DEMO_OF: directory,
      NO_COLOR: '1',
    },
  });
  let output = '';
  const closed = once(child, 'close').then(([status]: unknown[]) => status);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    directory,
    mark,
    output: () => output,
    says: (text: string) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      child.stdout.on('data', () => output.includes(text) && resolve());
      void closed.then(() => reject(new Error(`npm start ended:\n${output}`)));
      return within(() => `${text} in the output:\n${output}`, promise);
    },
    connect: async (): Promise<Client> => {
      const client = await connectClient(join(runtimeDirectory, 'control.sock'));
      assert(client.ok);
      return client.value;
    },
    tysctl: (...argv: readonly string[]) =>
      run(join(root, 'bin/tysctl'), [`--runtime-directory=${runtimeDirectory}`, ...argv], { LC_ALL: 'C.UTF-8' }),
    /** Ctrl-C goes to all processes of the terminal's foreground group. */
    interrupt: () => {
      process.kill(-(child.pid ?? 0), 'SIGINT');
      return within(() => `the end of npm start:\n${output}`, closed);
    },
    [Symbol.dispose]: () => {
      // The keeper, which would start others anew, is stopped before anything is killed.
      for (const pid of processesWith(mark)) trySignal(pid, 'SIGSTOP');
      for (const pid of processesWith(mark)) trySignal(pid, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

async function untilRestarted(client: Client, unit: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const answer = await client.call('units.properties', { units: [unit] });
    if (!answer.ok) reject(new Error(answer.error.message));
    else if (Number(answer.value[0]?.['NRestarts']) > 0) resolve();
  };
  client.receive(() => void look());
  const subscribed = await client.call('changes.subscribe', {});
  assert(subscribed.ok);
  await look();
  await within(() => `a restart of ${unit}`, promise);
}

function within<T>(what: () => string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what()}`)), overdueMs);
  });
  return Promise.race([promise, overdue]).finally(() => clearTimeout(timer));
}

async function isFree(number: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen(number, '127.0.0.1', () => server.close(() => resolve(true)));
  return promise;
}
