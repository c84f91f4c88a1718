import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daemonAccount, mainRequest, plan, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import { serviceOf } from '../../test/unit/config.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import { managerEnvironment } from './environment.ts';
import { compile } from './plan.ts';
import type { ExecContext, ExecRequest } from './request.ts';

const invocation = 'INVOCATION_ID=0123456789abcdef0123456789abcdef';

function environment(config: UnitConfig, context: Partial<ExecContext> = {}, request: Partial<ExecRequest> = {}): readonly string[] {
  const exec = plan(mainRequest(config, request), { ...rootContext, environment: [], ...context }).at(-1);
  return exec?.op === 'exec' ? exec.env : [];
}

function fromChild(config: UnitConfig, request: Partial<ExecRequest> = {}): readonly string[] {
  return plan(mainRequest(config, request), rootContext).flatMap((op) =>
    op.op === 'env-pid' ? [op.name] : op.op === 'env-stream' ? [`JOURNAL_STREAM of ${op.slot}`] : [],
  );
}

test('each source of variables wins over the ones before it, and takes their place', () => {
  const config = serviceConfig({
    ExecSearchPath: ['/opt/a', '/opt/b'],
    PassEnvironment: ['PASSED', 'UNKNOWN', 'SET'],
    Environment: ['SET=unit', 'FILE=unit'],
    UnsetEnvironment: ['GONE', 'KEPT=other', 'MATCHED=yes'],
  });
  assert.deepEqual(
    environment(
      config,
      {
        environment: ['PATH=/bin', 'SET=manager', 'GONE=1', 'KEPT=this', 'MATCHED=yes'],
        ownEnvironment: { PASSED: 'own', SET: 'own', OTHER: 'own' },
        environmentFiles: ['FILE=first\nSECOND=first', '', 'SECOND="sec ond"'],
      },
      { environment: ['MAINPID=7', 'SET=request'] },
    ),
    ['PATH=/opt/a:/opt/b', 'SET=unit', 'KEPT=this', 'MAINPID=7', invocation, 'PASSED=own', 'FILE=first', 'SECOND=sec ond'],
  );
});

test('a missing environment file that is not optional means that there can be no process', () => {
  const context = { ...rootContext, environmentFiles: ['A=1', { missing: '/etc/default/a' }] };
  assert.deepEqual(compile(mainRequest(serviceConfig()), context), {
    ok: false,
    error: { message: 'Failed to load environment file /etc/default/a: No such file or directory' },
  });
});

test('User= makes a login environment, without a shell that lets nobody in and a home that is none', () => {
  const config = serviceConfig({ User: 'daemon' });
  assert.deepEqual(environment(config, { account: daemonAccount }), ['HOME=/usr/sbin', 'LOGNAME=daemon', 'USER=daemon', invocation]);
  assert.deepEqual(environment(config, { account: { ...daemonAccount, home: '/', shell: '/bin/sh' } }), [
    'LOGNAME=daemon',
    'USER=daemon',
    'SHELL=/bin/sh',
    invocation,
  ]);
});

test('SetLoginEnvironment=yes does so for the user of the manager too', () => {
  assert.deepEqual(environment(serviceConfig({ SetLoginEnvironment: true })), [
    'HOME=/root',
    'LOGNAME=root',
    'USER=root',
    'SHELL=/bin/bash',
    invocation,
  ]);
});

test('the manager tells a process where to report, how often, its PID file, its store and its directories', () => {
  const config = serviceConfig(
    {
      RuntimeDirectory: [
        { path: 'a', symlinks: [] },
        { path: 'b/c', symlinks: ['d'] },
      ],
      StateDirectory: [{ path: 'e', symlinks: [] }],
    },
    { PIDFile: '/run/a.pid', FileDescriptorStoreMax: 3 },
  );
  assert.deepEqual(environment(config, {}, { notify: true, watchdogUsec: 5_000_000 }), [
    'NOTIFY_SOCKET=/run/tysd/notify',
    'PIDFILE=/run/a.pid',
    'FDSTORE=3',
    'WATCHDOG_USEC=5000000',
    invocation,
    'RUNTIME_DIRECTORY=/run/a:/run/b/c',
    'STATE_DIRECTORY=/var/lib/e',
  ]);
  assert.deepEqual(fromChild(config, { watchdogUsec: 5_000_000 }), ['SYSTEMD_EXEC_PID', 'WATCHDOG_PID', 'JOURNAL_STREAM of 1']);
});

test('a control process is not told of a watchdog that it cannot feed', () => {
  const request = { main: false, list: 'ExecStop', watchdogUsec: 1 } as const;
  assert.deepEqual(environment(serviceConfig(), {}, request), [invocation]);
  assert.deepEqual(fromChild(serviceConfig(), request), ['SYSTEMD_EXEC_PID', 'JOURNAL_STREAM of 1']);
});

test('what the unit sets or unsets itself, the child does not add', () => {
  const config = serviceConfig({ Environment: ['SYSTEMD_EXEC_PID=7'], UnsetEnvironment: ['JOURNAL_STREAM'] });
  assert.deepEqual(environment(config), [invocation, 'SYSTEMD_EXEC_PID=7']);
  assert.deepEqual(fromChild(config), []);
});

test('what a manager inherited of another one does not reach the process twice', () => {
  assert.deepEqual(environment(serviceConfig(), { environment: ['SYSTEMD_EXEC_PID=7', 'A=1'] }), ['A=1', invocation]);
});

test("a user's process knows the manager", () => {
  const exec = plan(mainRequest(serviceConfig()), { ...userContext, managerPid: 42 }).at(-1);
  assert.deepEqual(exec?.op === 'exec' && exec.env, ['HOME=/home/ann', 'PATH=/usr/bin', 'USER=ann', 'MANAGERPID=42', invocation]);
});

test('a process with a terminal has $TERM: the console that of the manager, a virtual terminal linux, another one vt220', () => {
  const tty = { StandardInput: { kind: 'tty' } } as const;
  const ownEnvironment = { TERM: 'xterm' };
  assert.deepEqual(
    [
      environment(serviceConfig(tty), { ownEnvironment }),
      environment(serviceConfig({ ...tty, TTYPath: '/dev/tty3' }), { ownEnvironment }),
      environment(serviceConfig({ TTYPath: '/dev/ttyS0' }), { ownEnvironment }),
      environment(serviceConfig({ ...tty, Environment: ['TERM=dumb'] }), { ownEnvironment }),
    ],
    [
      [invocation, 'TERM=xterm'],
      [invocation, 'TERM=linux'],
      [invocation, 'TERM=vt220'],
      [invocation, 'TERM=dumb'],
    ],
  );
});

test('the system starts its processes with a fixed path, a user with its own environment but that path', () => {
  const own = { PATH: '/home/ann/bin', HOME: '/home/ann', NOTIFY_SOCKET: '/run/outer', LISTEN_FDS: '1', GONE: undefined };
  assert.deepEqual(managerEnvironment('system', own, ['LANG=C.UTF-8', 'A=1']), [
    'A=1',
    'LANG=C.UTF-8',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
  assert.deepEqual(managerEnvironment('user', own, ['A=1']), ['A=1', 'HOME=/home/ann', 'PATH=/usr/local/bin:/usr/bin:/bin']);
});

function watched(name: string, text: string): readonly string[] {
  return [`${name}_PRESSURE_WATCH=/sys/fs/cgroup/a/${name.toLowerCase()}.pressure`, `${name}_PRESSURE_WRITE=${btoa(`${text}\0`)}`];
}

test('pressure on processors and disks is told of to who asks for it', () => {
  const machine = {
    controllers: new Set(['']),
    capabilities: new Set(['']),
    features: new Set(['pressure stall information']),
    rights: new Set(['']),
  };
  const context = { ...rootContext, cgroup: '/sys/fs/cgroup/a', sandbox: { machine, policy: 'systemd' as const } };
  const told = (cgroup: Partial<CgroupSettings>): readonly string[] => {
    const exec = plan(mainRequest(serviceOf({}, { cgroup: { MemoryPressureWatch: 'skip', ...cgroup } })), context).at(-1);
    return exec?.op === 'exec' ? exec.env.filter((variable) => variable.includes('_PRESSURE_')) : [];
  };
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ CPUPressureWatch: true }), watched('CPU', 'some 200000 2000000'));
  assert.deepEqual(told({ IOPressureWatch: true, IOPressureThresholdSec: 100_000 }), watched('IO', 'some 100000 2000000'));
  assert.deepEqual(told({ CPUAccounting: true, CPUPressureThresholdSec: 5000 }), watched('CPU', 'some 5000 2000000'));
  assert.deepEqual(told({ CPUPressureWatch: false, IOPressureWatch: 'skip' }), ['CPU_PRESSURE_WATCH=/dev/null']);
});

test('memory pressure is told of where memory is counted and the kernel tells, and the file is the user’s', () => {
  const machine = {
    controllers: new Set(['memory']),
    capabilities: new Set(['']),
    features: new Set(['pressure stall information']),
    rights: new Set(['']),
  };
  const context = { ...rootContext, cgroup: '/sys/fs/cgroup/a', sandbox: { machine, policy: 'systemd' as const }, account: daemonAccount };
  const told = (cgroup: Partial<CgroupSettings>, more: Partial<ExecContext> = {}): readonly string[] => {
    const ops = plan(mainRequest(serviceOf({}, { cgroup, exec: { User: 'daemon' } })), { ...context, ...more });
    const exec = ops.at(-1);
    const variables = exec?.op === 'exec' ? exec.env.filter((variable) => variable.startsWith('MEMORY_')) : [];
    return [...variables, ...ops.flatMap((op) => (op.op === 'chown' ? [`${op.path} of ${op.uid}`] : []))];
  };
  const file = '/sys/fs/cgroup/a/memory.pressure';
  const ofMemory = (text: string): readonly string[] => [
    `MEMORY_PRESSURE_WATCH=${file}`,
    `MEMORY_PRESSURE_WRITE=${btoa(`${text}\0`)}`,
    `${file} of 1`,
  ];
  assert.deepEqual(told({}), ofMemory('some 200000 2000000'));
  assert.deepEqual(told({ MemoryPressureThresholdSec: 0 }), ofMemory('some 1 2000000'));
  assert.deepEqual(told({ MemoryPressureWatch: true, MemoryAccounting: false }), ofMemory('some 200000 2000000'));
  assert.deepEqual(told({ MemoryAccounting: false }), []);
  assert.deepEqual(told({ MemoryPressureWatch: 'skip' }), []);
  assert.deepEqual(told({ MemoryPressureWatch: false }), ['MEMORY_PRESSURE_WATCH=/dev/null']);
  assert.deepEqual(
    told({ MemoryPressureWatch: true }, { sandbox: { machine: { ...machine, features: new Set(['']) }, policy: 'systemd' } }),
    [],
  );
});
