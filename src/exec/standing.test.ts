import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLine, daemonAccount, mainRequest, rootContext, serviceConfig, userContext } from '../../test/exec/example.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { initialValues } from '../unit/settings/parts.ts';
import type { Command } from '../unit/values/types.ts';
import { compile } from './plan.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { isPlain, plainSettings, standingOf } from './standing.ts';

/** A value that makes a difference, for each of the settings that the standing part may depend on. */
const samples: Partial<ExecSettings> = {
  AmbientCapabilities: [{ invert: false, capabilities: [10] }],
  CPUSchedulingPolicy: 'rr',
  CPUSchedulingPriority: 3,
  CPUSchedulingResetOnFork: true,
  CapabilityBoundingSet: [{ invert: false, capabilities: [10] }],
  CoredumpFilter: ['all'],
  IOSchedulingClass: 'idle',
  IOSchedulingPriority: 2,
  Limits: { NPROC: { soft: 5, hard: 6 } },
  LockPersonality: true,
  MemoryDenyWriteExecute: true,
  Nice: 3,
  NoNewPrivileges: true,
  OOMScoreAdjust: 100,
  RestrictRealtime: true,
  RestrictSUIDSGID: true,
  SecureBits: ['noroot'],
  SystemCallArchitectures: ['native'],
  TimerSlackNSec: 5,
  UMask: 0o77,
  WorkingDirectory: { path: '/srv', missingOk: false },
};

function settingsOf(own: Partial<ExecSettings>): ExecSettings {
  return Object.assign(Object.create(initialValues.exec), own);
}

function requestWith(exec: ExecSettings, more: Partial<ExecRequest> = {}): ExecRequest {
  return mainRequest({ ...serviceConfig(), exec }, more);
}

/** All that units and processes may have of their own. */
function another(exec: ExecSettings, privilege: Command['privilege']): readonly [ExecRequest, Partial<ExecContext>] {
  const request = requestWith(exec, {
    config: { ...serviceConfig({}, { RootDirectoryStartOnly: true, PIDFile: '/run/b', NonBlocking: true }), name: 'b.service', exec },
    command: { ...commandLine('/bin/b', '$X'), privilege },
    list: 'ExecStopPost',
    main: false,
    invocationId: 'f'.repeat(32),
    environment: ['X=1'],
    descriptors: [{ held: 'socket/b', name: 'b' }],
    notify: true,
    idle: true,
    watchdogUsec: 5,
  });
  const context: Partial<ExecContext> = {
    account: daemonAccount,
    gid: 7,
    dynamicUid: 61_184,
    environment: ['PATH=/other'],
    environmentFiles: ['Y=2'],
    links: new Map([['/tmp', '/var/tmp']]),
    unopenable: ['/x'],
    credentials: [{ name: 'c', paths: ['/c'], optional: true }],
    numa: { nodes: [0], cpus: [0] },
    stream: 99n,
    cgroup: '/sys/fs/cgroup/b',
  };
  return [request, context];
}

test('with each plain setting the standing part is the same for whoever it is', () => {
  for (const privilege of ['normal', 'full', 'no-credentials', 'ambient-fallback'] as const) {
    for (const context of [rootContext, userContext]) {
      for (const own of [{}, ...Object.entries(samples).map(([name, value]) => ({ [name]: value })), samples]) {
        const exec = settingsOf(own);
        assert.ok(isPlain(exec), Object.keys(own).join());
        const one = standingOf(requestWith(exec, { command: { ...commandLine('/bin/a'), privilege } }), exec, context);
        const [request, facts] = another(exec, privilege);
        assert.deepEqual(standingOf(request, exec, { ...context, ...facts }), one, Object.keys(own).join());
      }
    }
  }
});

test('the settings of the table that make a difference to the standing part have a sample here', () => {
  const without = [...plainSettings].filter((name) => !(name in samples));
  assert.deepEqual(without, [
    'Environment',
    'IgnoreSIGPIPE',
    'KeyringMode',
    'LogExtraFields',
    'LogFilterPatterns',
    'LogLevelMax',
    'LogRateLimitBurst',
    'LogRateLimitIntervalSec',
    'PassEnvironment',
    'RestrictAddressFamilies',
    'RestrictNamespaces',
    'StandardError',
    'StandardInput',
    'StandardInputData',
    'StandardOutput',
    'SyslogFacility',
    'SyslogIdentifier',
    'SyslogLevel',
    'SyslogLevelPrefix',
    'SystemCallErrorNumber',
    'SystemCallFilter',
    'UnsetEnvironment',
  ]);
});

test('a plan that shares its standing part is the plan that stands alone', () => {
  const standing = {};
  const shared = settingsOf(samples);
  const spoken = settingsOf({ StandardOutput: { kind: 'file', path: '/out' }, StandardError: { kind: 'journal' }, SyslogIdentifier: 'x' });
  let stream = 1n;
  for (const exec of [initialValues.exec, shared, spoken, shared, spoken, initialValues.exec]) {
    for (const privilege of ['normal', 'full'] as const) {
      stream += 1n;
      const invocationId = `${stream}`.padStart(32, '0');
      const request = requestWith(exec, { invocationId, command: { ...commandLine(`/bin/b${stream}`, privilege), privilege } });
      const context = { ...rootContext, stream };
      assert.deepEqual(compile(request, { ...context, standing }), compile(request, context));
    }
  }
});

test('another machine or configuration has another standing part', () => {
  const exec = settingsOf({});
  const request = requestWith(exec);
  const few = { ...rootContext, standing: {} };
  const many = { ...rootContext, limits: { NOFILE: { soft: 9, hard: 9 } }, standing: {} };
  assert.notDeepEqual(standingOf(request, exec, few), standingOf(request, exec, many));
  assert.deepEqual(standingOf(request, exec, few), standingOf(request, exec, rootContext));
});

test('settings that speak of accounts, places or files are not plain, and neither are objects of unknown origin', () => {
  for (const own of [{ User: 'daemon' }, { PrivateTmp: true }, { EnvironmentFile: [] }, { StateDirectory: [] }, { DynamicUser: true }])
    assert.equal(isPlain(settingsOf(own)), false);
  assert.equal(isPlain({ ...initialValues.exec }), false);
  assert.equal(isPlain(Object.assign(Object.create(settingsOf({ User: 'daemon' })), { Nice: 1 })), false);
});
