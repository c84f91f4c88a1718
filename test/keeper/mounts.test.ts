import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Op, Plan } from '../../src/exec/op.ts';
import { type TestKeeper, type TestManager, startKeeper } from './harness.ts';

const skip = process.getuid?.() === 0 && canUnshare() ? false : 'needs root and the right to make namespaces';

/** Runs a program of the machine; throws where it fails or is missing. */
function tool(name: string, argv: readonly string[]): string {
  return execFileSync(name, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function canUnshare(): boolean {
  try {
    tool('unshare', ['--mount', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** Of the field `how`. */
const optional = 1;
const recursive = 2;
const unlessMounted = 4;
const follow = 8;

const readOnly = 1;
const noExec = 8;

/** A keeper, its manager, and a directory in which a test may do what it likes. */
async function workshop(): Promise<
  AsyncDisposable & { readonly at: string; readonly run: (plan: Plan) => Promise<Ended>; readonly manager: TestManager }
> {
  const keeper: TestKeeper = await startKeeper();
  const manager = await keeper.manager();
  const at = join(keeper.directory, 'w');
  mkdirSync(at);
  let child = 0;
  const run = async (plan: Plan): Promise<Ended> => {
    child += 1;
    const id = child;
    manager.do({ do: 'run', child: id, group: '', plan });
    const { exit } = await manager.event('exited', (event) => event.child === id);
    return { status: exit.status, failedOp: exit.failedOp, errno: exit.errno };
  };
  return { at, run, manager, [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose]() };
}

interface Ended {
  readonly status: number;
  readonly failedOp: number;
  readonly errno: number;
}

/** The first op behind those that begin a view. */
function failedView(errno: number): Ended {
  return { status: 226, failedOp: 2, errno };
}

const good: Ended = { status: 0, failedOp: -1, errno: 0 };

/** A view of the file system with these ops in it. */
function view(ops: readonly Op[], root = '/'): readonly Op[] {
  return [{ op: 'mount-namespace', insist: 1 }, { op: 'root', path: root }, ...ops, { op: 'enter-root', propagation: 2 }];
}

/** A shell that writes what it finds to a file which it was given before the view was made. */
function look(report: string, script: string): { readonly first: readonly Op[]; readonly last: readonly Op[] } {
  return {
    first: [
      { op: 'open', slot: 1, path: report, flags: 0o1101, mode: 0o600 },
      { op: 'dup', slot: 1, number: 1 },
      { op: 'dup', slot: 1, number: 2 },
    ],
    last: [{ op: 'exec', paths: ['/bin/sh'], argv: ['sh', '-c', script], env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'] }],
  };
}

async function seen(shop: Awaited<ReturnType<typeof workshop>>, ops: readonly Op[], script: string): Promise<readonly string[]> {
  const report = join(shop.at, 'report');
  const { first, last } = look(report, script);
  const ended = await shop.run([...first, ...ops, ...last]);
  const lines = readFileSync(report, 'utf8').trimEnd().split('\n');
  assert.deepEqual(ended, good, lines.join('\n'));
  return lines;
}

const bind = (source: string, target: string, how = recursive): Op => ({ op: 'bind-mount', source, target, how });
const restrict = (target: string, set: number, except: readonly string[] = []): Op => ({
  op: 'restrict',
  target,
  set,
  clear: 0,
  except,
  how: recursive,
});

test('what a child mounts is seen by itself alone, and is gone with it', { skip }, async () => {
  await using shop = await workshop();
  mkdirSync(join(shop.at, 'a'));
  mkdirSync(join(shop.at, 'b'));
  writeFileSync(join(shop.at, 'a/file'), 'x');
  const lines = await seen(shop, view([bind(join(shop.at, 'a'), join(shop.at, 'b'))]), `ls ${shop.at}/b`);
  assert.deepEqual(lines, ['file']);
  assert.deepEqual(readdirSync(join(shop.at, 'b')), []);
});

test('a target that is missing is made like its source, with the directories above it', { skip }, async () => {
  await using shop = await workshop();
  writeFileSync(join(shop.at, 'file'), 'text');
  const lines = await seen(
    shop,
    view([bind(join(shop.at, 'file'), join(shop.at, 'x/y/z'))]),
    `cat ${shop.at}/x/y/z; echo; stat -c %F ${shop.at}/x/y`,
  );
  assert.deepEqual(lines, ['text', 'directory']);
});

test('no mount is led elsewhere by a symlink on the way to its target, and nothing is made through one', { skip }, async () => {
  await using shop = await workshop();
  mkdirSync(join(shop.at, 'own'));
  mkdirSync(join(shop.at, 'victim'));
  mkdirSync(join(shop.at, 'source'));
  symlinkSync(join(shop.at, 'victim'), join(shop.at, 'own/link'));
  const eloop = 40;
  for (const target of ['own/link', 'own/link/new', 'own/link/new/deeper']) {
    const ended = await shop.run(view([bind(join(shop.at, 'source'), join(shop.at, target))]));
    assert.deepEqual(ended, { status: 226, failedOp: 2, errno: eloop }, target);
  }
  const others: readonly Op[] = [
    { op: 'mount-point', target: join(shop.at, 'own/link'), how: 0 },
    { op: 'mask', target: join(shop.at, 'own/link'), nodes: join(shop.at, 'nodes'), how: optional },
    { op: 'file-system', type: 'tmpfs', target: join(shop.at, 'own/link/new'), attributes: 0, options: '', fallback: '', how: 0 },
    { op: 'devices', target: join(shop.at, 'own/link'), options: '', names: [], log: '/x' },
    { op: 'overlay', target: join(shop.at, 'own/link'), layers: [], how: optional },
    restrict(join(shop.at, 'own/link'), readOnly),
  ];
  for (const op of others) assert.deepEqual(await shop.run(view([op])), { status: 226, failedOp: 2, errno: eloop }, op.op);
  assert.deepEqual(readdirSync(join(shop.at, 'victim')), []);
});

test('a source is followed through symlinks only where that is asked for', { skip }, async () => {
  await using shop = await workshop();
  mkdirSync(join(shop.at, 'real'));
  writeFileSync(join(shop.at, 'real/file'), '');
  mkdirSync(join(shop.at, 'b'));
  symlinkSync('real', join(shop.at, 'link'));
  const strict = await shop.run(view([bind(join(shop.at, 'link'), join(shop.at, 'b'))]));
  assert.deepEqual(strict, { status: 226, failedOp: 2, errno: 40 });
  assert.deepEqual(await seen(shop, view([bind(join(shop.at, 'link'), join(shop.at, 'b'), recursive | follow)]), `ls ${shop.at}/b`), [
    'file',
  ]);
});

test('what is missing is an error, but where it may be', { skip }, async () => {
  await using shop = await workshop();
  const missing = join(shop.at, 'missing');
  const ops = (how: number): readonly Op[] => [
    bind(missing, shop.at, how),
    { op: 'mount-point', target: missing, how },
    { op: 'mask', target: missing, nodes: join(shop.at, 'nodes'), how },
    { op: 'restrict', target: missing, set: readOnly, clear: 0, except: [], how },
    { op: 'mount-image', path: missing, target: shop.at, options: '', attributes: 0, how },
  ];
  for (const op of ops(0)) assert.deepEqual(await shop.run(view([op])), { status: 226, failedOp: 2, errno: 2 }, op.op);
  assert.deepEqual(await shop.run(view(ops(optional))), good);
});

test('read-only goes down to all mounts below, but for those that are to stay writable and what is below them', { skip }, async () => {
  await using shop = await workshop();
  for (const name of ['a', 'a/low', 'a/free', 'a/free/low']) mkdirSync(join(shop.at, name));
  const point = (name: string): Op => ({ op: 'mount-point', target: join(shop.at, name), how: 0 });
  const lines = await seen(
    shop,
    view([
      point('a'),
      point('a/low'),
      point('a/free'),
      point('a/free/low'),
      restrict(join(shop.at, 'a'), readOnly, [join(shop.at, 'a/free')]),
    ]),
    `cd ${shop.at}; for d in . a a/low a/free a/free/low; do if touch $d/x 2>/dev/null; then echo $d yes; else echo $d no; fi; done`,
  );
  assert.deepEqual(lines, ['. yes', 'a no', 'a/low no', 'a/free yes', 'a/free/low yes']);
});

test('a path that looks like the beginning of another is not above it', { skip }, async () => {
  await using shop = await workshop();
  for (const name of ['a', 'ab', 'a b']) mkdirSync(join(shop.at, name));
  const point = (name: string): Op => ({ op: 'mount-point', target: join(shop.at, name), how: 0 });
  const lines = await seen(
    shop,
    view([point('a'), point('ab'), point('a b'), restrict(join(shop.at, 'a'), readOnly), restrict(join(shop.at, 'a b'), noExec)]),
    `cd ${shop.at}; for d in a ab 'a b'; do findmnt -n -o VFS-OPTIONS --target "$PWD/$d" | tail -1 | cut -d, -f1-2; done`,
  );
  assert.deepEqual(lines, ['ro,relatime', 'rw,relatime', 'rw,noexec']);
});

test('a masked path is there, and of no use to anybody', { skip }, async () => {
  await using shop = await workshop();
  mkdirSync(join(shop.at, 'directory'));
  writeFileSync(join(shop.at, 'directory/secret'), 'x');
  writeFileSync(join(shop.at, 'file'), 'x');
  const mask = (name: string): Op => ({ op: 'mask', target: join(shop.at, name), nodes: join(shop.at, 'nodes'), how: 0 });
  const lines = await seen(
    shop,
    view([mask('directory'), mask('file')]),
    `cd ${shop.at}; ls directory | wc -l; wc -c <file; stat -c '%a %F' directory file`,
  );
  assert.deepEqual(lines, ['0', '0', '0 directory', '0 regular empty file']);
});

test('a new file system takes the place of all that was mounted there', { skip }, async () => {
  await using shop = await workshop();
  for (const name of ['a', 'a/b']) mkdirSync(join(shop.at, name));
  const tmpfs = (name: string, how = 0): Op => ({
    op: 'file-system',
    type: 'tmpfs',
    target: join(shop.at, name),
    attributes: 4,
    options: 'mode=0700,size=1m',
    fallback: '',
    how,
  });
  const count = `grep -c ' ${shop.at}/a' /proc/self/mountinfo; stat -c %a ${shop.at}/a`;
  assert.deepEqual(await seen(shop, view([tmpfs('a/b'), tmpfs('a/b'), tmpfs('a')]), count), ['1', '700']);
  assert.deepEqual(await seen(shop, view([tmpfs('a'), tmpfs('a', unlessMounted)]), count), ['1', '700']);
});

test('a file system over the root is the root from then on', { skip }, async () => {
  await using shop = await workshop();
  const tmpfs: Op = { op: 'file-system', type: 'tmpfs', target: '/', attributes: 0, options: 'mode=0755', fallback: '', how: 0 };
  const mounts = ['/bin', '/usr', '/lib', '/lib64'].filter((path) => existsSync(path)).map((path) => bind(path, path, recursive | follow));
  const lines = await seen(shop, view([tmpfs, ...mounts, restrictAlone('/', readOnly)]), 'ls -d /../*; [ -w / ] || echo refused');
  assert.deepEqual(lines, ['/../bin', '/../lib', '/../lib64', '/../usr', 'refused']);
});

test('another root has what is below it, and nothing else', { skip }, async () => {
  await using shop = await workshop();
  const jail = join(shop.at, 'jail');
  for (const name of ['', '/bin', '/usr', '/lib', '/lib64']) mkdirSync(`${jail}${name}`);
  const mounts = ['/bin', '/usr', '/lib', '/lib64'].filter((path) => existsSync(path)).map((path) => bind(path, path, recursive | follow));
  const proc: Op = { op: 'file-system', type: 'proc', target: '/proc', attributes: 14, options: '', fallback: '/proc', how: 0 };
  const lines = await seen(shop, view([...mounts, proc], jail), 'pwd; ls -d /*; ls -d /../*');
  const roots = ['/bin', '/lib', '/lib64', '/proc', '/usr'];
  assert.deepEqual(lines, ['/', ...roots, ...roots.map((path) => `/..${path}`)]);
});

test('a private /dev has the devices that were named, and works', { skip }, async () => {
  await using shop = await workshop();
  const lines = await seen(
    shop,
    view([
      { op: 'devices', target: '/dev', options: 'mode=0755', names: ['null', 'zero'], log: '/run/log' },
      restrictAlone('/dev', readOnly),
    ]),
    `ls /dev | tr '\\n' ' '; echo; head -c 3 /dev/zero | wc -c; echo x >/dev/null && echo fine; touch /dev/x 2>/dev/null || echo refused; readlink /dev/char/1:3 /dev/log`,
  );
  assert.match(lines[0] ?? '', /^char (core )?fd hugepages log mqueue null ptmx pts shm stderr stdin stdout zero $/);
  assert.deepEqual(lines.slice(1), ['3', 'fine', 'refused', '../null', '/run/log']);
});

function restrictAlone(target: string, set: number): Op {
  return { op: 'restrict', target, set, clear: 0, except: [], how: 0 };
}

test('layers lie over a directory, the first on top', { skip }, async () => {
  await using shop = await workshop();
  for (const name of ['base', 'one', 'two']) mkdirSync(join(shop.at, name));
  for (const [name, text] of [
    ['base/a', 'base'],
    ['base/b', 'base'],
    ['one/a', 'one'],
    ['two/a', 'two'],
    ['two/c', 'two'],
  ] as const) {
    writeFileSync(join(shop.at, name), `${text}\n`);
  }
  const overlay: Op = {
    op: 'overlay',
    target: join(shop.at, 'base'),
    layers: ['one', 'two', 'missing'].map((name) => join(shop.at, name)),
    how: 0,
  };
  assert.deepEqual(await seen(shop, view([overlay]), `cd ${shop.at}/base; cat a b c`), ['one', 'base', 'two']);
});

test('an image is mounted from a loop device that goes with the child', { skip: skip || whyNoLoops() }, async () => {
  await using shop = await workshop();
  const image = join(shop.at, 'image');
  const content = join(shop.at, 'content');
  mkdirSync(content);
  writeFileSync(join(content, 'file'), 'inside\n');
  writeFileSync(image, '');
  truncateSync(image, 4 << 20);
  tool('mke2fs', ['-q', '-d', content, image]);
  mkdirSync(join(shop.at, 'm'));
  const mount: Op = { op: 'mount-image', path: image, target: join(shop.at, 'm'), options: '', attributes: readOnly, how: 0 };
  assert.deepEqual(await seen(shop, view([mount]), `cat ${shop.at}/m/file; touch ${shop.at}/m/x 2>/dev/null || echo refused`), [
    'inside',
    'refused',
  ]);
  const loops = readdirSync('/sys/block').filter((name) => name.startsWith('loop') && existsSync(`/sys/block/${name}/loop/backing_file`));
  const files = loops.map((name) => readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim());
  assert.deepEqual(
    files.filter((file) => file.startsWith(shop.at)),
    [],
  );
  using other = await inOwnMounts();
  const live: Plan = [
    { op: 'join-view', ...other.id },
    { ...mount, how: 16 },
    { op: 'exit', status: 0 },
  ];
  assert.deepEqual(await shop.run(live), good);
  assert.equal(other.sh(`cat ${shop.at}/m/file`), 'inside\n');
  assert.deepEqual(readdirSync(join(shop.at, 'm')), []);
  writeFileSync(image, 'nothing that anybody knows');
  const enopkg = 65;
  assert.deepEqual(await shop.run(view([mount])), { status: 226, failedOp: 2, errno: enopkg });
});

test(
  'an image is laid over a hierarchy if it is an extension of this system, and not otherwise',
  { skip: skip || whyNoLoops() },
  async () => {
    await using shop = await workshop();
    const content = join(shop.at, 'content');
    const place = join(shop.at, 'place');
    mkdirSync(join(content, 'usr/lib/extension-release.d'), { recursive: true });
    mkdirSync(join(shop.at, 'base'));
    writeFileSync(join(shop.at, 'base/under'), '');
    writeFileSync(join(content, 'usr/over'), '');
    const image = (name: string, release: string): string => {
      const path = join(shop.at, `${name}.raw`);
      writeFileSync(join(content, 'usr/lib/extension-release.d/extension-release.x'), release);
      writeFileSync(path, '');
      truncateSync(path, 4 << 20);
      tool('mke2fs', ['-q', '-d', content, path]);
      return path;
    };
    const ops = (path: string, { release = ['debian', '', '12'], how = 0, name = 'x' } = {}): readonly Op[] =>
      view([
        { op: 'extension-image', path, place, options: '', attributes: 0, name, release, how },
        { op: 'overlay', target: join(shop.at, 'base'), layers: [`${place}/usr`, `${place}/opt`], how: 0 },
      ]);
    const script = `ls ${shop.at}/base; ls ${place}`;
    const fits = image('fits', 'ID=debian\nVERSION_ID="12"\n');
    assert.deepEqual(await seen(shop, ops(fits), script), ['lib', 'over', 'under']);
    const estale = 116;
    assert.deepEqual(await shop.run(ops(fits, { release: ['debian', '', '13'] })), failedView(estale));
    assert.deepEqual(await shop.run(ops(fits, { release: ['arch', '', '12'] })), failedView(estale));
    assert.deepEqual(await shop.run(ops(fits, { name: 'y' })), failedView(2));
    assert.deepEqual(await shop.run(ops(fits, { name: '../x' })), failedView(36));
    assert.deepEqual(await shop.run(ops(join(shop.at, 'missing'))), failedView(2));
    assert.deepEqual(await seen(shop, ops(join(shop.at, 'missing'), { how: optional }), script), ['under']);
    const level = image('level', 'SYSEXT_LEVEL=2\nID=debian\n');
    assert.deepEqual(await seen(shop, ops(level, { release: ['debian', '2', '13'] }), script), ['lib', 'over', 'under']);
    assert.deepEqual(await shop.run(ops(level, { release: ['debian', '1', '12'] })), failedView(estale));
    symlinkSync('/etc', join(content, 'opt'));
    assert.deepEqual(await shop.run(ops(image('link', 'ID=_any\n'))), failedView(40));
  },
);

function whyNoLoops(): string | false {
  if (!existsSync('/dev/loop-control')) return 'needs loop devices';
  try {
    tool('mke2fs', ['-V']);
    return false;
  } catch {
    return 'needs mke2fs (apt-get install e2fsprogs)';
  }
}

test('a child without the right to make namespaces goes on without a view, unless that is insisted on', { skip }, async () => {
  await using shop = await workshop();
  mkdirSync(join(shop.at, 'b'));
  const asNobody = (insist: number): Plan => [
    { op: 'groups', gids: [] },
    { op: 'gid', gid: 65534 },
    { op: 'uid', uid: 65534 },
    { op: 'mount-namespace', insist },
    { op: 'root', path: '/' },
    bind('/usr', join(shop.at, 'b')),
    restrict('/usr', readOnly),
    { op: 'enter-root', propagation: 0 },
  ];
  assert.deepEqual(await shop.run(asNobody(0)), good);
  assert.deepEqual(await shop.run(asNobody(1)), { status: 226, failedOp: 3, errno: 1 });
});

test('the root can be an image', { skip: skip || whyNoLoops() }, async () => {
  await using shop = await workshop();
  const image = join(shop.at, 'image');
  const content = join(shop.at, 'content');
  for (const name of ['', 'bin', 'usr', 'lib', 'lib64']) mkdirSync(join(content, name));
  writeFileSync(image, '');
  truncateSync(image, 4 << 20);
  tool('mke2fs', ['-q', '-d', content, image]);
  const mounts = ['/bin', '/usr', '/lib', '/lib64'].filter((path) => existsSync(path)).map((path) => bind(path, path, recursive | follow));
  const ops: readonly Op[] = [
    { op: 'mount-namespace', insist: 1 },
    { op: 'root-image', path: image, options: '', attributes: 0 },
    ...mounts,
    { op: 'enter-root', propagation: 2 },
  ];
  assert.deepEqual(await seen(shop, ops, 'ls -d /*; ls -d /../*'), [
    '/bin',
    '/lib',
    '/lib64',
    '/lost+found',
    '/usr',
    '/../bin',
    '/../lib',
    '/../lib64',
    '/../lost+found',
    '/../usr',
  ]);
});

test('a child is the first process of a namespace of processes, and the keeper hears of its end as of any', { skip }, async () => {
  await using shop = await workshop();
  const proc: Op = { op: 'file-system', type: 'proc', target: '/proc', attributes: 14, options: '', fallback: '/proc', how: 0 };
  const maps: Op = { op: 'user-namespace', uids: '0 0 1\n', gids: '0 0 1\n' };
  const script = 'echo $$; set -- /proc/[0-9]*; echo $#; cut -d" " -f1 /proc/self/stat | grep -qx "[0-9]*" && tr -s " " </proc/1/uid_map';
  assert.deepEqual(await seen(shop, [{ op: 'private-pids' }, ...view([proc]), maps], script), ['1', '1', ' 0 0 1']);
  assert.deepEqual(await shop.run([{ op: 'private-pids' }, { op: 'exit', status: 7 }]), { status: 7, failedOp: -1, errno: 0 });
});

const net = 0x40000000;

test('all who enter a shared namespace are in the same one, whoever comes first and how many at once', { skip }, async () => {
  await using shop = await workshop();
  const script = `readlink /proc/self/ns/net; cat /sys/class/net/lo/flags`;
  const ended: Promise<Ended>[] = [];
  const reports: string[] = [];
  for (let i = 0; i < 8; i++) {
    const report = join(shop.at, `report${i}`);
    const { first, last } = look(report, script);
    reports.push(report);
    ended.push(shop.run([...first, { op: 'namespace', name: 'space/a/net', kind: net, from: '' }, ...last]));
  }
  for (const each of await Promise.all(ended)) assert.deepEqual(each, good);
  const spaces = new Set(reports.map((report) => readFileSync(report, 'utf8').split('\n')[0]));
  assert.equal(spaces.size, 1);
  const other = await seen(shop, [{ op: 'namespace', name: 'space/b/net', kind: net, from: '' }], script);
  assert.equal(spaces.has(other[0]), false);
});

const enter = (from: string): Op => ({ op: 'namespace', name: `space${from}`, kind: net, from, exit: 225 });

test('a namespace that has a path is entered by it, and its absence is told', { skip }, async () => {
  await using shop = await workshop();
  const own = tool('readlink', ['/proc/self/ns/net']).trim();
  assert.deepEqual(await seen(shop, [enter(`/proc/${process.pid}/ns/net`)], 'readlink /proc/self/ns/net'), [own]);
  assert.deepEqual(await shop.run([enter('/missing')]), { status: 225, failedOp: 0, errno: 2 });
});

test('in a user namespace of its own a child has the ids that the map names, and may not change its groups', { skip }, async () => {
  await using shop = await workshop();
  const lines = await seen(
    shop,
    [
      { op: 'groups', gids: ['1'] },
      { op: 'gid', gid: 1 },
      { op: 'user-namespace', uids: '0 0 1\n1 1 1\n', gids: '0 0 1\n1 1 1\n' },
      { op: 'uid', uid: 1 },
    ],
    `id -u; id -g; tr -s ' ' </proc/self/uid_map; cat /proc/self/setgroups; stat -c %u /usr; grep CapEff /proc/self/status | cut -f2`,
  );
  assert.deepEqual(lines, ['1', '1', ' 0 0 1', ' 1 1 1', 'deny', '0', '0000000000000000']);
  assert.deepEqual(await shop.run([{ op: 'user-namespace', uids: 'nonsense', gids: '0 0 1\n' }]), { status: 217, failedOp: 0, errno: 22 });
});

test('a directory of its own is made once, and never taken over from others or through a symlink', { skip }, async () => {
  await using shop = await workshop();
  const make = (name: string): Plan => [{ op: 'own-directory', path: join(shop.at, name), mode: 0o1777 }];
  assert.deepEqual([await shop.run(make('a')), await shop.run(make('a'))], [good, good]);
  mkdirSync(join(shop.at, 'foreign'));
  tool('chown', ['1', join(shop.at, 'foreign')]);
  symlinkSync('a', join(shop.at, 'link'));
  assert.deepEqual([(await shop.run(make('foreign'))).errno, (await shop.run(make('link'))).errno], [17, 20]);
});

test('a directory moves to where nothing is, or to the place of the link to it', { skip }, async () => {
  await using shop = await workshop();
  const move = (path: string, to: string, link = ''): Plan => [
    { op: 'move-directory', path: join(shop.at, path), to: join(shop.at, to), link },
  ];
  for (const name of ['a', 'taken', 'p', 'p/b']) mkdirSync(join(shop.at, name));
  writeFileSync(join(shop.at, 'a/file'), '');
  symlinkSync('p/b', join(shop.at, 'b'));
  symlinkSync('elsewhere', join(shop.at, 'c'));
  const plans = [
    move('a', 'taken'),
    move('a', 'c', 'p/c'),
    move('a', 'moved'),
    move('missing', 'x'),
    move('c', 'x'),
    move('p/b', 'b', 'p/b'),
  ];
  for (const plan of plans) assert.deepEqual(await shop.run(plan), good);
  assert.deepEqual(readdirSync(shop.at).toSorted(), ['b', 'c', 'moved', 'p', 'taken']);
  assert.deepEqual(
    [readdirSync(join(shop.at, 'moved')), readdirSync(join(shop.at, 'taken')), readdirSync(join(shop.at, 'p'))],
    [['file'], [], []],
  );
});

test('something is mounted where a process that runs sees it, and nowhere else', { skip }, async () => {
  await using shop = await workshop();
  for (const name of ['source', 'source/sub', 'there', 'real']) mkdirSync(join(shop.at, name));
  writeFileSync(join(shop.at, 'source/file'), 'bound\n');
  symlinkSync('real', join(shop.at, 'link'));
  using other = await inOwnMounts();
  const into = (target: string, how: number, attributes = 0, id = other.id): Plan => [
    { op: 'clone-tree', slot: 0, path: join(shop.at, 'source'), attributes },
    { op: 'join-view', ...id },
    { op: 'attach-tree', slot: 0, target: join(shop.at, target), how },
    { op: 'exit', status: 0 },
  ];
  const existing = 16;
  const forRoot = 32;
  assert.deepEqual(await shop.run(into('there', existing)), good);
  assert.equal(other.sh(`cat ${shop.at}/there/file`), 'bound\n');
  assert.deepEqual(readdirSync(join(shop.at, 'there')), []);
  assert.deepEqual(await shop.run(into('made/below', forRoot, readOnly)), good);
  assert.equal(other.sh(`touch ${shop.at}/made/below/x 2>/dev/null || echo refused`), 'refused\n');
  assert.equal(other.sh(`stat -c %a ${shop.at}/made`), '755\n');
  assert.equal(tool('stat', ['-c', '%a', join(shop.at, 'made/below')]), '700\n');
  const [enoent, esrch, exdev, eloop] = [2, 3, 18, 40];
  assert.deepEqual(await shop.run(into('missing', existing)), failed(2, enoent));
  assert.deepEqual(await shop.run(into('link', existing)), failed(2, eloop));
  assert.deepEqual(await shop.run(into('link/x', forRoot)), failed(2, eloop));
  assert.deepEqual(readdirSync(join(shop.at, 'real')), []);
  assert.deepEqual(await shop.run(into('there', existing, 0, { ...other.id, start: 1n })), failed(1, esrch));
  assert.deepEqual(await shop.run(into('there', existing, 0, { pid: process.pid, start: startOf(process.pid) })), failed(1, exdev));
});

function failed(failedOp: number, errno: number): Ended {
  return { status: 226, failedOp, errno };
}

function startOf(pid: number): bigint {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
}

/** A process with mounts of its own, and a shell among them. */
async function inOwnMounts(): Promise<
  Disposable & { readonly id: { readonly pid: number; readonly start: bigint }; readonly sh: (script: string) => string }
> {
  const child = spawn('unshare', ['--mount', 'sh', '-c', 'echo ready; exec sleep 1000'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  return {
    id: { pid, start: startOf(pid) },
    sh: (script) => tool('nsenter', ['-t', String(pid), '-m', 'sh', '-c', script]),
    [Symbol.dispose]: () => child.kill('SIGKILL'),
  };
}
