import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultRuntimeDirectory, defaultStateDirectory, isServed, ownDirectory, ownDirectoryOr } from './runtime-directory.ts';

const uid = process.getuid?.() ?? 0;
const needsRoot = uid === 0 ? false : 'needs root';

test('sockets are in /run/tysd, in XDG_RUNTIME_DIR if that is absolute, or in /tmp', () => {
  assert.deepEqual(
    [
      defaultRuntimeDirectory('system', 0, { XDG_RUNTIME_DIR: '/run/user/0' }),
      defaultRuntimeDirectory('user', 7, { XDG_RUNTIME_DIR: '/run/user/7' }),
      defaultRuntimeDirectory('user', 7, { XDG_RUNTIME_DIR: 'here' }),
      defaultRuntimeDirectory('user', 7, { XDG_RUNTIME_DIR: '' }),
      defaultRuntimeDirectory('user', 7, {}),
    ],
    ['/run/tysd', '/run/user/7/tysd', '/tmp/tysd-7', '/tmp/tysd-7', '/tmp/tysd-7'],
  );
});

test('state is in /var/lib/tysd, in XDG_STATE_HOME if that is absolute, or in the home directory', () => {
  assert.deepEqual(
    [
      defaultStateDirectory('system', { XDG_STATE_HOME: '/state' }),
      defaultStateDirectory('user', { XDG_STATE_HOME: '/state' }),
      defaultStateDirectory('user', { XDG_STATE_HOME: 'state', HOME: '/home/me' }),
      defaultStateDirectory('user', {}),
    ],
    ['/var/lib/tysd', '/state/tysd', '/home/me/.local/state/tysd', '/.local/state/tysd'],
  );
});

test('a directory is made with those above it, closed as asked whatever the umask is', () => {
  using scene = makeScene();
  const path = scene.path('deep/er/run');
  const before = process.umask(0o077);
  try {
    assert.deepEqual(ownDirectory(path, 0o755, uid), { ok: true, value: undefined });
  } finally {
    process.umask(before);
  }
  assert.equal(statSync(path).mode & 0o7777, 0o755);
});

test('a directory of ours that is open to others is closed, and what is in it stays', () => {
  using scene = makeScene();
  const path = scene.path('run');
  mkdirSync(path);
  chmodSync(path, 0o777);
  writeFileSync(join(path, 'kept'), '');
  assert.deepEqual(ownDirectory(path, 0o700, uid), { ok: true, value: undefined });
  assert.deepEqual([statSync(path).mode & 0o7777, readdirSync(path)], [0o700, ['kept']]);
});

test('a symlink in its place is refused, even to a directory of ours, which is left as it is', () => {
  using scene = makeScene();
  mkdirSync(scene.path('elsewhere'));
  chmodSync(scene.path('elsewhere'), 0o775);
  for (const target of [scene.path('elsewhere'), scene.path('nowhere')]) {
    symlinkSync(target, scene.path('run'));
    assert.deepEqual(ownDirectory(scene.path('run'), 0o700, uid), { ok: false, error: `${scene.path('run')} is not a directory` });
    rmSync(scene.path('run'));
  }
  assert.deepEqual([statSync(scene.path('elsewhere')).mode & 0o7777, readdirSync(scene.directory)], [0o775, ['elsewhere']]);
});

test('a file in its place is refused and left as it is', () => {
  using scene = makeScene();
  writeFileSync(scene.path('run'), 'mine', { mode: 0o644 });
  assert.deepEqual(ownDirectory(scene.path('run'), 0o700, uid), { ok: false, error: `${scene.path('run')} is not a directory` });
  assert.equal(lstatSync(scene.path('run')).mode & 0o7777, 0o644);
});

test('a directory of another user is refused and left as it is', { skip: needsRoot }, () => {
  using scene = makeScene();
  mkdirSync(scene.path('run'), { mode: 0o755 });
  chownSync(scene.path('run'), 12345, 12345);
  assert.deepEqual(ownDirectory(scene.path('run'), 0o700, 0), {
    ok: false,
    error: `${scene.path('run')} belongs to uid 12345, not to 0`,
  });
  assert.equal(statSync(scene.path('run')).mode & 0o7777, 0o755);
});

test('a directory in which others than root could put another in its place is refused and not made', { skip: needsRoot }, () => {
  using scene = makeScene();
  for (const name of ['own', 'open', 'sticky', 'target']) mkdirSync(scene.path(name));
  chownSync(scene.path('own'), 12345, 12345);
  chmodSync(scene.path('open'), 0o777);
  chmodSync(scene.path('sticky'), 0o1777);
  for (const name of ['link', 'its-link']) symlinkSync('target', scene.path(name));
  lchownSync(scene.path('its-link'), 12345, 12345);
  symlinkSync('own', scene.path('led-there'));
  const made = (name: string) => {
    const result = ownDirectory(scene.path(`${name}/deep/run`), 0o755, 0);
    return result.ok ? 'made' : result.error.replaceAll(scene.directory, '');
  };
  assert.deepEqual(['sticky', 'link', 'own', 'open', 'its-link', 'led-there'].map(made), [
    'made',
    'made',
    '/own/deep/run could be replaced by others: /own belongs to uid 12345',
    '/open/deep/run could be replaced by others: everybody may write to /open',
    '/its-link/deep/run could be replaced by others: /its-link belongs to uid 12345',
    '/led-there/deep/run could be replaced by others: /own belongs to uid 12345',
  ]);
  assert.deepEqual([readdirSync(scene.path('own')), readdirSync(scene.path('open'))], [[], []]);
});

test('a directory of ours is not that of a user who asks for it as his own', () => {
  using scene = makeScene();
  mkdirSync(scene.path('run'));
  assert.deepEqual(ownDirectory(scene.path('run'), 0o700, uid + 1), {
    ok: false,
    error: `${scene.path('run')} belongs to uid ${uid}, not to ${uid + 1}`,
  });
});

test('a directory that cannot be made is told with the reason', () => {
  using scene = makeScene();
  writeFileSync(scene.path('file'), '');
  const made = ownDirectory(scene.path('file/run'), 0o700, uid);
  assert.match(made.ok ? '' : made.error, /^cannot make .*\/file\/run: (ENOTDIR|EEXIST)/);
});

test('where a directory cannot be made the first other one that can is it, and why is told', () => {
  using scene = makeScene();
  writeFileSync(scene.path('file'), '');
  const [wanted, other, last] = ['file/run', 'file/other', 'last'].map((name) => scene.path(name));
  assert.ok(wanted !== undefined && other !== undefined && last !== undefined);
  const placed = ownDirectoryOr(wanted, 0o700, uid, [other, last]);
  assert.ok(placed.ok);
  assert.equal(placed.value.path, last);
  assert.match(placed.value.problem ?? '', /^cannot make .*\/file\/run: /);
  assert.deepEqual(ownDirectoryOr(last, 0o700, uid, [scene.path('never')]), { ok: true, value: { path: last } });
});

test('what another has put in the place of a directory is refused, and not passed by', () => {
  using scene = makeScene();
  mkdirSync(scene.path('run'));
  symlinkSync(scene.path('run'), scene.path('link'));
  for (const [name, owner] of [
    ['link', uid],
    ['run', uid + 1],
  ] as const)
    assert.equal(ownDirectoryOr(scene.path(name), 0o700, owner, [scene.path('other')]).ok, false);
});

test('a control socket is served while somebody listens, not when it is stale or missing', async () => {
  using scene = makeScene();
  assert.equal(await isServed(scene.directory), false);
  writeFileSync(scene.path('control.sock'), '');
  assert.equal(await isServed(scene.directory), false);
  rmSync(scene.path('control.sock'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(scene.path('control.sock'), resolve));
  assert.equal(await isServed(scene.directory), true);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await isServed(scene.directory), false);
});

/** An empty directory for a test. */
function makeScene() {
  const directory = mkdtempSync(join(tmpdir(), 'tysd-runtime-'));
  return {
    directory,
    path: (name: string) => join(directory, name),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}
