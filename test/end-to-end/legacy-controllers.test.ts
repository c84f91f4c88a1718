import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readControllers } from '../../src/main/cgroup-place.ts';
import { isAlive } from './processes.ts';
import { isRoot, startTysd, wanting, type Daemon } from './tysd.ts';

const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
const there = readControllers(mountinfo, readFileSync('/proc/self/cgroup', 'utf8')).map(({ controller }) => controller);
const wanted = ['cpu', 'memory', 'pids', 'blkio', 'cpuacct', 'devices'];
const missing = wanted.filter((controller) => !there.includes(controller));
const skip = !isRoot
  ? 'needs root'
  : missing.length > 0
    ? `these controllers have no hierarchies of cgroup v1: ${missing.join(' ')}`
    : false;

const unified = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(mountinfo)?.[1];
/** Both with processes told apart by cgroup v2, and by name=systemd alone. */
const kinds = [
  { name: 'hybrid', before: ':', tracking: 'cgroup2' },
  {
    name: 'legacy',
    before: unified === undefined ? ':' : `set -- unshare --mount --propagation slave /bin/sh -c 'umount -l ${unified}; exec "$@"' sh "$@"`,
    tracking: 'cgroup1',
  },
].filter(({ tracking }) => tracking === 'cgroup1' || unified !== undefined);

/** A shell doubles a text until there is no room for it; as it stands in a unit file. */
const eats = `a=0123456789abcdef; while :; do a=$$a$$a; done`;

for (const { name, before, tracking } of kinds) {
  const start = (units: Readonly<Record<string, string>>): Promise<Daemon> => startTysd({ units, before });

  test(
    `${name}: limits are in the hierarchies of their controllers, change while a service runs, and are gone at the end`,
    { skip },
    async () => {
      let roots: Readonly<Record<string, string>> = {};
      {
        await using daemon = await start({
          'default.target': wanting('limited.service', 'plain.service'),
          'limited.service': `[Service]
ExecStart=/bin/sleep infinity
CPUWeight=200
CPUQuota=20%
MemoryMax=64M
TasksMax=7
CPUAccounting=yes
`,
          'plain.service': '[Service]\nExecStart=/bin/sleep infinity\n',
          // What was asked for before is done when it has run.
          'after.service': '[Service]\nType=oneshot\nExecStart=/bin/true\n',
        });
        const info = await daemon.ask('manager.info', {});
        assert.equal(info.tracking, tracking);
        roots = info.controllers;
        const path = groupOf(await daemon.pidOf('limited.service'), 'pids').slice(groupOf(daemon.pid, 'pids').length);
        const value = (controller: string, file: string): string =>
          readFileSync(`${roots[controller] ?? ''}/${path.replace(/^\/?[^/]*\//, '')}/${file}`, 'utf8').trim();
        const look = () => ({
          shares: value('cpu', 'cpu.shares'),
          quota: value('cpu', 'cpu.cfs_quota_us'),
          memory: value('memory', 'memory.limit_in_bytes'),
          tasks: value('pids', 'pids.max'),
        });
        assert.deepEqual(look(), { shares: '2048', quota: '20000', memory: '67108864', tasks: '7' });
        // Every process of the unit is in them, and a sibling has cgroups of its own beside it.
        const pid = await daemon.pidOf('limited.service');
        for (const controller of ['cpu', 'memory', 'pids']) {
          assert.match(groupOf(pid, controller), /limited\.service$/);
          assert.match(groupOf(await daemon.pidOf('plain.service'), controller), /plain\.service$/);
        }
        await daemon.killManager();
        const set = await daemon.tysctl('set-property', '--runtime', 'limited.service', 'CPUWeight=50', 'TasksMax=9', 'MemoryMax=infinity');
        assert.deepEqual([set.status, set.err], [0, '']);
        assert.equal(await daemon.job('start', 'after.service'), 'done');
        assert.deepEqual(look(), { shares: '512', quota: '20000', memory: '9223372036854771712', tasks: '9' });
        // A controller that nobody needed so far takes the processes that are there.
        assert.doesNotMatch(groupOf(pid, 'blkio'), /limited/);
        await daemon.tysctl('set-property', '--runtime', 'limited.service', 'IOAccounting=yes');
        assert.equal(await daemon.job('start', 'after.service'), 'done');
        assert.match(groupOf(pid, 'blkio'), /limited\.service$/);

        const shown = await daemon.tysctl('show', 'limited.service', '-p', 'TasksCurrent', '-p', 'MemoryCurrent', '-p', 'CPUUsageNSec');
        const counted = new Map(
          shown.out
            .trim()
            .split('\n')
            .map((line) => [line.split('=')[0], Number(line.split('=')[1])] as const),
        );
        assert.equal(counted.get('TasksCurrent'), 1);
        assert.ok((counted.get('MemoryCurrent') ?? 0) > 4096 && (counted.get('CPUUsageNSec') ?? 0) > 0, shown.out);
        const top = await daemon.tysctl('top', '--batch', '--iterations=1');
        assert.match(top.out, /^\S*limited\.service +1 +- +\d/m);
        const plan = await daemon.tysctl('plan', 'limited.service');
        assert.match(plan.out + plan.err, /CPUWeight= is emulated: as cpu\.shares of cgroup v1/);
        assert.equal(await daemon.job('stop', 'limited.service'), 'done');
      }
      assert.ok(Object.keys(roots).length >= wanted.length);
      for (const root of Object.values(roots)) assert.equal(existsSync(root), false, root);
    },
  );

  test(`${name}: a service can have no more tasks than it may`, { skip }, async () => {
    await using daemon = await start({
      'default.target': wanting('forks.service'),
      'forks.service': `[Service]
TasksMax=3
StandardError=file:@dir@/said
ExecStart=/bin/sh -c 'sleep 1000 & sleep 1000 & sleep 1000 & wait'
`,
    });
    const { result } = await daemon.untilUnit('forks.service', ({ active }) => active === 'failed');
    assert.equal(result, 'exit-code');
    assert.match(readFileSync(daemon.path('said'), 'utf8'), /Cannot fork/);
  });

  test(`${name}: a kill for want of memory is the result of the service, also of one that is not its main process`, { skip }, async () => {
    await using daemon = await start({
      'default.target': wanting('eats.service', 'lets-eat.service'),
      'eats.service': `[Service]\nMemoryMax=16M\nMemorySwapMax=0\nExecStart=/bin/sh -c '${eats}'\n`,
      'lets-eat.service': `[Service]\nMemoryMax=16M\nOOMPolicy=stop\nExecStart=/bin/sh -c '(${eats}); sleep 1000'\n`,
    });
    for (const service of ['eats.service', 'lets-eat.service'])
      assert.equal((await daemon.untilUnit(service, ({ active }) => active === 'failed')).result, 'oom-kill');
  });

  test(`${name}: OOMPolicy= says what follows a kill for want of memory, and Restart= takes it for a failure`, { skip }, async () => {
    await using daemon = await start({
      'default.target': wanting('continues.service', 'kills.service', 'restarts.service'),
      'continues.service': `[Service]\nMemoryMax=16M\nOOMPolicy=continue\nExecStart=/bin/sh -c '(${eats}); echo on >@dir@/continued; exec sleep 1000'\n`,
      'kills.service': `[Service]\nMemoryMax=16M\nOOMPolicy=kill\nExecStart=/bin/sh -c 'sleep 1000 & echo $$! >@dir@/sleeper; (${eats}); wait'\n`,
      'restarts.service': `[Service]\nMemoryMax=16M\nRestart=on-failure\nExecStart=/bin/sh -c 'if [ -e @dir@/eaten ]; then exec sleep 1000; fi; touch @dir@/eaten; ${eats}'\n`,
    });
    const killed = await daemon.untilUnit('kills.service', ({ active }) => active === 'failed');
    assert.equal(killed.result, 'oom-kill');
    await daemon.untilFile('continued');
    await daemon.untilLog('continues.service', (line) => line.includes('has been killed by the OOM killer'));
    assert.equal((await daemon.untilUnit('continues.service', ({ active }) => active === 'active')).result, 'success');
    await daemon.untilUnit(
      'restarts.service',
      ({ active, sub }) => active === 'active' && sub === 'running' && existsSync(daemon.path('eaten')),
    );
    await daemon.untilLog('restarts.service', (line) => line.includes("Failed with result 'oom-kill'"));
    const sleeper = Number(await daemon.untilFile('sleeper'));
    assert.equal(isAlive(sleeper), false);
  });

  test(`${name}: a device that is not allowed cannot be opened`, { skip }, async () => {
    await using daemon = await start({
      'default.target': wanting('denied.service', 'allowed.service', 'later.service'),
      'denied.service': `[Service]\nType=oneshot\nDevicePolicy=closed\nExecStart=/bin/sh -c 'true </dev/null && ! (true </dev/kmsg)'\n`,
      'allowed.service': `[Service]\nType=oneshot\nDevicePolicy=strict\nDeviceAllow=/dev/kmsg r\nDeviceAllow=/dev/null rw\nExecStart=/bin/sh -c 'true </dev/kmsg && ! (true </dev/zero)'\n`,
      'later.service': `[Service]\nType=oneshot\nExecStart=/bin/sh -c 'true </dev/kmsg'\n`,
    });
    for (const service of ['denied.service', 'allowed.service', 'later.service'])
      assert.equal(
        (await daemon.untilUnit(service, ({ active }) => active === 'inactive' || active === 'failed')).result,
        'success',
        service,
      );
  });
}

test('a process that is given to a scope is in the hierarchies of its controllers', { skip }, async () => {
  await using daemon = await startTysd({ units: { 'default.target': wanting() } });
  const ran = daemon.tysctl(
    'run',
    '--scope',
    '--quiet',
    '--unit=s',
    '-p',
    'TasksMax=5',
    'sh',
    '-c',
    `echo $$ > ${daemon.path('pid')}; sleep 1000`,
  );
  const pid = Number(await daemon.untilFile('pid'));
  assert.match(groupOf(pid, 'pids'), /s\.scope$/);
  assert.equal(await daemon.job('stop', 's.scope'), 'done');
  await ran;
  assert.equal(isAlive(pid), false);
});

function groupOf(pid: number, controller: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  return (
    lines
      .find((line) => line.split(':')[1]?.split(',').includes(controller))
      ?.split(':')
      .slice(2)
      .join(':') ?? ''
  );
}
