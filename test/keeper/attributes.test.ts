import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shell, startKeeper } from './harness.ts';

const mount = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
const skip = process.getuid?.() === 0 && mount !== undefined ? false : 'needs root and a cgroup v2';
const root = `${mount ?? ''}/tysd-attributes-${process.pid}`;
const options = ['--tracking=cgroup2', `--cgroup=${root}`];

test('a value is written to a file of a cgroup, which is made for it, before what comes after it in the batch', { skip }, async () => {
  await using keeper = await startKeeper(options);
  const manager = await keeper.manager();
  manager.do(
    { do: 'make-group', group: 'a', path: 'x.slice/a.service', mark: '' },
    { do: 'attribute', path: 'x.slice/a.service', file: 'cgroup.max.depth', value: '7' },
    { do: 'run', child: 1, group: 'a', plan: shell(`exit $(cat ${root}/x.slice/a.service/cgroup.max.depth)`) },
  );
  const { exit } = await manager.event('exited');
  assert.equal(exit.status, 7);
  manager.do({ do: 'attribute', path: '', file: 'cgroup.max.descendants', value: '1000' });
  manager.do({ do: 'run', child: 2, group: '', plan: shell(`exit $(( $(cat ${root}/cgroup.max.descendants) / 10 ))`) });
  const second = await manager.event('exited', ({ child }) => child === 2);
  assert.equal(second.exit.status, 100);
});

test('what cannot be written is told with its errno, and nothing outside of the subtree is', { skip }, async () => {
  await using keeper = await startKeeper(options);
  const manager = await keeper.manager();
  const tried = [
    ['a.service', 'no.such.file', '1'],
    ['a.service', 'cgroup.max.depth', 'nonsense'],
    ['../a.service', 'cgroup.max.depth', '1'],
    ['a.service', '../cgroup.max.depth', '1'],
    ['a.service', '', '1'],
  ] as const;
  manager.do(...tried.map(([path, file, value]) => ({ do: 'attribute', path, file, value }) as const));
  const told: unknown[] = [];
  let last = 0;
  for (const [path, file] of tried) {
    const after = last;
    const event = await manager.event('attribute-failed', ({ sequence }) => sequence > after);
    last = event.sequence;
    assert.deepEqual([event.path, event.file], [path, file]);
    told.push(event.errno);
  }
  assert.deepEqual(told, [ENOENT, EINVAL, EINVAL, EINVAL, EINVAL]);
  assert.equal(existsSync(join(root, '../a.service')), false);
});

test('where there is no cgroup v2 nothing is written', async () => {
  await using keeper = await startKeeper([]);
  const manager = await keeper.manager();
  manager.do({ do: 'attribute', path: 'a.service', file: 'cgroup.max.depth', value: '1' });
  assert.equal((await manager.event('attribute-failed')).errno, EOPNOTSUPP);
});

const ENOENT = 2;
const EINVAL = 22;
const EOPNOTSUPP = 95;
