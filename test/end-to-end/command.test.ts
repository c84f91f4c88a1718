import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRoot, startTysd, tysd, wanting } from './tysd.ts';

/** A tysd in directories of its own that ends by itself. */
class Run {
  readonly directory = mkdtempSync(join(tmpdir(), 'tysd-command-'));
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  out = '';
  err = '';
  readonly #readers = new Set<() => void>();

  constructor(
    argv: readonly string[],
    { units = {}, environment = {} }: Partial<Record<'units' | 'environment', Readonly<Record<string, string>>>> = {},
  ) {
    mkdirSync(join(this.directory, 'units'));
    for (const [name, text] of Object.entries(units)) writeFileSync(join(this.directory, 'units', name), text);
    const options = [
      '--user',
      ...['unit-path=units', 'runtime-directory=run', 'state-directory=state'].map(
        (each) => `--${each.replace('=', `=${this.directory}/`)}`,
      ),
    ];
    this.process = spawn(tysd, [...options, ...argv], {
      cwd: this.directory,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', XDG_RUNTIME_DIR: this.directory, ...environment },
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
      for (const reader of this.#readers) reader();
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve) => this.process.once('close', resolve));
  }

  /** Resolves once it has written this. */
  async wrote(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.out.includes(text)) resolve();
      };
      this.#readers.add(look);
      void this.ended.then((status) => reject(new Error(`ended with ${status} before it wrote ${text}: ${this.out}${this.err}`)));
      look();
    });
  }

  [Symbol.dispose](): void {
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

test('a command has the streams, the arguments, the environment and the directory of tysd, and its status', async () => {
  using ran = new Run(['--', 'sh', '-c', 'cat; echo "$0|$1|$WORD|$(pwd)"; echo to stderr >&2; exit 7', 'a "b" %n $HOME', "it's"], {
    environment: { WORD: 'x y %h $z' },
  });
  ran.process.stdin?.end('from stdin\n');
  assert.equal(await ran.ended, 7);
  assert.equal(ran.out, `from stdin\na "b" %n $HOME|it's|x y %h $z|${ran.directory}\n`);
  assert.equal(ran.err, 'to stderr\n');
});

test('a command that a signal ends has 128 and the signal as its status', async () => {
  using ran = new Run(['--', 'sh', '-c', 'kill -KILL $$']);
  assert.equal(await ran.ended, 137);
});

test('a program that is not there is 127, one that cannot be executed 126, and each is said in a line', async () => {
  using missing = new Run(['--', 'no-such-program']);
  using plain = new Run(['--', '/etc/passwd']);
  using directory = new Run(['--', '/etc']);
  assert.deepEqual([await missing.ended, await plain.ended, await directory.ended], [127, 126, 126]);
  assert.equal(missing.err, 'tysd: no-such-program: there is no such program\n');
  assert.equal(plain.err, 'tysd: /etc/passwd cannot be executed\n');
});

const listening = (traps: string): readonly string[] => [
  'sh',
  '-c',
  `${traps}; echo ready; while :; do read line </dev/null; sleep 0.05; done`,
];

test('signals reach the command, and SIGTERM lets it end in its own time', async () => {
  using ran = new Run(['--', ...listening('trap "echo usr1" USR1; trap "echo int" INT; trap "echo term; exit 3" TERM')]);
  await ran.wrote('ready');
  ran.process.kill('SIGUSR1');
  await ran.wrote('usr1');
  ran.process.kill('SIGINT');
  await ran.wrote('int');
  ran.process.kill('SIGTERM');
  assert.equal(await ran.ended, 3);
  assert.match(ran.out, /term\n$/);
});

test('a command that SIGTERM ends is 143', async () => {
  using ran = new Run(['--', 'sh', '-c', 'echo ready; exec sleep 1000']);
  await ran.wrote('ready');
  ran.process.kill('SIGTERM');
  assert.equal(await ran.ended, 143);
});

test('what a command leaves behind is ended with it', async () => {
  using ran = new Run(['--', 'sh', '-c', 'setsid sh -c "trap : TERM; sleep 1000" & echo $!']);
  assert.equal(await ran.ended, 0);
  assert.throws(() => process.kill(Number(ran.out), 0), { code: 'ESRCH' });
});

test('a manager that is killed meanwhile neither ends the command nor loses its status', async () => {
  await using daemon = await startTysd({ units: {}, options: ['--', 'sh', '-c', 'read line <go; exit 9'], before: 'mkfifo go' });
  assert.equal(await daemon.state('command.service'), 'active (running)');
  await daemon.killManager();
  assert.equal(await daemon.state('command.service'), 'active (running)');
  writeFileSync(join(daemon.directory, 'go'), 'go\n');
  assert.equal(await daemon.exited, 9);
});

test('--unit= is there before a command and goes after it', async () => {
  await using daemon = await startTysd({
    units: {
      'all.target': wanting('beside.service'),
      'beside.service':
        '[Unit]\nBefore=all.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "echo up >>@dir@/order"\nExecStop=/bin/sh -c "echo down >>@dir@/order"\n',
    },
    options: ['--unit=all.target', '--', 'sh', '-c', 'echo command >>order; read line <go; exit 4'],
    before: 'mkfifo go',
  });
  writeFileSync(join(daemon.directory, 'go'), 'go\n');
  assert.equal(await daemon.exited, 4);
  assert.equal(spawnSync('cat', [join(daemon.directory, 'order')], { encoding: 'utf8' }).stdout, 'up\ncommand\ndown\n');
});

const other = '[Service]\nExecStart=/bin/sleep 1000\n';

for (const [what, units, status] of [
  ['its exit status', { 'a.service': '[Service]\nExecStart=/bin/sh -c "exit 6"\n' }, 6],
  ['0 of a oneshot', { 'a.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n' }, 0],
  ['128 and the signal', { 'a.service': '[Service]\nExecStart=/bin/sh -c "kill -9 $$$$"\n' }, 137],
  [
    'the last of several runs',
    {
      'a.service':
        '[Service]\nExecStart=/bin/sh -c "test -e %t/once && exit 8; touch %t/once; exit 7"\nRestart=on-failure\nRestartPreventExitStatus=8\nRestartSec=0\n',
    },
    8,
  ],
  [
    '1 if what it requires fails',
    {
      'a.service': `[Unit]\nRequires=b.service\nAfter=b.service\n${other}`,
      'b.service': '[Service]\nType=oneshot\nExecStart=/bin/false\n',
    },
    1,
  ],
  ['0 if its conditions are not met', { 'a.service': `[Unit]\nConditionPathExists=/no/such/path\n${other}` }, 0],
  ['1 if there is no such unit', {}, 1],
] as const) {
  test(`--exit-code-from=: ${what}`, async () => {
    const target = { 'default.target': wanting('other.service'), 'other.service': other };
    using ran = new Run(['--exit-code-from=a'], { units: { ...target, ...units } });
    assert.equal(await ran.ended, status);
  });
}

test('a file that is standard error has what tysd says between what others write there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-command-'));
  writeFileSync(join(directory, 'a.service'), '[Service]\nExecStart=/bin/sh -c "exit 6"\n');
  const options = ['--user', `--unit-path=${directory}`, `--runtime-directory=${directory}/run`, `--state-directory=${directory}/state`];
  const script = 'log=$1; shift; { echo before; "$@"; echo after; } >"$log" 2>&1';
  const log = join(directory, 'log');
  spawnSync('sh', ['-c', script, 'sh', log, tysd, ...options, '--unit=a.service', '--exit-code-from=a.service'], { timeout: 30_000 });
  assert.equal(readFileSync(log, 'utf8'), "before\ntysd: a.service: Failed with result 'exit-code'.\nafter\n");
  rmSync(directory, { recursive: true });
});

test('--pass-environment= gives services what is named', async () => {
  await using daemon = await startTysd({
    units: {
      'default.target': wanting('a.service'),
      'a.service': '[Service]\nType=oneshot\nExecStart=/bin/sh -c "echo $$GIVEN,$$KEPT >>@dir@/seen"\n',
    },
    options: ['--pass-environment=GIVEN'],
    environment: { GIVEN: 'a b' },
  });
  assert.equal(spawnSync('cat', [join(daemon.directory, 'seen')], { encoding: 'utf8' }).stdout, 'a b,\n');
});

/** Why a process 1 cannot be made here. */
const noInit = !isRoot
  ? 'needs root'
  : spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0
    ? false
    : 'needs namespaces';

/** Runs a shell script as the beginning of a process 1 that becomes `tysd -- COMMAND`, with nothing of the machine that it could write to. */
function asInit(command: string, { before = ':', plain = false, terminal = false } = {}): { status: number | null; out: string } {
  const empty = ['/run', '/var/lib', '/tmp', '/dev/shm']
    .filter((path) => !tysd.startsWith(`${path}/`))
    .map((path) => `mount -t tmpfs tmpfs ${path}`)
    .join('; ');
  const become = plain ? 'setpriv --reuid=4711 --regid=4711 --clear-groups' : '';
  const init = `${empty}; ${before}; cd /; exec ${become} ${terminal ? 'setsid -c' : ''} ${tysd} -- ${command}`;
  const unshare = ['unshare', '--pid', '--fork', '--mount', '--mount-proc', '--ipc', '--uts', '--kill-child', 'sh', '-c', init];
  const quoted = unshare.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const argv = terminal ? ['script', '-qec', quoted, '/dev/null'] : unshare;
  const ran = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', input: '', timeout: 60_000 });
  return { status: ran.status, out: ran.stdout.replaceAll('\r', '') };
}

test('as process 1, tysd says nothing, and the command is an ordinary process', { skip: noInit }, () => {
  assert.deepEqual(asInit(`sh -c 'test $$ -gt 1; echo $?; exit 5'`), { status: 5, out: '0\n' });
});

test('as process 1 that is not root, on a root that cannot be written to', { skip: noInit }, () => {
  const before = 'for path in / /run /var/lib /tmp; do mount -o remount,ro,bind $path || mount -o remount,ro $path; done 2>/dev/null';
  assert.deepEqual(asInit(`sh -c 'id -u; exit 5'`, { before, plain: true }), { status: 5, out: '4711\n' });
});

test('as process 1 with a terminal, the command controls it', { skip: noInit }, () => {
  assert.deepEqual(asInit(`sh -c 'test -t 0 && tty -s && echo hello >/dev/tty; exit 5'`, { terminal: true }), {
    status: 5,
    out: 'hello\n',
  });
});
