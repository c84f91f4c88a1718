import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { built } from './built.ts';
import { dial } from './dial.ts';
import { payload } from './payload.ts';
import { isAlive, statusOf } from './processes.ts';
import { startTysd, wanting, type Daemon, type Setting } from './tysd.ts';

const service = (...lines: readonly string[]) => `[Service]\n${lines.join('\n')}\n`;
const running = ['simple.service', 'notify.service', 'echo.service', 'writer.service'];

const units: Readonly<Record<string, string>> = {
  'default.target': wanting('simple.service', 'notify.service', 'echo.socket', 'writer.service', 'tick.timer'),
  'simple.service': service('ExecStart=/bin/sleep infinity'),
  'notify.service': service('Type=notify', 'WatchdogSec=20s', `ExecStart=${payload} notify READY=1 notify STATUS=well watchdog`),
  'echo.socket': '[Socket]\nListenStream=%t/echo\n',
  'echo.service': service(`ExecStart=${payload} serve`),
  'writer.service': service(`ExecStart=${payload} count @dir@/enough wait`),
  // Far away, so that it elapses in no test.
  'tick.timer': '[Timer]\nOnActiveSec=1h\n',
  'tick.service': service('ExecStart=/bin/true'),
  'slow.service': service('Type=oneshot', 'RemainAfterExit=yes', "ExecStart=/bin/sh -c 'read x <%t/gate'"),
};

/** A tysd of the built program that commits the faults which a test writes to the file `fault`. */
function startFaulty(setting: Partial<Setting> = {}): Promise<Daemon> {
  const environment = { BUN_OPTIONS: `--preload=${join(import.meta.dirname, 'fault.ts')}` };
  return startTysd({ units, programs: built, before: 'mkfifo gate', environment, ...setting });
}

/** What must be the same before and after: states, processes, invocations and when the timer is due. */
async function picture(daemon: Daemon): Promise<unknown> {
  const names = [...running, 'echo.socket', 'tick.timer', 'default.target'];
  const properties = await daemon.ask('units.properties', { units: names });
  const seen = [
    'ActiveState',
    'SubState',
    'MainPID',
    'NRestarts',
    'InvocationID',
    'NextElapseUSecMonotonic',
    'StatusText',
    'StateChangeTimestampMonotonic',
  ];
  return properties.map((unit) => seen.map((name) => unit?.[name]));
}

async function untilRunning(daemon: Daemon): Promise<void> {
  for (const name of running) await daemon.untilUnit(name, ({ sub, mainPid }) => sub === 'running' && isAlive(mainPid ?? 0));
}

/** All numbered lines of the writer so far are in the log once, in their order. */
async function checkLines(daemon: Daemon): Promise<void> {
  writeFileSync(daemon.path('enough'), '');
  const lines = await daemon.untilLog('writer.service', (line) => line.startsWith('over '));
  const count = Number(lines.find((line) => line.startsWith('over '))?.slice('over '.length));
  assert.deepEqual(
    lines.filter((line) => line.startsWith('line ')),
    Array.from({ length: count }, (_, index) => `line ${index + 1}`),
  );
}

interface Fault {
  readonly name: string;
  readonly fault: string;
  /** What the keeper says on the console of how the manager ended. */
  readonly said: RegExp;
  /** Done to the manager first. */
  readonly before?: (pid: number) => void;
  readonly options?: readonly string[];
}

const faults: readonly Fault[] = [
  { name: 'throws', fault: 'throw', said: /[Ee]rror: a fault that the test wants[^]*the manager \(pid PID\) exited with status 1/ },
  {
    name: 'leaves a rejection unhandled',
    fault: 'reject',
    said: /[Ee]rror: a rejection that the test wants[^]*the manager \(pid PID\) exited with status 1/,
  },
  {
    name: 'hangs',
    fault: 'hang',
    said: /the manager \(pid PID\) does not answer for 2000 ms; it is killed[^]*the manager \(pid PID\) was killed by signal 9/,
    options: ['--manager-patience=2s'],
  },
  {
    name: 'runs out of memory',
    fault: 'allocate',
    said: /the manager \(pid PID\) (was killed by signal|exited with status) \d+/,
    before: (pid) => {
      const size = Number.parseInt(statusOf(pid, 'VmSize'), 10) * 1024;
      execFileSync('prlimit', [`--pid=${pid}`, `--as=${size + (256 << 20)}`]);
    },
  },
];

for (const { name, fault, said, before, options } of faults) {
  test(`a manager that ${name} is replaced: services, connections, timers, lines and waiting clients go on`, async () => {
    await using daemon = await startFaulty(options === undefined ? {} : { options });
    using line = await dial(daemon.path('echo'));
    await line.next();
    await untilRunning(daemon);
    const starting = daemon.tysctl('start', 'slow.service');
    await daemon.untilUnit('slow.service', ({ sub }) => sub === 'start');
    const pictured = await picture(daemon);
    const pid = await daemon.managerPid();
    before?.(pid);
    writeFileSync(daemon.path('fault'), `manager ${fault}`);
    await daemon.untilConsole(new RegExp(said.source.replaceAll('PID', String(pid))));
    assert.deepEqual(await picture(daemon), pictured);
    assert.equal(await line.say('still here'), 'still here');
    writeFileSync(daemon.path('gate'), '\n');
    assert.deepEqual(await starting, { status: 0, out: '', err: '' });
    await checkLines(daemon);
  });
}

for (const fault of ['throw', 'reject']) {
  test(`a journal that fails (${fault}), and one that is killed, lose and double nothing`, async () => {
    await using daemon = await startFaulty();
    await daemon.untilLog('writer.service', (line) => line.startsWith('line '));
    const pid = await daemon.journalPid();
    writeFileSync(daemon.path('fault'), `journal ${fault}`);
    await daemon.untilConsole(new RegExp(`the journal \\(pid ${pid}\\) exited with status 1`));
    process.kill(await daemon.journalPid(), 'SIGKILL');
    await checkLines(daemon);
  });
}

test('a journal that hangs is killed, and loses and doubles nothing', async () => {
  await using daemon = await startFaulty();
  await daemon.untilLog('writer.service', (line) => line.startsWith('line '));
  const pid = await daemon.journalPid();
  process.kill(pid, 'SIGSTOP');
  await daemon.untilConsole(new RegExp(`the journal \\(pid ${pid}\\) commits nothing for 10000 ms; it is killed`));
  await checkLines(daemon);
  assert.doesNotMatch(daemon.console, /dropped/);
});

test('a manager that crashes at every start is tried again later and later, says why, and is back when it is mended', async () => {
  await using daemon = await startFaulty();
  using line = await dial(daemon.path('echo'));
  await line.next();
  await untilRunning(daemon);
  const pictured = await picture(daemon);
  const pids = await Promise.all(running.map((name) => daemon.pidOf(name)));
  writeFileSync(daemon.path('fault'), 'manager throw always');
  const waiting = daemon.tysctl('is-active', 'simple.service');
  const times: number[] = [];
  const crashes = () => daemon.console.split('exited with status 1; it is started again').length - 1;
  for (let count = 1; count <= 5; count++) {
    // Nothing else tells: there is no manager to be connected to.
    for (const overdue = Date.now() + 25_000; crashes() < count && Date.now() < overdue;)
      await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(crashes() >= count, true, daemon.console);
    times.push(performance.now());
  }
  assert.match(daemon.console, /[Ee]rror: a fault that the test wants/);
  // It was started at once after the first, and then after 100, 200 and 400 ms at the earliest; each start took time, too.
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  for (const [index, least] of [0, 100, 200, 400].entries())
    assert((pauses[index] ?? 0) >= least * 0.9, `pause ${index} was ${pauses[index]} ms, and is to be ${least}`);
  assert.equal(await line.say('nobody minds'), 'nobody minds');
  for (const pid of pids) assert(isAlive(pid));
  rmSync(daemon.path('fault'));
  assert.deepEqual(await waiting, { status: 0, out: 'active\n', err: '' });
  assert.deepEqual(await picture(daemon), pictured);
  await checkLines(daemon);
});

/** The programs in a directory of their own, where a newer build may take their places. */
function installation() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-upgrade-'));
  for (const name of readdirSync(built)) {
    const path = join(built, name);
    if (isLink(path)) symlinkSync(readlinkSync(path), join(directory, name));
    // The pages of the manual are no programs.
    else if (statSync(path).isFile()) linkSync(path, join(directory, name));
  }
  return {
    directory,
    /** As a package manager does: other files under the same names. */
    upgrade: () => {
      for (const name of ['tysd', 'tysd-keeper']) {
        copyFileSync(join(built, name), join(directory, `${name}.new`));
        renameSync(join(directory, `${name}.new`), join(directory, name));
      }
    },
    inode: (name: string) => statSync(join(directory, name)).ino,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A keeper whose op table is another than that of all managers here. */
function buildKeeperOfAnotherBuild(into: string): void {
  const sources = join(import.meta.dirname, '../../keeper');
  const copied = mkdtempSync(join(tmpdir(), 'tysd-keeper-'));
  try {
    for (const name of readdirSync(sources)) if (/\.[ch]$/.test(name)) copyFileSync(join(sources, name), join(copied, name));
    const table = readFileSync(join(copied, 'ops.h'), 'utf8');
    const another = table.replace(/(#define OPS_HASH) \S+/, '$1 0x12345678u');
    assert.notEqual(another, table);
    writeFileSync(join(copied, 'ops.h'), another);
    const files = readdirSync(copied).filter((name) => name.endsWith('.c'));
    execFileSync('cc', ['-std=c17', '-O1', '-static', '-o', `${into}.new`, ...files], { cwd: copied });
    renameSync(`${into}.new`, into);
  } finally {
    rmSync(copied, { recursive: true });
  }
}

const inodeOf = (pid: number) => statSync(`/proc/${pid}/exe`).ino;

test('daemon-reexec brings newer builds of the keeper, the manager and the journal into use, and touches no service', async () => {
  using installed = installation();
  await using daemon = await startFaulty({ programs: installed.directory });
  using line = await dial(daemon.path('echo'));
  await line.next();
  await untilRunning(daemon);
  const starting = daemon.tysctl('start', 'slow.service');
  await daemon.untilUnit('slow.service', ({ sub }) => sub === 'start');
  const pictured = await picture(daemon);
  const limit = /Max open files +\d+/.exec(readFileSync(`/proc/${await daemon.managerPid()}/limits`, 'utf8'))?.[0];
  for (let round = 0; round < 2; round++) {
    installed.upgrade();
    const journal = await daemon.journalPid();
    assert.deepEqual(await daemon.tysctl('daemon-reexec'), { status: 0, out: '', err: '' });
    await daemon.until('another journal', () => (isAlive(journal) ? undefined : true));
    assert.deepEqual(
      [inodeOf(daemon.pid), inodeOf(await daemon.managerPid()), inodeOf(await daemon.journalPid())],
      [installed.inode('tysd-keeper'), installed.inode('tysd'), installed.inode('tysd')],
    );
    assert.deepEqual(await picture(daemon), pictured);
    assert.equal(await line.say('still here'), 'still here');
  }
  assert.equal(/Max open files +\d+/.exec(readFileSync(`/proc/${await daemon.managerPid()}/limits`, 'utf8'))?.[0], limit);
  // All that the keeper watches is watched on: the gate's reader ends, a service is killed, a connection comes.
  writeFileSync(daemon.path('gate'), '\n');
  assert.deepEqual(await starting, { status: 0, out: '', err: '' });
  process.kill(await daemon.pidOf('simple.service'), 'SIGKILL');
  await daemon.untilUnit('simple.service', ({ active, result }) => active === 'failed' && result === 'signal');
  assert.equal(await daemon.job('stop', 'echo.service'), 'done');
  using again = await dial(daemon.path('echo'));
  assert.equal(Number(await again.next()), await daemon.pidOf('echo.service'));
  await checkLines(daemon);
});

test('a keeper and a manager that do not belong together say so, services go on, and the keeper that belongs to the manager takes over as soon as it is there', async () => {
  using installed = installation();
  await using daemon = await startFaulty({ programs: installed.directory });
  using line = await dial(daemon.path('echo'));
  await line.next();
  await untilRunning(daemon);
  const pictured = await picture(daemon);
  const pids = await Promise.all(running.map((name) => daemon.pidOf(name)));
  const keeper = join(installed.directory, 'tysd-keeper');
  buildKeeperOfAnotherBuild(keeper);
  const reexecuted = daemon.tysctl('daemon-reexec');
  const refusal = /the manager \(pid \d+\) sent nonsense: it has another op table; the keeper must be built anew; it is killed/g;
  // Nothing else tells: there is no manager to be connected to.
  for (const overdue = Date.now() + 25_000; daemon.console.split(refusal).length < 4 && Date.now() < overdue;)
    await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(daemon.console, refusal);
  assert.equal(inodeOf(daemon.pid), installed.inode('tysd-keeper'));
  assert.equal(await line.say('nobody minds'), 'nobody minds');
  for (const pid of pids) assert(isAlive(pid));
  installed.upgrade();
  assert.deepEqual(await reexecuted, { status: 0, out: '', err: '' });
  assert.deepEqual(await picture(daemon), pictured);
  assert.equal(inodeOf(daemon.pid), installed.inode('tysd-keeper'));
  await checkLines(daemon);
});
