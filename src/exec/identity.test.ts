import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAccount, mainRequest, plan, rootContext, serviceConfig, userContext, warnings } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

function changes(exec: Partial<ExecSettings>, context: ExecContext): readonly Op[] {
  return plan(mainRequest(serviceConfig(exec)), context).filter(({ op }) => op === 'groups' || op === 'gid' || op === 'uid');
}

test('User= brings the groups of the user, its own or that of Group= first', () => {
  const context = { ...rootContext, account: daemonAccount };
  assert.deepEqual(changes({ User: 'daemon' }, context), [
    { op: 'groups', gids: ['1', '30'] },
    { op: 'gid', gid: 1 },
    { op: 'uid', uid: 1 },
  ]);
  assert.deepEqual(changes({ User: 'daemon', Group: 'adm' }, { ...context, gid: 4 }), [
    { op: 'groups', gids: ['4', '30'] },
    { op: 'gid', gid: 4 },
    { op: 'uid', uid: 1 },
  ]);
});

test('Group= and SupplementaryGroups= work without User=', () => {
  assert.deepEqual(changes({ Group: 'adm' }, { ...rootContext, gid: 4 }), [{ op: 'gid', gid: 4 }]);
  assert.deepEqual(changes({ SupplementaryGroups: ['audio', 'video'] }, { ...rootContext, supplementary: [29, 44] }), [
    { op: 'groups', gids: ['29', '44'] },
  ]);
});

test('User=root keeps the groups of the manager', () => {
  const context = { ...rootContext, account: rootContext.self };
  assert.deepEqual(changes({ User: 'root' }, context), [
    { op: 'gid', gid: 0 },
    { op: 'uid', uid: 0 },
  ]);
});

test('a user that is not root never keeps the groups of the manager', () => {
  assert.deepEqual(changes({ User: 'daemon', Group: 'root' }, { ...rootContext, account: daemonAccount, gid: 0 }), [
    { op: 'groups', gids: [] },
    { op: 'gid', gid: 0 },
    { op: 'uid', uid: 1 },
  ]);
});

test('without privileges, what the manager is already needs no op', () => {
  const context = { ...userContext, account: userContext.self, gid: 1000, supplementary: [27] };
  assert.deepEqual(changes({ User: 'ann', Group: 'ann', SupplementaryGroups: ['sudo'] }, context), []);
});

test('without privileges, another user or group is asked for, so that the kernel refuses it as it does to systemd', () => {
  assert.deepEqual(changes({ User: 'daemon' }, { ...userContext, account: daemonAccount }), [
    { op: 'groups', gids: ['1', '30'] },
    { op: 'gid', gid: 1 },
    { op: 'uid', uid: 1 },
  ]);
  assert.deepEqual(changes({ SupplementaryGroups: ['audio'] }, { ...userContext, supplementary: [29] }), [{ op: 'groups', gids: ['29'] }]);
});

test('DynamicUser= makes the process the user whose uid the manager found, and takes it new privileges', () => {
  const ops = plan(mainRequest(serviceConfig({ DynamicUser: true })), { ...rootContext, dynamicUid: 61999 });
  assert.deepEqual(
    ops.filter(({ op }) => op === 'uid' || op === 'gid'),
    [
      { op: 'gid', gid: 61999 },
      { op: 'uid', uid: 61999 },
    ],
  );
  assert.ok(ops.some(({ op }) => op === 'no-new-privileges'));
  const exec = ops.at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.env.slice(2, 4), ['LOGNAME=a', 'USER=a']);
});

test('DynamicUser= fails where every uid is taken', () => {
  assert.deepEqual(plan(mainRequest(serviceConfig({ DynamicUser: true })), rootContext).at(-1), { op: 'fail', errno: 16, exit: 217 });
});

test('DynamicUser= prefers a user of that name that exists, without its home', () => {
  const ops = plan(mainRequest(serviceConfig({ DynamicUser: true, User: 'daemon' })), { ...rootContext, account: daemonAccount });
  assert.deepEqual(
    ops.filter(({ op }) => op === 'uid'),
    [{ op: 'uid', uid: 1 }],
  );
  const exec = ops.at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.env.slice(2, -1), ['LOGNAME=daemon', 'USER=daemon']);
});

test('DynamicUser= without privileges fails as with systemd, and with a lenient policy says that it does nothing', () => {
  const lenient = { DynamicUser: true, SandboxPolicy: 'lenient' } as const;
  assert.deepEqual(plan(mainRequest(serviceConfig({ DynamicUser: true })), userContext).at(-1), { op: 'fail', errno: 13, exit: 217 });
  assert.deepEqual(changes(lenient, userContext), []);
  assert.deepEqual(warnings(mainRequest(serviceConfig(lenient)), userContext), [
    'DynamicUser= needs privileges: the service runs as the user of the manager',
  ]);
});
