import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerRoot, placesFor, readControllers, readHierarchies, type Hierarchy } from './cgroup-place.ts';

const unifiedMount = '29 23 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const hybridMounts = [
  '23 1 0:22 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755',
  '24 23 0:23 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
  '25 23 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd',
  '26 23 0:25 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw',
].join('\n');
const own = '5:name=systemd:/user/me\n1:cpu:/\n0::/user.slice/me\n';

test('cgroup v2 is preferred to name=systemd, and hierarchies of controllers do not count', () => {
  assert.deepEqual(readHierarchies(hybridMounts, own), [
    { by: 'cgroup2', mount: '/sys/fs/cgroup/unified', own: '/sys/fs/cgroup/unified/user.slice/me' },
    { by: 'cgroup1', mount: '/sys/fs/cgroup/systemd', own: '/sys/fs/cgroup/systemd/user/me' },
  ]);
  assert.deepEqual(readHierarchies('', ''), []);
});

test('a mount that shows a part of the hierarchy has our cgroup only if it is in that part', () => {
  assert.deepEqual(
    ['/user.slice', '/user.slice/me', '/other.slice'].map(
      (at) => readHierarchies(`29 23 0:25 ${at} /cgroups rw - cgroup2 cgroup2 rw`, own)[0]?.own,
    ),
    ['/cgroups/me', '/cgroups', undefined],
  );
});

test('white space in the path of a mount is understood', () => {
  assert.equal(readHierarchies('29 23 0:25 / /my\\040cgroups rw - cgroup2 cgroup2 rw', '0::/\n')[0]?.own, '/my cgroups');
});

const both: readonly Hierarchy[] = readHierarchies(hybridMounts, own);
const alone = (): boolean => false;
const shared = (): boolean => true;

test('a manager makes its subtree below the cgroup that it is in; PID 1 takes that over unless others share it', () => {
  assert.deepEqual(untoldRoots(70, alone), [{ root: '/sys/fs/cgroup/user.slice/me/tysd-70.scope', isTakenOver: false }]);
  assert.deepEqual(untoldRoots(1, alone), [{ root: '/sys/fs/cgroup/user.slice/me', isTakenOver: true }]);
  assert.deepEqual(untoldRoots(1, shared), [{ root: '/sys/fs/cgroup/user.slice/me/tysd-1.scope', isTakenOver: false }]);
});

const told: readonly (readonly [path: string, roots: readonly string[] | string])[] = [
  ['/sys/fs/cgroup/unified/mine', ['cgroup2 /sys/fs/cgroup/unified/mine']],
  ['/sys/fs/cgroup/systemd/mine/', ['cgroup1 /sys/fs/cgroup/systemd/mine']],
  ['/sys/fs/cgroup/systemd', ['cgroup1 /sys/fs/cgroup/systemd']],
  ['/mine', ['cgroup2 /sys/fs/cgroup/unified/mine', 'cgroup1 /sys/fs/cgroup/systemd/mine']],
  ['/sys/fs/cgroup/unified/../cpu/mine', 'it is neither in a cgroup2 hierarchy nor in name=systemd'],
  ['/sys/fs/cgroup/unified-not/mine', 'it is neither in a cgroup2 hierarchy nor in name=systemd'],
  ['mine', 'it is no absolute path'],
];

for (const [path, expected] of told) {
  test(`--cgroup=${path} is ${typeof expected === 'string' ? `refused: ${expected}` : expected.join(', else ')}`, () => {
    const places = placesFor(both, { pid: 70, told: path, isShared: shared });
    const found = places.ok ? places.value.map(({ by, root, isTakenOver }) => (isTakenOver ? `${by} ${root}` : '')) : places.error;
    assert.deepEqual(found, expected);
  });
}

test('--cgroup is refused where there is no hierarchy', () => {
  assert.deepEqual(placesFor([], { pid: 70, told: '/mine', isShared: alone }), {
    ok: false,
    error: 'neither cgroup2 nor name=systemd is mounted here',
  });
});

function untoldRoots(pid: number, isShared: () => boolean) {
  const places = placesFor(readHierarchies(unifiedMount, own), { pid, told: undefined, isShared });
  return places.ok ? places.value.map(({ root, isTakenOver }) => ({ root, isTakenOver })) : places.error;
}

const legacyMounts = [
  '24 23 0:23 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
  '25 23 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd',
  '26 23 0:26 /docker/me /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
  '27 23 0:27 /other /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids',
  '28 23 0:28 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer',
].join('\n');
const legacyOwn = '5:name=systemd:/x\n4:cpu,cpuacct:/y\n3:memory:/docker/me\n2:pids:/z\n1:freezer:/\n0::/\n';

test('controllers of cgroup v1 are found where their mounts show our own cgroup, also where two share a hierarchy', () => {
  assert.deepEqual(readControllers(legacyMounts, legacyOwn), [
    { controller: 'cpu', own: '/sys/fs/cgroup/cpu,cpuacct/y' },
    { controller: 'cpuacct', own: '/sys/fs/cgroup/cpu,cpuacct/y' },
    { controller: 'memory', own: '/sys/fs/cgroup/memory' },
  ]);
});

test("the subtree in the hierarchy of a controller is below the cgroup that we are in; that itself is only a container's init's", () => {
  const hierarchy = { controller: 'memory', own: '/m/me' };
  const [place] = both;
  const at = (root: string, isTakenOver: boolean, ownsAll: boolean) =>
    controllerRoot(hierarchy, { by: 'cgroup2', root, isTakenOver, own: place?.own }, () => ownsAll);
  const whole = place?.own ?? '';
  assert.deepEqual(
    [
      at(`${whole}/tysd-7.scope`, false, true),
      at(whole, true, true),
      at(whole, true, false),
      at('/sys/fs/cgroup/unified/mine', true, true),
    ],
    ['/m/me/tysd-7.scope', '/m/me', '/m/me/me', '/m/me/mine'],
  );
});
