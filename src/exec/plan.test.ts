import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandLine,
  daemonAccount,
  mainRequest,
  plan,
  rootContext,
  serviceConfig,
  userContext,
  warnings,
} from '../../test/exec/example.ts';
import type { UnitConfig } from '../unit/config.ts';
import { checkOrder } from './order.ts';
import { compile } from './plan.ts';
import type { ExecContext } from './request.ts';

const toJournal =
  '{"UNIT":"a.service","INVOCATION_ID":"0123456789abcdef0123456789abcdef","SYSLOG_IDENTIFIER":"a",' +
  '"PRIORITY":"6","SYSLOG_FACILITY":"3","LEVEL_PREFIX":"1","STREAM":"stdout"}';

const keyring = {
  op: 'keyring',
  uid: 0xffffffff,
  gid: 0xffffffff,
  linkUser: 0,
  invocationId: Uint8Array.of(1, 35, 69, 103, 137, 171, 205, 239, 1, 35, 69, 103, 137, 171, 205, 239),
} as const;

test('a plain service of the system gets no input, its output in the journal, the default limits and the root directory', () => {
  assert.deepEqual(plan(mainRequest(serviceConfig()), rootContext), [
    { op: 'signals', ignorePipe: 1 },
    { op: 'setsid' },
    { op: 'open', slot: 0, path: '/dev/null', flags: 0o400, mode: 0, exit: 208 },
    { op: 'dup', slot: 0, number: 0, exit: 208 },
    { op: 'output', slot: 1, stream: 7n, meta: toJournal, exit: 209 },
    { op: 'dup', slot: 1, number: 1, exit: 209 },
    { op: 'dup', slot: 1, number: 2, exit: 222 },
    keyring,
    { op: 'umask', mask: 0o022 },
    { op: 'rlimit', resource: 7, soft: 1024n, hard: 524288n },
    { op: 'chdir', path: '/' },
    { op: 'env-pid', name: 'SYSTEMD_EXEC_PID' },
    { op: 'env-stream', slot: 1 },
    {
      op: 'exec',
      paths: ['/bin/a'],
      argv: ['/bin/a'],
      env: ['LANG=C.UTF-8', 'PATH=/usr/sbin:/usr/bin', 'INVOCATION_ID=0123456789abcdef0123456789abcdef'],
    },
  ]);
});

test('a service that sets nearly everything is set up in the order of systemd, and gives up its privileges last', () => {
  const config = serviceConfig(
    {
      User: 'daemon',
      Group: 'adm',
      SupplementaryGroups: ['audio'],
      WorkingDirectory: { path: '/srv', missingOk: false },
      RootDirectory: '/jail',
      MountAPIVFS: false,
      NoNewPrivileges: true,
      Nice: 5,
      OOMScoreAdjust: -100,
      IOSchedulingClass: 'idle',
      UMask: 0o077,
      IgnoreSIGPIPE: false,
      Limits: { CORE: { soft: 0, hard: Infinity } },
      StandardOutput: { kind: 'null' },
      StandardError: { kind: 'append', path: '/var/log/a' },
      SetLoginEnvironment: false,
    },
    { NonBlocking: true },
  );
  const request = mainRequest(config, {
    descriptors: [
      { held: 'socket/a', name: 'web' },
      { held: 'store/a/1', name: 'kept', stored: true },
    ],
    idle: true,
  });
  const context = { ...rootContext, account: daemonAccount, gid: 4, supplementary: [29], environment: [] };
  assert.deepEqual(plan(request, context), [
    { op: 'signals', ignorePipe: 0 },
    { op: 'setsid' },
    { op: 'take', slot: 1023, name: 'idle', tolerate: true },
    { op: 'wait', slot: 1023, timeoutMs: 5000, tolerate: true },
    { op: 'open', slot: 0, path: '/dev/null', flags: 0o400, mode: 0, exit: 208 },
    { op: 'dup', slot: 0, number: 0, exit: 208 },
    { op: 'open', slot: 1, path: '/dev/null', flags: 0o401, mode: 0, exit: 209 },
    { op: 'dup', slot: 1, number: 1, exit: 209 },
    { op: 'umask', mask: 0, exit: 222 },
    { op: 'open', slot: 2, path: '/var/log/a', flags: 0o2501, mode: 0o600, exit: 222 },
    { op: 'dup', slot: 2, number: 2, exit: 222 },
    { op: 'oom-score', value: -100, tolerate: true, setting: 'OOMScoreAdjust' },
    { op: 'nice', value: 5 },
    { op: 'ioprio', class: 3, level: 4 },
    { ...keyring, uid: 1, gid: 4 },
    { op: 'umask', mask: 0o077 },
    { op: 'rlimit', resource: 4, soft: 0n, hard: 0xffff_ffff_ffff_ffffn, setting: 'LimitCORE' },
    { op: 'rlimit', resource: 7, soft: 1024n, hard: 524288n },
    { op: 'take', slot: 3, name: 'socket/a' },
    { op: 'nonblock', slot: 3, on: 1 },
    { op: 'dup', slot: 3, number: 3 },
    { op: 'take', slot: 4, name: 'store/a/1' },
    { op: 'dup', slot: 4, number: 4 },
    { op: 'groups', gids: ['4', '30', '29'] },
    { op: 'gid', gid: 4 },
    { op: 'chroot', path: '/jail' },
    { op: 'uid', uid: 1 },
    { op: 'chdir', path: '/srv' },
    { op: 'no-new-privileges' },
    { op: 'env-pid', name: 'SYSTEMD_EXEC_PID' },
    { op: 'env-pid', name: 'LISTEN_PID' },
    {
      op: 'exec',
      paths: ['/bin/a'],
      argv: ['/bin/a'],
      env: ['LISTEN_FDS=2', 'LISTEN_FDNAMES=web:kept', 'USER=daemon', 'INVOCATION_ID=0123456789abcdef0123456789abcdef'],
    },
  ]);
});

test('files of OpenFile= come behind the other descriptors, and those that may be missing and are do not come', () => {
  const config = serviceConfig(
    {},
    {
      OpenFile: [
        { path: '/etc/a', name: 'a', flags: ['read-only'] },
        { path: '/run/b', name: 'b', flags: ['graceful'] },
        { path: '/var/c', name: 'log', flags: ['append', 'graceful'] },
        { path: '/var/d', name: 'd', flags: ['truncate'] },
      ],
    },
  );
  const given = { descriptors: [{ held: 'socket/a', name: 'web' }] };
  const ops = plan(mainRequest(config, given), { ...rootContext, unopenable: ['/run/b'] });
  assert.deepEqual(
    ops.filter((op) => ('slot' in op && op.slot > 3) || (op.op === 'open' && op.slot > 2)),
    [
      { op: 'open', slot: 4, path: '/etc/a', flags: 0o400, mode: 0, exit: 202 },
      { op: 'dup', slot: 4, number: 4 },
      { op: 'open', slot: 5, path: '/var/c', flags: 0o2402, mode: 0, exit: 202 },
      { op: 'dup', slot: 5, number: 5 },
      { op: 'open', slot: 6, path: '/var/d', flags: 0o1402, mode: 0, exit: 202 },
      { op: 'dup', slot: 6, number: 6 },
    ],
  );
  const exec = ops.at(-1);
  assert.ok(exec?.op === 'exec');
  assert.deepEqual(
    exec.env.filter((entry) => entry.startsWith('LISTEN_')),
    ['LISTEN_FDS=4', 'LISTEN_FDNAMES=web:a:log:d'],
  );
  assert.deepEqual(checkOrder(ops), []);
  const control = plan(mainRequest(config, { ...given, main: false, list: 'ExecStartPre' }), rootContext);
  assert.ok(!control.some((op) => op.op === 'open' && op.slot > 2));
});

test('a service of a user starts at home with the umask of its manager, and asks for nothing that needs privileges', () => {
  const ops = plan(mainRequest(serviceConfig({ StandardOutput: { kind: 'null' } })), userContext).filter(({ op }) => op !== 'exec');
  assert.deepEqual(ops, [
    { op: 'signals', ignorePipe: 1 },
    { op: 'setsid' },
    { op: 'open', slot: 0, path: '/dev/null', flags: 0o400, mode: 0, exit: 208 },
    { op: 'dup', slot: 0, number: 0, exit: 208 },
    { op: 'open', slot: 1, path: '/dev/null', flags: 0o401, mode: 0, exit: 209 },
    { op: 'dup', slot: 1, number: 1, exit: 209 },
    { op: 'dup', slot: 1, number: 2, exit: 222 },
    { op: 'rlimit', resource: 7, soft: 1024n, hard: 524288n },
    { op: 'chdir', path: '/home/ann', tolerate: true },
    { op: 'env-pid', name: 'SYSTEMD_EXEC_PID' },
  ]);
});

test('without privileges a nice level and an OOM score that cannot be had are done without', () => {
  const config = serviceConfig({ Nice: -5, OOMScoreAdjust: -100 });
  const ops = plan(mainRequest(config), { ...rootContext, privileged: false }).filter(({ op }) => op === 'nice' || op === 'oom-score');
  assert.deepEqual(ops, [
    { op: 'oom-score', value: -100, tolerate: true, setting: 'OOMScoreAdjust' },
    { op: 'nice', value: -5, tolerate: true, setting: 'Nice' },
  ]);
});

test('a child whose user, group or home does not exist ends with the status of systemd, and a warning says why', () => {
  const cases = [
    [{ User: 'nosuch' }, 217, 'User nosuch does not exist'],
    [{ Group: 'nosuch' }, 216, 'Group nosuch does not exist'],
    [{ SupplementaryGroups: ['audio', 'nosuch'] }, 216, 'Not all of these groups exist: audio nosuch'],
  ] as const;
  for (const [exec, status, message] of cases) {
    assert.deepEqual(compile(mainRequest(serviceConfig(exec)), { ...rootContext, supplementary: [29] }), {
      ok: true,
      value: { plan: [{ op: 'signals', ignorePipe: 1 }, { op: 'setsid' }, { op: 'fail', errno: 3, exit: status }], warnings: [message] },
    });
  }
  const homeless = serviceConfig({ User: 'daemon', WorkingDirectory: { path: '~', missingOk: false } });
  const context = { ...rootContext, account: { ...daemonAccount, home: '/' } };
  assert.deepEqual(plan(mainRequest(homeless), context).at(-1), { op: 'fail', errno: 6, exit: 200 });
});

test('WorkingDirectory=~ is the home of the user, and a leading - tolerates that it cannot be entered', () => {
  const config = serviceConfig({ User: 'daemon', WorkingDirectory: { path: '~', missingOk: true } });
  const ops = plan(mainRequest(config), { ...rootContext, account: daemonAccount }).filter(({ op }) => op === 'chdir');
  assert.deepEqual(ops, [{ op: 'chdir', path: '/usr/sbin', tolerate: true }]);
});

test('WorkingDirectory=~ without User= is the home of the manager, which becomes $HOME', () => {
  const config = serviceConfig({ WorkingDirectory: { path: '~', missingOk: false } });
  const ops = plan(mainRequest(config), { ...rootContext, environment: [] });
  assert.deepEqual(
    ops.filter(({ op }) => op === 'chdir' || op === 'exec'),
    [
      { op: 'chdir', path: '/root' },
      {
        op: 'exec',
        paths: ['/bin/a'],
        argv: ['/bin/a'],
        env: ['HOME=/root', 'INVOCATION_ID=0123456789abcdef0123456789abcdef'],
      },
    ],
  );
});

test('RootDirectoryStartOnly= leaves the other commands in the root of the machine', () => {
  const config = serviceConfig({ RootDirectory: '/jail' }, { RootDirectoryStartOnly: true });
  const chroots = (['ExecStartPre', 'ExecStart', 'ExecStop'] as const).map(
    (list) => plan(mainRequest(config, { list }), rootContext).filter(({ op }) => op === 'root').length,
  );
  assert.deepEqual(chroots, [0, 1, 0]);
});

function paths(ExecSearchPath: readonly string[]): readonly string[] {
  const exec = plan(mainRequest(serviceConfig({ ExecSearchPath }), { command: commandLine('a') }), rootContext).at(-1);
  return exec?.op === 'exec' ? exec.paths : [];
}

test('a bare name is looked for in ExecSearchPath=, else where systemd looks', () => {
  assert.deepEqual(paths(['/opt/bin', '/bin']), ['/opt/bin/a', '/bin/a']);
  assert.deepEqual(paths([]), ['/usr/local/sbin/a', '/usr/local/bin/a', '/usr/sbin/a', '/usr/bin/a', '/sbin/a', '/bin/a']);
});

test('arguments are expanded from the final environment, and what is not set is told', () => {
  const config = serviceConfig({ Environment: ['A=1 2', 'B=3'], UnsetEnvironment: ['B'] });
  const request = mainRequest(config, { command: commandLine('/bin/a', '$A', '${A}', '$B', '${B}', 'x$A', '$$A') });
  const exec = plan(request, rootContext).at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.argv, ['/bin/a', '1', '2', '1 2', '', 'x$A', '$A']);
  assert.deepEqual(warnings(request, rootContext), ['Referenced but unset environment variable evaluates to an empty string: B']);
});

test('the prefix : leaves dollar signs alone', () => {
  const request = mainRequest(serviceConfig(), { command: { ...commandLine('/bin/a', '$A', '$$'), expand: false } });
  const exec = plan(request, rootContext).at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.argv, ['/bin/a', '$A', '$$']);
  assert.deepEqual(warnings(request, rootContext), []);
});

test('the prefix + takes off user, limits and no-new-privileges; ! only the user; the groups stay', () => {
  const config = serviceConfig({ User: 'daemon', NoNewPrivileges: true });
  const restraints = (privilege: 'normal' | 'full' | 'no-credentials' | 'ambient-fallback') =>
    plan(mainRequest(config, { command: { ...commandLine('/bin/a'), privilege } }), { ...rootContext, account: daemonAccount })
      .map(({ op }) => op)
      .filter((op) => ['rlimit', 'groups', 'gid', 'uid', 'no-new-privileges'].includes(op));
  assert.deepEqual(
    {
      normal: restraints('normal'),
      '!!': restraints('ambient-fallback'),
      '!': restraints('no-credentials'),
      '+': restraints('full'),
    },
    {
      normal: ['rlimit', 'groups', 'gid', 'uid', 'no-new-privileges'],
      '!!': ['rlimit', 'groups', 'gid', 'uid', 'no-new-privileges'],
      '!': ['rlimit', 'groups', 'no-new-privileges'],
      '+': ['groups'],
    },
  );
});

test('only the main process is given the sockets of the service', () => {
  const request = mainRequest(serviceConfig(), { list: 'ExecStartPre', main: false, descriptors: [{ held: 'socket/a', name: 'a' }] });
  assert.deepEqual(
    plan(request, rootContext).filter(({ op }) => op === 'take'),
    [],
  );
});

test('the files of the terminal belong to the user that reads from it', () => {
  const config = serviceConfig({ User: 'daemon', StandardInput: { kind: 'tty' }, TTYPath: '/dev/tty3' });
  const ops = plan(mainRequest(config), { ...rootContext, account: daemonAccount }).filter(({ op }) => op === 'terminal-owner');
  assert.deepEqual(ops, [{ op: 'terminal-owner', slot: 0, uid: 1 }]);
});

test('more descriptors than a process can have are refused with a message', () => {
  const descriptors = Array.from({ length: 1021 }, (_, index) => ({ held: `${index}`, name: 'a' }));
  assert.deepEqual(compile(mainRequest(serviceConfig(), { descriptors }), rootContext), {
    ok: false,
    error: { message: '1021 descriptors are more than a process can be given' },
  });
});

test('a unit of a type without commands cannot have a process', () => {
  const { exec: _, ...target } = serviceConfig();
  assert.deepEqual(compile(mainRequest({ ...target, name: 'a.target', type: 'target' }), rootContext), {
    ok: false,
    error: { message: 'a.target is of a type that runs no commands' },
  });
});

test('a filter is loaded last of all, and new privileges go before it where there is no CAP_SYS_ADMIN', () => {
  const filtered = { SystemCallFilter: [{ invert: true, rules: [{ name: '@mount' }] }] };
  const last = ['env-pid', 'env-stream', 'seccomp', 'exec'];
  assert.deepEqual(lastOps(serviceConfig(filtered)), ['chdir', 'no-new-privileges-unless-admin', ...last]);
  assert.deepEqual(lastOps(serviceConfig({ ...filtered, NoNewPrivileges: true })), ['chdir', 'no-new-privileges', ...last]);
  assert.deepEqual(lastOps(serviceConfig(filtered), { sandbox: withoutSeccomp }).includes('seccomp'), false);
  const whole = { ...commandLine('/bin/a'), privilege: 'full' } as const;
  assert.equal(
    plan(mainRequest(serviceConfig(filtered), { command: whole }), rootContext).some(({ op }) => op === 'seccomp'),
    false,
  );
});

test('what a filter cannot do is told: names that there are not, and a kernel or an architecture without filters', () => {
  assert.deepEqual(warnings(mainRequest(denying('@nonsense', 'nonsense', 's390_sthyi', 'mount')), rootContext), [
    'SystemCallFilter=: there is no group @nonsense, it is ignored',
    'SystemCallFilter=: there is no system call nonsense, it is ignored',
  ]);
  assert.deepEqual(warnings(mainRequest(serviceConfig({ ProtectHostname: 'yes' })), { ...rootContext, sandbox: withoutSeccomp }), [
    'The kernel filters no system calls, which is half of what ProtectHostname= and other settings are',
  ]);
});

/** A machine whose kernel has no seccomp. */
const withoutSeccomp: NonNullable<ExecContext['sandbox']> = {
  machine: {
    controllers: new Set(),
    capabilities: new Set(['CAP_SYS_ADMIN']),
    features: new Set(['uts namespaces']),
    rights: new Set(['to make namespaces']),
  },
  policy: 'systemd',
};

function denying(...names: readonly string[]): UnitConfig {
  return serviceConfig({ SystemCallFilter: [{ invert: true, rules: names.map((name) => ({ name })) }] });
}

/** The names of the last ops that a service comes to. */
function lastOps(config: UnitConfig, more: Partial<ExecContext> = {}): readonly string[] {
  return plan(mainRequest(config), { ...rootContext, ...more })
    .map(({ op }) => op)
    .slice(-6);
}
