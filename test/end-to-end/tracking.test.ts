import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connectClient } from '../../src/api/client.ts';
import { readHierarchies, type Hierarchy } from '../../src/main/cgroup-place.ts';
import { payload } from './payload.ts';
import { commandLineOf, isAlive, processesWith } from './processes.ts';
import { isRoot, removeCgroup, run, startTysd, tysd, wanting, type Daemon } from './tysd.ts';

type Kind = 'cgroup2' | 'cgroup1' | 'session';

const kinds: readonly Kind[] = ['cgroup2', 'cgroup1', 'session'];
const hierarchies = readHierarchies(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));

test(
  'the main process of a service with DelegateSubgroup= is in that, and goes with it',
  { skip: cannot('cgroup2') ?? false },
  async () => {
    await using daemon = await startTysd({
      units: {
        'default.target': wanting('given.service'),
        'given.service': `[Service]\nType=exec\nDelegate=yes\nDelegateSubgroup=inner\nExecStart=${payload} wait\n`,
      },
    });
    const pid = await daemon.pidOf('given.service');
    const group = groupOf('cgroup2', pid);
    assert.match(group, /\/given\.service\/inner$/);
    assert.equal(await daemon.job('stop', 'given.service'), 'done');
    assert.equal(isAlive(pid), false);
    await daemon.untilRemoved(join(dirname(daemon.cgroup), dirname(group.slice(group.indexOf(basename(daemon.cgroup))))));
  },
);

for (const kind of kinds) {
  const skip = cannot(kind) ?? false;
  const before = hiding(kind);

  test(`${kind}: a scope has the processes that come with it, and is stopped with what descends from them`, { skip }, async () => {
    await using daemon = await startTysd({ units: { 'default.target': wanting() }, before });
    const script = `sleep 1000 & echo $! > ${daemon.path('child')}; wait`;
    const ran = daemon.tysctl('run', '--scope', '--quiet', '--unit=s', 'sh', '-c', script);
    const child = Number(await daemon.untilFile('child'));
    await daemon.killManager();
    const state = await daemon.state('s.scope');
    assert.equal(await daemon.job('stop', 's.scope'), 'done');
    assert.deepEqual([state, (await ran).status, isAlive(child)], ['active (running)', null, false]);
    await daemon.untilGone('s.scope');
  });

  test(`${kind}: a daemon that forked twice into sessions of its own is tracked, and a stop leaves nothing of it`, { skip }, async () => {
    await using daemon = await startTysd({
      units: { 'default.target': wanting('daemon.service', 'other.service'), ...forking, 'other.service': sleeping },
      before,
    });
    assert.equal((await daemon.ask('manager.info', {})).tracking, kind);
    const main = Number(await daemon.untilFile('daemon.pid'));
    const helper = Number(await daemon.untilFile('helper.pid'));
    const { mainPid, active } = await daemon.unit('daemon.service');
    assert.deepEqual([mainPid, active], [main, 'active']);
    const other = await daemon.pidOf('other.service');

    assert.equal(await daemon.job('stop', 'daemon.service'), 'done');
    assert.deepEqual([main, helper, other].map(isAlive), [false, false, true]);
    assert.equal((await daemon.unit('daemon.service')).result, 'success');
  });

  test(`${kind}: a crash of a main process takes what it left behind with it`, { skip }, async () => {
    await using daemon = await startTysd({
      units: { 'default.target': wanting('daemon.service'), ...forking },
      before,
    });
    const helper = Number(await daemon.untilFile('helper.pid'));
    process.kill(await daemon.pidOf('daemon.service'), 'SIGKILL');
    assert.equal((await daemon.untilUnit('daemon.service', ({ active }) => active === 'failed')).result, 'signal');
    assert.equal(isAlive(helper), false);
  });

  test(`${kind}: the subtree is gone at the end, and what is outside of it was not touched`, { skip }, async () => {
    const own = hierarchies.find(({ by }) => by === kind)?.own;
    const neighbour = spawn('/bin/sleep', ['infinity'], { stdio: 'ignore' });
    try {
      const members = () =>
        own === undefined
          ? []
          : membersOf(own)
              .filter((pid) => pid === process.pid || pid === neighbour.pid)
              .toSorted((a, b) => a - b);
      const home = own === undefined ? [] : [process.pid, neighbour.pid ?? 0].toSorted((a, b) => a - b);
      let root: string;
      {
        await using daemon = await startTysd({
          units: { 'default.target': wanting('daemon.service'), ...forking },
          before,
        });
        root = (await daemon.ask('manager.info', {})).cgroupRoot;
        assert.equal(root, own === undefined ? '' : join(own, `tysd-${daemon.pid}.scope`));
        assert.deepEqual(members(), home);
        if (own !== undefined) {
          const pid = await daemon.pidOf('daemon.service');
          assert.deepEqual(
            [membersOf(join(root, 'init.scope')).includes(daemon.pid), groupOf(kind, pid).startsWith(groupOf(kind, process.pid))],
            [true, true],
          );
          assert.match(groupOf(kind, pid), new RegExp(`/tysd-${daemon.pid}\\.scope/.*daemon\\.service$`));
        }
        assert.equal(await daemon.stop(), 0);
      }
      assert.deepEqual([root !== '' && existsSync(root), members(), isAlive(neighbour.pid ?? 0)], [false, home, true]);
    } finally {
      neighbour.kill('SIGKILL');
    }
  });

  test(`${kind}: a tysd that is a service of tysd makes its own subtree in that service's, and stops with it`, { skip }, async () => {
    await using daemon = await startTysd({ units: nested, before });
    const inner = await innerOf(daemon);
    const pid = await daemon.pidOf('nested.service');
    assert.equal(inner.tracking, kind);
    assert.equal(inner.state, 'running');
    assert.deepEqual([inner.daemon, await daemon.pidOf('other.service')].map(isAlive), [true, true]);
    if (kind !== 'session') {
      const outer = (await daemon.ask('manager.info', {})).cgroupRoot;
      assert.match(inner.cgroupRoot.slice(outer.length), new RegExp(`^/.*nested\\.service/tysd-${pid}\\.scope$`));
      assert.equal(inner.cgroupRoot.startsWith(`${outer}/`), true);
    }
    const others = processesWith(`INNER_OF=${daemon.directory}`);
    assert(others.length >= 4, others.map(commandLineOf).join('\n'));

    assert.equal(await daemon.job('stop', 'nested.service'), 'done');
    assert.equal((await daemon.unit('nested.service')).result, 'success');
    assert.deepEqual(processesWith(`INNER_OF=${daemon.directory}`).map(commandLineOf), []);
    assert.equal(inner.cgroupRoot !== '' && existsSync(inner.cgroupRoot), false);
    assert.equal(isAlive(await daemon.pidOf('other.service')), true);
  });

  test(`${kind}: nothing is left of a nested tysd that was killed, at the latest at the end of the outer one`, { skip }, async () => {
    await using daemon = await startTysd({ units: nested, before });
    const inner = await innerOf(daemon);
    process.kill(await daemon.pidOf('nested.service'), 'SIGKILL');
    await daemon.untilUnit('nested.service', ({ active }) => active === 'failed');
    // Without cgroups nobody can tell whose the services of the inner one are, once it is gone.
    if (kind === 'session') assert.equal(await daemon.stop(), 0);
    assert.deepEqual(processesWith(`INNER_OF=${daemon.directory}`).map(commandLineOf), []);
    if (inner.cgroupRoot !== '') await daemon.untilRemoved(inner.cgroupRoot);
  });

  test(`${kind}: processes that its shell had started before it became tysd go on after its end`, { skip }, async () => {
    await using daemon = await startTysd({
      units: { 'default.target': wanting('daemon.service'), ...forking },
      before: `env -u E2E_OF sleep infinity & echo $! >early.pid; env -u E2E_OF setsid -f sh -c 'echo $$ >away.pid; exec sleep infinity'; ${before}`,
    });
    const early = await Promise.all(['early.pid', 'away.pid'].map((name) => daemon.untilFile(name)));
    const pids = early.map(Number);
    assert.equal(await daemon.stop(), 0);
    assert.deepEqual(pids.map(isAlive), [true, true]);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  });
}

test(
  'session: one that executes itself again and again is known all the same, though in the middle of an exec nobody can see whose it is',
  { skip: cannot('session') ?? false },
  async () => {
    await using daemon = await startTysd({
      units: {
        'default.target': wanting(),
        'again.service': `[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sh -c 'setsid -f /bin/sh @dir@/units/again.sh; exec ${payload} wait'\n`,
        'again.sh': '[ -s @dir@/again.pid ] || echo $$ >@dir@/again.pid\nexec /bin/sh @dir@/units/again.sh\n',
      },
      before: hiding('session'),
    });
    for (let round = 0; round < 20; round++) {
      rmSync(join(daemon.directory, 'again.pid'), { force: true });
      assert.equal(await daemon.job('start', 'again.service'), 'done');
      const helper = Number(await daemon.untilFile('again.pid'));
      process.kill(await daemon.pidOf('again.service'), 'SIGKILL');
      await daemon.untilUnit('again.service', ({ active }) => active === 'failed');
      assert.equal(isAlive(helper), false);
    }
  },
);

/** Removes a cgroup that is empty: the kernel may not have put away yet what was in it, and does not tell when it has. */
async function removeSoon(path: string): Promise<void> {
  for (;;) {
    try {
      return rmdirSync(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error;
    }
    await setTimeout(5);
  }
}

for (const { by, own } of hierarchies) {
  const skip = cannot(by) ?? false;

  test(`--cgroup takes over just the ${by} cgroup that it names, which stays at the end if it was there`, { skip }, async () => {
    const parent = join(own ?? '', `tysd-test-${process.pid}`);
    const [mine, sibling] = [join(parent, 'mine'), join(parent, 'sibling')];
    for (const path of [parent, mine, sibling]) mkdirSync(path);
    try {
      await using daemon = await startTysd({
        units: { 'default.target': wanting('other.service'), 'other.service': sleeping },
        options: [`--cgroup=${mine}`],
      });
      const { tracking, cgroupRoot } = await daemon.ask('manager.info', {});
      assert.deepEqual([tracking, cgroupRoot], [by, mine]);
      assert.deepEqual(directoriesIn(parent), ['mine', 'sibling']);
      assert.match(groupOf(by, await daemon.pidOf('other.service')), /\/mine\/.*other\.service$/);
      assert.equal(await daemon.stop(), 0);
      assert.deepEqual([directoriesIn(parent), directoriesIn(mine), membersOf(mine)], [['mine', 'sibling'], [], []]);
      await removeSoon(mine);
    } finally {
      removeCgroup(parent);
    }
  });

  test(`--cgroup makes the ${by} cgroup if it is not there, and removes it at the end`, { skip }, async () => {
    const mine = join(own ?? '', `tysd-test-${process.pid}-made`);
    await using daemon = await startTysd({ units: { 'default.target': wanting() }, options: [`--cgroup=${mine}`] });
    assert.equal((await daemon.ask('manager.info', {})).cgroupRoot, mine);
    assert.equal(await daemon.stop(), 0);
    assert.equal(existsSync(mine), false);
  });
}

test('--cgroup with what is no cgroup is refused with one line', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-tracking-'));
  const places = [`--runtime-directory=${directory}/run`, `--state-directory=${directory}/state`];
  const ran = await run(tysd, ['--user', '--cgroup=mine', ...places]);
  rmSync(directory, { recursive: true });
  assert.deepEqual(ran, { status: 1, out: '', err: 'tysd: cannot take over the cgroup mine: it is no absolute path\n' });
});

/** A daemon as they were written before service managers: its parents are gone, its sessions are its own. */
const forking = {
  'daemon.service': [
    '[Service]',
    'Type=forking',
    'PIDFile=@dir@/daemon.pid',
    "ExecStart=/bin/sh -c 'mkfifo @dir@/up; setsid -f setsid -f /bin/sh @dir@/units/daemon.sh; read up <@dir@/up; rm @dir@/up'",
    '',
  ].join('\n'),
  'daemon.sh': [
    `setsid -f /bin/sh -c 'echo $$ >@dir@/helper.pid; exec ${payload} wait'`,
    'echo $$ >@dir@/daemon.pid',
    'echo >@dir@/up',
    `exec ${payload} wait`,
    '',
  ].join('\n'),
};

const sleeping = '[Service]\nExecStart=/bin/sleep infinity\n';

const nested = {
  'default.target': wanting('nested.service', 'other.service'),
  'other.service': sleeping,
  'nested.service': [
    '[Service]',
    'Type=exec',
    'Environment=INNER_OF=@dir@',
    `ExecStart=${tysd} --user --unit-path=@dir@/units/inner --runtime-directory=@dir@/inner --state-directory=@dir@/inner-state`,
    '',
  ].join('\n'),
  'inner/default.target': wanting('daemon.service'),
  'inner/daemon.service': forking['daemon.service'],
  'daemon.sh': forking['daemon.sh'],
};

/** What the tysd in nested.service says of itself, once it has started its daemon. */
async function innerOf(daemon: Daemon) {
  const connected = await connectClient(daemon.path('inner/control.sock'), { retryMs: 25_000, again: true });
  assert(connected.ok, daemon.console);
  const client = connected.value;
  const waited = await run(join(tysd, '../tysctl'), [`--runtime-directory=${daemon.path('inner')}`, 'is-system-running', '--wait']);
  const [info, units] = await Promise.all([client.call('manager.info', {}), client.call('units.get', { units: ['daemon.service'] })]);
  client.close();
  assert(info.ok && units.ok);
  return { ...info.value, state: waited.out.trim(), daemon: units.value[0]?.mainPid ?? 0 };
}

/** Why this machine cannot track processes in this way. */
function cannot(kind: Kind): string | undefined {
  if (kind !== 'session') {
    const hierarchy = hierarchies.find(({ by }) => by === kind);
    if (hierarchy === undefined) return `this machine has no ${kind === 'cgroup2' ? 'cgroup2 hierarchy' : 'name=systemd hierarchy'}`;
    if (!isWritable(hierarchy)) return `${hierarchy.own ?? hierarchy.mount} may not be written to: needs root, or a cgroup of one's own`;
  }
  if (!isRoot && preferred(kind).some(isWritable)) return 'other hierarchies are to be hidden: needs root';
  return undefined;
}

/** The hierarchies that tysd prefers to this kind of tracking. */
function preferred(kind: Kind): readonly Hierarchy[] {
  return hierarchies.filter(({ by }) => kinds.indexOf(by) < kinds.indexOf(kind));
}

/** A shell command that starts what comes after it in a mount namespace where what tysd would prefer is not there. */
function hiding(kind: Kind): string {
  const mounts = preferred(kind).filter(isWritable);
  if (mounts.length === 0) return ':';
  const hide = mounts.map(({ mount }) => `umount -l ${mount}`).join('; ');
  return `set -- unshare --mount /bin/sh -c '${hide}; exec "$@"' sh "$@"`;
}

function isWritable({ own }: Hierarchy): boolean {
  try {
    accessSync(own ?? '', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A process's cgroup in the hierarchy of this kind, as /proc has it. */
function groupOf(kind: Kind, pid: number): string {
  const prefix = kind === 'cgroup2' ? /^0::/ : /^\d+:name=systemd:/;
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  return lines.find((line) => prefix.test(line))?.replace(prefix, '') ?? '';
}

function membersOf(cgroup: string): readonly number[] {
  const lines = readFileSync(join(cgroup, 'cgroup.procs'), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map(Number);
}

function directoriesIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .toSorted();
}
