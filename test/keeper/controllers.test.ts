import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { test } from 'node:test';
import { readControllers } from '../../src/main/cgroup-place.ts';
import { shell, startKeeper } from './harness.ts';

const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
const mount = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(mountinfo)?.[1] ?? '';
const own = new Map(readControllers(mountinfo, readFileSync('/proc/self/cgroup', 'utf8')).map((each) => [each.controller, each.own]));
const skip =
  process.getuid?.() === 0 && mount !== '' && own.has('pids') && own.has('memory')
    ? false
    : 'needs root, a cgroup v2, and pids and memory of cgroup v1';
const name = `tysd-controllers-${process.pid}`;
const roots = { pids: `${own.get('pids') ?? ''}/${name}`, memory: `${own.get('memory') ?? ''}/${name}` };
const options = ['--tracking=cgroup2', `--cgroup=${mount}/${name}`];

test('a child is in the cgroups of its group, and where there is none in the nearest above', { skip }, async () => {
  await using keeper = await startKeeper([...options, `--controller=pids=${roots.pids}`, `--controller=memory=${roots.memory}`]);
  const manager = await keeper.manager();
  assert.deepEqual(manager.connection.inventory.controllers, new Map(Object.entries(roots)));
  manager.do(
    { do: 'make-group', group: 'a', path: 'x.slice/a.service', mark: 'A=' },
    { do: 'control', path: 'x.slice', controller: 'memory' },
    { do: 'control', path: 'x.slice/a.service', controller: 'pids' },
    { do: 'attribute', path: 'x.slice/a.service', file: 'pids.max', value: '77' },
    {
      do: 'run',
      child: 1,
      group: 'a',
      plan: shell(`cat /proc/self/cgroup >${keeper.directory}/said; exit $(cat ${roots.pids}/x.slice/a.service/pids.max)`),
    },
  );
  assert.equal((await manager.event('exited')).exit.status, 77);
  const said = readFileSync(`${keeper.directory}/said`, 'utf8');
  assert.match(said, new RegExp(`:pids:.*/${name}/x\\.slice/a\\.service$`, 'm'));
  assert.match(said, new RegExp(`:memory:.*/${name}/x\\.slice$`, 'm'));
  manager.do({ do: 'remove-group', group: 'a' }, { do: 'run', child: 2, group: '', plan: shell('exit 5') });
  await manager.event('exited', ({ child }) => child === 2);
  assert.equal(existsSync(`${roots.pids}/x.slice/a.service`), false);
});

test('what is in a group comes into the cgroup that it is given later', { skip }, async () => {
  await using keeper = await startKeeper([...options, `--controller=pids=${roots.pids}`]);
  const manager = await keeper.manager();
  manager.do(
    { do: 'make-group', group: 'a', path: 'a.service', mark: 'A=' },
    { do: 'run', child: 1, group: 'a', plan: shell('sleep 1000 & exec sleep 1000'), reportExec: true },
  );
  const { pid } = await manager.event('spawned');
  await manager.event('executed');
  manager.do({ do: 'control', path: 'a.service', controller: 'pids' }, { do: 'run', child: 2, group: '', plan: shell('exit 0') });
  await manager.event('exited', ({ child }) => child === 2);
  assert.match(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), new RegExp(`:pids:.*/${name}/a\\.service$`, 'm'));
  assert.match(readFileSync(`${roots.pids}/a.service/cgroup.procs`, 'utf8'), new RegExp(`^${pid}$`, 'm'));
});

test('a subtree that was there before stays, and what is made in it goes', { skip }, async () => {
  mkdirSync(roots.pids);
  try {
    {
      await using keeper = await startKeeper([...options, `--given-controller=pids=${roots.pids}`]);
      const manager = await keeper.manager();
      manager.do(
        { do: 'make-group', group: 'a', path: 'a.service', mark: 'A=' },
        { do: 'control', path: 'a.service', controller: 'pids' },
        { do: 'run', child: 1, group: 'a', plan: shell('exec sleep 1000') },
      );
      await manager.event('spawned');
      assert.equal(existsSync(`${roots.pids}/a.service`), true);
    }
    assert.deepEqual([existsSync(`${roots.pids}/a.service`), existsSync(roots.pids)], [false, true]);
  } finally {
    rmdirSync(roots.pids);
  }
});

test('a controller that there is not, and a path that leads out, are told', { skip }, async () => {
  await using keeper = await startKeeper([...options, `--controller=pids=${roots.pids}`]);
  const manager = await keeper.manager();
  manager.do({ do: 'control', path: 'a.service', controller: 'blkio' }, { do: 'control', path: '../a.service', controller: 'pids' });
  const first = await manager.event('attribute-failed');
  const second = await manager.event('attribute-failed', ({ sequence }) => sequence > first.sequence);
  assert.deepEqual([first.errno, second.errno, first.file, second.file], [95, 22, 'blkio', 'pids']);
  assert.equal(existsSync(`${roots.pids}/../a.service`), false);
});
