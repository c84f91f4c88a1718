// `npm start`: boots examples/demo in the foreground, shows what runs, and cleans up behind it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { connectClient } from '../api/client.ts';
import { defaultRuntimeDirectory, isServed } from './runtime-directory.ts';

const root = join(import.meta.dirname, '../..');
const bin = join(root, 'bin');
const units = join(root, 'examples/demo');
const uid = process.getuid?.() ?? 0;
const runtimeDirectory = defaultRuntimeDirectory('user', uid, process.env);

const make = spawnSync('make', ['-s', '-C', 'keeper'], { cwd: root, stdio: 'inherit' });
if (make.status !== 0) fail('the keeper does not build; a C compiler and make are needed (apt-get install gcc make libc6-dev)');
if (await isServed(runtimeDirectory)) fail(`another tysd runs with ${runtimeDirectory}; stop it first`);

const stateDirectory = mkdtempSync(join(tmpdir(), 'tysd-demo-'));
// A terminal sends Ctrl-C to the whole process group, so tysd gets it by itself; this process stays to clean up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => signal !== 'SIGINT' && daemon.kill('SIGTERM'));

const daemon = spawn(
  join(bin, 'tysd'),
  ['--user', `--unit-path=${units}`, `--runtime-directory=${runtimeDirectory}`, `--state-directory=${stateDirectory}`, '--show-status=yes'],
  { stdio: 'inherit', env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? '/usr/bin:/bin'}` } },
);
daemon.once('error', (error) => fail(`tysd does not start: ${error.message}`));
daemon.once('exit', (status, signal) => {
  rmSync(stateDirectory, { recursive: true, force: true });
  rmSync(runtimeDirectory, { recursive: true, force: true });
  if (status === 0) console.log('Everything is stopped, and nothing is left behind.');
  process.exit(status ?? (signal === null ? 1 : 128));
});

// `again`: the socket is not there before tysd has made it.
const client = await connectClient(join(runtimeDirectory, 'control.sock'), { retryMs: 30_000, again: true });
if (!client.ok) fail(`tysd does not answer: ${client.error.code}`);
client.value.close();
const booted = tysctl(['is-system-running', '--wait']);
if (daemon.exitCode === null) {
  console.log(`\n${styleText('bold', 'What runs now')}  (npx tysctl list-units)\n`);
  process.stdout.write(tysctl(['list-units', '--no-legend', '--no-pager', '--type=service,socket,target']).stdout);
  console.log(`
${styleText('bold', 'What to try next')}, in another terminal:

  curl http://127.0.0.1:8765         a page whose server is started by this visit
  npx tysctl status                  everything that runs, as a tree
  npx tysctl status flaky            how the crashing service fares
  npx tysctl start worker@red        another instance of a template
  npx tysctl logs -f                 what they say
  npx tysctl plan clock              what starting it does, operation by operation
  ${`pkill -9 -P ${daemon.pid} -f =manager`.padEnd(33)}  the manager dies; the services do not notice

Ctrl-C stops it all.`);
  if (booted.status !== 0) console.log(`\nThe system is ${booted.stdout.trim() || 'not reachable'}; see npx tysctl --failed.`);
}

function tysctl(argv: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(join(bin, 'tysctl'), [`--runtime-directory=${runtimeDirectory}`, ...argv], { encoding: 'utf8', timeout: 30_000 });
}

function fail(message: string): never {
  console.error(`npm start: ${message}`);
  process.exit(1);
}
