import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { shell, startKeeper } from './harness.ts';

const privileged = process.getuid?.() === 0;
const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');

function mountOf(pattern: RegExp): string | undefined {
  return mounts.find((line) => pattern.test(line))?.split(' ')[4];
}

/** Each way to track processes that this machine has, with the options for it. */
const trackings: readonly { readonly name: 'cgroup2' | 'cgroup1' | 'session'; readonly mount: string | undefined }[] = [
  { name: 'session', mount: undefined },
  { name: 'cgroup1', mount: privileged ? mountOf(/ - cgroup .*name=systemd/) : undefined },
  { name: 'cgroup2', mount: privileged ? mountOf(/ - cgroup2 /) : undefined },
];

for (const { name, mount } of trackings) {
  const skip = name !== 'session' && mount === undefined;
  const root = `${mount ?? ''}/tysd-test-${process.pid}`;
  const options = name === 'session' ? [] : [`--tracking=${name}`, `--cgroup=${root}`];

  test(`${name}: a group is empty when the last process in it has ended, not when the main one has`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    const fifo = join(keeper.directory, 'fifo');
    manager.do(
      { do: 'make-group', group: 'a', path: 'system.slice/a.service', mark: 'MARK=a' },
      {
        do: 'run',
        child: 1,
        group: 'a',
        plan: [
          { op: 'fifo', slot: 0, path: fifo, mode: 0o600, uid: 0xffff_ffff, gid: 0xffff_ffff },
          ...shell(`(read line < ${fifo}) & exit 0`, ['MARK=a']),
        ],
      },
    );
    const { exit } = await manager.event('exited');
    manager.do({ do: 'watch-group', group: 'a' }, { do: 'run', child: 2, group: '', plan: shell(`echo go > ${fifo}`) });
    const empty = await manager.event('group-empty');
    assert.deepEqual([exit.groupEmpty, exit.groupUsec, empty.group], [false, 0, 'a']);
    // Only a cgroup v2 counts what all its processes have used.
    assert.equal(empty.usec > 0, name === 'cgroup2');
    manager.do({ do: 'watch-group', group: 'a' });
    await manager.event('group-empty', ({ sequence }) => sequence > empty.sequence);
    assert.equal(manager.connection.inventory.tracking, name);
  });

  test(`${name}: a process that is started in a group after SIGKILL to the group lives`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    manager.do(
      { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
      { do: 'run', child: 1, group: 'a', plan: shell('exec sleep 1000', ['MARK=a']) },
    );
    // What a group has used is told when it is empty; who is killed before it was ever run has used nothing.
    await manager.event('spawned');
    manager.do({ do: 'signal-group', group: 'a', signal: 9, except: [] });
    const { exit: killed } = await manager.event('exited');
    assert.equal(killed.groupUsec > 0, name === 'cgroup2');
    manager.do({ do: 'run', child: 2, group: 'a', plan: shell('exit 4', ['MARK=a']) });
    const { exit } = await manager.event('exited', ({ child }) => child === 2);
    assert.deepEqual([killed.how, killed.status, exit.how, exit.status], ['killed', 9, 'exited', 4]);
  });

  test(`${name}: a signal to the group reaches what was left behind by a double fork with a session of its own`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    manager.do(
      { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
      { do: 'run', child: 1, group: 'a', plan: shell('setsid sh -c "sleep 1000 & sleep 1000" & exit 3', ['MARK=a']) },
    );
    const { exit } = await manager.event('exited');
    assert.deepEqual([exit.status, exit.groupEmpty], [3, false]);
    manager.do({ do: 'signal-group', group: 'a', signal: 15, except: [] }, { do: 'watch-group', group: 'a' });
    await manager.event('group-empty');
  });

  test(
    `${name}: a signal reaches what moved into cgroups below the group’s, and these are removed with it`,
    { skip: skip || name === 'session' },
    async () => {
      await using keeper = await startKeeper(options);
      const manager = await keeper.manager();
      const group = `${root}/a.service`;
      const script = `mkdir -p ${group}/one/two; for at in one one/two; do sleep 1000 & echo $! >${group}/$at/cgroup.procs; done; exit 3`;
      manager.do(
        { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
        { do: 'run', child: 1, group: 'a', plan: shell(script, ['MARK=a']) },
      );
      const { exit } = await manager.event('exited');
      assert.deepEqual([exit.status, exit.groupEmpty], [3, false]);
      manager.do({ do: 'signal-group', group: 'a', signal: 15, except: [] }, { do: 'watch-group', group: 'a' });
      await manager.event('group-empty');
      manager.do({ do: 'remove-group', group: 'a' }, { do: 'run', child: 2, group: '', plan: shell('exit 0') });
      await manager.event('exited', ({ child }) => child === 2);
      assert.equal(existsSync(group), false);
    },
  );

  test(`${name}: a signal to the group spares those that are excepted`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    manager.do(
      { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
      { do: 'run', child: 1, group: 'a', plan: shell('exec sleep 1000', ['MARK=a']) },
      { do: 'run', child: 2, group: 'a', plan: shell('exec sleep 1000', ['MARK=a']) },
    );
    const spared = await manager.event('spawned', ({ child }) => child === 1);
    manager.do({ do: 'signal-group', group: 'a', signal: 9, except: [spared.pid] });
    const killed = await manager.event('exited');
    assert.deepEqual([killed.child, killed.exit.groupEmpty], [2, false]);
    manager.do({ do: 'signal-pid', group: 'a', pid: spared.pid, signal: 10 });
    assert.equal((await manager.event('exited', ({ child }) => child === 1)).exit.status, 10);
  });

  test(`${name}: a daemon that was adopted is reported with its true status when it has become the keeper’s child`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    const file = join(keeper.directory, 'pid');
    const fifo = join(keeper.directory, 'fifo');
    const script = `mkfifo ${fifo}; sh -c 'read line < ${fifo}; exit 6' & echo $! > ${file}`;
    manager.do(
      { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
      { do: 'run', child: 1, group: 'a', plan: shell(script, ['MARK=a']) },
    );
    await manager.event('exited');
    const pid = Number(readFileSync(file, 'utf8'));
    manager.do(
      { do: 'adopt', child: 2, group: 'a', pid },
      { do: 'signal-pid', group: 'a', pid, signal: 18 },
      { do: 'run', child: 3, group: '', plan: shell(`echo go > ${fifo}`) },
    );
    const { exit } = await manager.event('exited', ({ child }) => child === 2);
    assert.deepEqual([exit.how, exit.status, exit.groupEmpty], ['exited', 6, true]);
  });

  test(`${name}: nothing is left of a group that was removed, nor of the root after the end`, { skip }, async () => {
    const keeper = await startKeeper(options);
    {
      await using running = keeper;
      const manager = await running.manager();
      manager.do(
        { do: 'make-group', group: 'a', path: 'deep/er/a.service', mark: 'MARK=a' },
        { do: 'run', child: 1, group: 'a', plan: shell('exec sleep 1000', ['MARK=a']) },
      );
      await manager.event('spawned');
      if (name !== 'session') assert.equal(existsSync(`${root}/deep/er/a.service`), true);
      manager.do({ do: 'remove-group', group: 'a' }, { do: 'signal', child: 1, signal: 15 });
      await manager.event('exited');
      manager.do({ do: 'run', child: 2, group: '', plan: shell('exit 0') });
      await manager.event('exited', ({ child }) => child === 2);
      if (name !== 'session') assert.equal(existsSync(`${root}/deep`), false);
    }
    assert.equal(existsSync(root), false);
  });

  test(`${name}: running in a group that was not made, and watching one, are answered`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    manager.do({ do: 'run', child: 1, group: 'nobody', plan: shell('exit 0') }, { do: 'watch-group', group: 'nobody' });
    const failed = await manager.event('spawn-failed');
    await manager.event('group-empty');
    assert.deepEqual([failed.child, failed.errno], [1, 2]);
  });

  test(`${name}: a child whose cgroup cannot be made is answered with the reason`, { skip: skip || name === 'session' }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    manager.do(
      { do: 'make-group', group: 'a', path: 'cgroup.procs/a.service', mark: 'MARK=a' },
      { do: 'run', child: 1, group: 'a', plan: shell('exit 0') },
    );
    assert.equal((await manager.event('spawn-failed')).errno, constants.errno.ENOTDIR);
  });

  test(`${name}: a notification is told with its sender’s group, before the exit of the sender`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    const notify = `${process.env['TYSD_TEST_KEEPER'] ?? join(import.meta.dirname, '../../keeper/build/tysd-keeper')} --notify`;
    manager.do(
      { do: 'make-group', group: 'a', path: 'a.service', mark: 'MARK=a' },
      {
        do: 'run',
        child: 1,
        group: 'a',
        plan: shell(`${notify} READY=1 STATUS=fine; exec ${notify} --no-block LAST=1`, [
          'MARK=a',
          `NOTIFY_SOCKET=${keeper.directory}/notify`,
        ]),
      },
    );
    const barrier = await manager.event('notified', ({ fds }) => fds.length > 0);
    manager.do(...barrier.fds.map((fd) => ({ do: 'close' as const, name: fd })));
    await manager.event('exited');
    const pid = (await manager.event('spawned')).pid;
    const told = manager.events.flatMap((event) =>
      event.event === 'notified' ? [[event.group, event.text.trimEnd(), event.fds.length]] : [],
    );
    assert.deepEqual(told, [
      ['a', 'READY=1\nSTATUS=fine', 0],
      ['a', 'BARRIER=1', 1],
      ['a', 'LAST=1', 0],
    ]);
    const last = await manager.event('notified', ({ text }) => text.startsWith('LAST'));
    assert.equal(last.pid, pid);
    assert.ok(manager.events.findIndex((event) => event === last) < manager.events.findIndex(({ event }) => event === 'exited'));
  });
}

for (const { name, mount } of trackings) {
  const skip = name !== 'session' && mount === undefined;
  const root = `${mount ?? ''}/tysd-test-enter-${process.pid}`;
  const options = name === 'session' ? [] : [`--tracking=${name}`, `--cgroup=${root}`];

  test(`${name}: a process that somebody else started is of the group it enters, until it ends`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    const outsider = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
    const pid = outsider.pid ?? 0;
    const ended = new Promise((resolve) => outsider.on('exit', (_status, signal) => resolve(signal)));
    manager.do(
      { do: 'make-group', group: 's', path: 'system.slice/s.scope', mark: 'MARK=s' },
      { do: 'enter', group: 's', pid, uid: process.getuid?.() ?? 0 },
    );
    const entered = await manager.event('entered');
    if (name !== 'session') assert.match(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), /s\.scope$/m);
    manager.do({ do: 'watch-group', group: 's' }, { do: 'signal-group', group: 's', signal: 15, except: [] });
    const empty = await manager.event('group-empty');
    assert.deepEqual([entered.group, entered.pid, entered.errno, empty.group, await ended], ['s', pid, 0, 's', 'SIGTERM']);
  });

  test(`${name}: nobody enters a group that is none, or for another user, or is the keeper, its manager or gone`, { skip }, async () => {
    await using keeper = await startKeeper(options);
    const manager = await keeper.manager();
    const gone = spawnSync('/bin/true').pid;
    const own = process.pid;
    manager.do(
      { do: 'make-group', group: 's', path: 's.scope', mark: 'MARK=s' },
      { do: 'enter', group: 'none', pid: own },
      { do: 'enter', group: 's', pid: own, uid: 54321 },
      { do: 'enter', group: 's', pid: keeper.process.pid ?? 0 },
      { do: 'enter', group: 's', pid: 1 },
      { do: 'enter', group: 's', pid: gone },
    );
    await manager.event('entered', ({ pid }) => pid === gone);
    const errnos = manager.events.flatMap((event) => (event.event === 'entered' ? [event.errno] : []));
    const { ENOENT, EPERM, ESRCH } = constants.errno;
    assert.deepEqual(errnos, [ENOENT, EPERM, EPERM, EPERM, ESRCH]);
  });
}
