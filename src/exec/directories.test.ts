import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAccount, mainRequest, plan, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { removalPlan } from './directories.ts';
import type { Op, Plan } from './op.ts';
import type { ExecContext } from './request.ts';

function making(exec: Partial<ExecSettings>, context: ExecContext): readonly Op[] {
  return plan(mainRequest(serviceConfig(exec)), context).filter(({ op }) =>
    ['directory', 'mkdir', 'mkdir-unless-there', 'mkdir-parents', 'symlink'].includes(op),
  );
}

const one = (path: string, ...symlinks: readonly string[]) => [{ path, symlinks }];

test('each kind of directory is made at its place, with its mode and its exit status; configuration stays its administrator’s', () => {
  const exec = {
    User: 'daemon',
    RuntimeDirectory: one('r'),
    RuntimeDirectoryMode: 0o700,
    StateDirectory: one('s'),
    CacheDirectory: one('c'),
    LogsDirectory: one('l'),
    ConfigurationDirectory: one('e'),
  };
  assert.deepEqual(making(exec, { ...rootContext, account: daemonAccount }), [
    { op: 'directory', path: '/run/r', mode: 0o700, uid: 1, gid: 1, exit: 233 },
    { op: 'directory', path: '/var/lib/s', mode: 0o755, uid: 1, gid: 1, exit: 238 },
    { op: 'directory', path: '/var/cache/c', mode: 0o755, uid: 1, gid: 1, exit: 239 },
    { op: 'directory', path: '/var/log/l', mode: 0o755, uid: 1, gid: 1, exit: 240 },
    { op: 'mkdir-parents', path: '/etc/e', mode: 0o755, exit: 241 },
    { op: 'mkdir-unless-there', path: '/etc/e', mode: 0o755, uid: 1, gid: 1, exit: 241 },
  ]);
});

test('what lies in another directory of the list is made after it and, where they are private, has no link of its own', () => {
  const deep = { StateDirectory: [...one('a/deep'), ...one('b'), ...one('a', 'l')], StateDirectoryMode: 0o700, DynamicUser: true };
  const made = making(deep, { ...rootContext, dynamicUid: 61_234 }).map((op) => ('path' in op ? `${op.op} ${op.path}` : op.op));
  assert.deepEqual(made, [
    'directory /var/lib/private',
    'mkdir-parents /var/lib/private/a',
    'directory /var/lib/private/a',
    'mkdir-parents /var/lib/a',
    'symlink /var/lib/a',
    'mkdir-parents /var/lib/l',
    'symlink /var/lib/l',
    'directory /var/lib/private',
    'mkdir-parents /var/lib/private/a/deep',
    'directory /var/lib/private/a/deep',
    'directory /var/lib/private',
    'mkdir-parents /var/lib/private/b',
    'directory /var/lib/private/b',
    'mkdir-parents /var/lib/b',
    'symlink /var/lib/b',
  ]);
});

test('links to a directory are relative, and their parents are made', () => {
  const links = making({ RuntimeDirectory: one('a/b', 'l1', 'a/l2', 'x/y/l3') }, rootContext).filter(({ op }) => op !== 'directory');
  assert.deepEqual(links, [
    { op: 'mkdir-parents', path: '/run/l1', mode: 0o755, exit: 233 },
    { op: 'symlink', target: 'a/b', path: '/run/l1', exit: 233 },
    { op: 'mkdir-parents', path: '/run/a/l2', mode: 0o755, exit: 233 },
    { op: 'symlink', target: 'b', path: '/run/a/l2', exit: 233 },
    { op: 'mkdir-parents', path: '/run/x/y/l3', mode: 0o755, exit: 233 },
    { op: 'symlink', target: '../../a/b', path: '/run/x/y/l3', exit: 233 },
  ]);
});

test('a user’s directories are its own', () => {
  assert.deepEqual(making({ StateDirectory: one('s') }, userContext), [
    { op: 'directory', path: '/home/ann/.local/state/s', mode: 0o755, uid: 1000, gid: 1000, exit: 238 },
  ]);
});

function removal(RuntimeDirectoryPreserve: ExecSettings['RuntimeDirectoryPreserve'], restarting: boolean): Plan {
  const config = serviceConfig({ RuntimeDirectory: one('a', 'b'), RuntimeDirectoryPreserve });
  return removalPlan(config, rootContext.directories, { restarting });
}

test('runtime directories and the links to them go away when the unit stops, as RuntimeDirectoryPreserve= says', () => {
  const gone = [
    { op: 'remove', path: '/run/a', tolerate: true },
    { op: 'unlink', path: '/run/b', tolerate: true },
  ];
  assert.deepEqual(
    [removal('no', false), removal('no', true), removal('restart', false), removal('restart', true), removal('yes', false)],
    [gone, gone, gone, [], []],
  );
  assert.deepEqual(removalPlan(serviceConfig(), rootContext.directories), []);
});
