import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitConfig } from '../../src/unit/config.ts';
import { loadUnit } from '../../src/unit/load.ts';
import { UnitDirectory } from '../../src/unit/unit-directory.ts';
import { facts } from './facts.ts';
import { Tree } from './tree.ts';

const DIRECTORY = '/lib/systemd/system';

function load(name: string, text: string): UnitConfig {
  return loadUnit(name, { directory: new UnitDirectory(new Tree({ [`${DIRECTORY}/${name}`]: text }), [DIRECTORY]), facts });
}

test('services that cannot work are refused, and one line says why', () => {
  const refused: Readonly<Record<string, string>> = {
    'Type=simple': 'neither ExecStart=',
    'Type=simple\nExecStop=/bin/true': 'only a service of Type=oneshot may have no ExecStart=',
    'ExecStop=/bin/true': 'must have RemainAfterExit=yes',
    'ExecStart=/bin/a\nExecStart=/bin/b': 'more than one ExecStart=',
    'Type=oneshot\nExecStart=/bin/a\nRestart=always': 'Restart=always',
    'Type=oneshot\nExecStart=/bin/a\nRestart=on-success': 'Restart=on-success',
    'Type=oneshot\nExecStart=/bin/a\nExitType=cgroup': 'ExitType=cgroup',
    'Type=dbus\nExecStart=/bin/a': 'BusName=',
    'Type=forking\nPrivatePIDs=yes\nExecStart=/bin/a': 'PrivatePIDs=yes',
    'ExecStart=relative/path': 'ExecStart=',
    'ExecStart=/bin/a "unbalanced': 'ExecStart=',
    'ExecStart=/bin/a\nUser=a:b': 'User=',
    'ExecStart=/bin/a\nDynamicUser=perhaps': 'DynamicUser=',
    'ExecStart=/bin/a\nRootDirectory=relative': 'RootDirectory=',
    'ExecStart=/bin/a\nWorkingDirectory=relative': 'WorkingDirectory=',
  };
  for (const [lines, reason] of Object.entries(refused)) {
    const config = load('a.service', `[Service]\n${lines}\n`);
    assert.equal(config.load.state, 'bad-setting', lines);
    assert.equal('reason' in config.load && config.load.reason.includes(reason), true, `${lines}: ${JSON.stringify(config.load)}`);
    assert.equal(config.diagnostics.filter(({ severity }) => severity === 'error').length, 1, lines);
  }
});

/** What is said of a service with these lines, and where. */
function told(lines: string): readonly unknown[] {
  const { load: outcome, diagnostics } = load('a.service', `[Service]\n${lines}\n`);
  const [wrong] = diagnostics.filter(({ severity }) => severity === 'error');
  return ['reason' in outcome ? outcome.reason : '', wrong?.path, wrong?.line];
}

test('a refusal names the line of the setting that it is about, where one is there', () => {
  const path = `${DIRECTORY}/a.service`;
  assert.deepEqual(told('ExecStart=/bin/a\nUser=nobody\nExecStart=/bin/b\nUMask=77'), [
    `${path}:4: only a service of Type=oneshot may have more than one ExecStart=`,
    path,
    4,
  ]);
  assert.deepEqual(told('ExecStart=/bin/a\nUser=a:b')[2], 3);
  assert.deepEqual(told('Restart=always\nExecStart=/bin/a\nType=oneshot')[2], 2);
  assert.deepEqual(told('Type=simple'), ['the service has neither ExecStart= nor ExecStop= nor SuccessAction=', path, 0]);
});

test('services that leave things open get what systemd gives them', () => {
  const types: Readonly<Record<string, string>> = {
    'ExecStart=/bin/a': 'simple',
    'ExecStop=/bin/a\nRemainAfterExit=yes': 'oneshot',
    'ExecStart=/bin/a\nBusName=org.example.A': 'dbus',
    'ExecStart=/bin/a\nBusName=org.example.A\nType=simple': 'simple',
    'ExecStart=-relative/path\nExecStart=/bin/a': 'simple',
    'Type=oneshot\nExecStart=/bin/a\nExecStart=/bin/b\nRestart=on-failure': 'oneshot',
  };
  for (const [lines, type] of Object.entries(types)) {
    const config = load('a.service', `[Service]\n${lines}\n`);
    assert.deepEqual([config.load.state, config.service?.Type], ['loaded', type], lines);
  }
  const accesses: Readonly<Record<string, string>> = {
    'ExecStart=/bin/a': 'none',
    'ExecStart=/bin/a\nType=notify': 'main',
    'ExecStart=/bin/a\nType=notify-reload\nNotifyAccess=all': 'all',
    'ExecStart=/bin/a\nWatchdogSec=3': 'main',
    'ExecStart=/bin/a\nWatchdogSec=infinity': 'none',
    'ExecStart=/bin/a\nFileDescriptorStoreMax=3\nNotifyAccess=none': 'main',
  };
  for (const [lines, access] of Object.entries(accesses))
    assert.equal(load('a.service', `[Service]\n${lines}\n`).service?.NotifyAccess, access, lines);
});

test('settings of services that others make useless are told, and nothing more', () => {
  const config = load('a.service', '[Service]\nExecStart=/bin/a\nRestartSec=10\nRestartMaxDelaySec=5\nRuntimeRandomizedExtraSec=3\n');
  assert.deepEqual([config.load.state, config.service?.RestartSec], ['loaded', 5_000_000]);
  assert.deepEqual(
    config.diagnostics.map(({ severity, code }) => `${severity} ${code}`),
    ['warning no-effect', 'warning no-effect', 'warning no-effect'],
  );
});

test('sockets that cannot work are refused', () => {
  const refused = [
    'Backlog=3',
    'ListenStream=/a\nListenStream=',
    'ListenDatagram=/a\nAccept=yes',
    'ListenFIFO=/a\nAccept=yes',
    'ListenStream=/a\nAccept=yes\nService=b.service',
    'ListenStream=/a\nAccept=yes\nMaxConnections=0',
    'ListenStream=80\nSymlinks=/a',
    'ListenStream=/a\nListenFIFO=/b\nSymlinks=/c',
  ];
  for (const lines of refused) assert.equal(load('a.socket', `[Socket]\n${lines}\n`).load.state, 'bad-setting', lines);
  const taken = [
    'ListenStream=/a',
    'ListenStream=80\nAccept=yes',
    'ListenSequentialPacket=@a\nAccept=yes',
    'ListenStream=/a\nListenStream=80\nSymlinks=/b',
  ];
  for (const lines of taken) assert.deepEqual([load('a.socket', `[Socket]\n${lines}\n`).load, lines], [{ state: 'loaded' }, lines]);
});

test('timers and paths that wait for nothing are refused, and the first Unit= counts', () => {
  assert.equal(load('a.timer', '[Timer]\nPersistent=yes\n').load.state, 'bad-setting');
  assert.equal(load('a.timer', '[Timer]\nOnClockChange=yes\n').load.state, 'loaded');
  assert.equal(load('a.timer', '[Timer]\nOnBootSec=5\nOnCalendar=\n').load.state, 'bad-setting');
  assert.equal(load('a.path', '[Path]\nMakeDirectory=yes\n').load.state, 'bad-setting');
  assert.deepEqual(load('a.path', '[Path]\nPathExists=/x\nPathChanged=/y\nUnit=b.service\nUnit=c.service\n').path?.Unit, 'b.service');
});

test('mounts, automounts and swaps must have the name of their place', () => {
  assert.equal(load('srv-a.mount', '[Mount]\nWhat=tmpfs\nWhere=/srv/a\n').load.state, 'loaded');
  assert.equal(load('srv-a.mount', '[Mount]\nWhat=tmpfs\n').mount?.Where, '/srv/a');
  assert.equal(load('srv-a.mount', '[Mount]\nWhat=tmpfs\nWhere=/srv/b\n').load.state, 'bad-setting');
  assert.equal(load('srv-a.mount', '[Mount]\nWhere=/srv/a\n').load.state, 'bad-setting');
  assert.equal(load('proc.mount', '[Mount]\nWhat=proc\n').load.state, 'bad-setting');
  assert.equal(load('srv-a.automount', '[Automount]\nWhere=/srv/b\n').load.state, 'bad-setting');
  assert.equal(load('dev-sda1.swap', '[Swap]\nWhat=/dev/sda1\n').load.state, 'loaded');
  assert.equal(load('dev-sda1.swap', '[Swap]\nWhat=/dev/sdb1\n').load.state, 'bad-setting');
  assert.equal(load('dev-sda1.swap', '[Swap]\nWhat=sda1\n').swap?.What, '/dev/sda1');
});

test('a limit on the job limits its run too, unless that has its own', () => {
  assert.equal(load('a.target', '[Unit]\nJobTimeoutSec=5\n').unit.JobRunningTimeoutSec, 5_000_000);
  assert.equal(load('a.target', '[Unit]\nJobRunningTimeoutSec=3\nJobTimeoutSec=5\n').unit.JobRunningTimeoutSec, 3_000_000);
});

test('data for standard input is its source unless another one is named', () => {
  assert.deepEqual(load('a.service', '[Service]\nExecStart=/bin/a\nStandardInputText=x\n').exec?.StandardInput, { kind: 'data' });
  assert.deepEqual(load('a.service', '[Service]\nExecStart=/bin/a\nStandardInputText=x\nStandardInput=null\n').exec?.StandardInput, {
    kind: 'null',
  });
});

test('what is delegated is left alone by the OOM policy', () => {
  assert.equal(load('a.service', '[Service]\nExecStart=/bin/a\nDelegate=yes\n').service?.OOMPolicy, 'continue');
  assert.equal(load('a.service', '[Service]\nExecStart=/bin/a\nDelegate=yes\nOOMPolicy=kill\n').service?.OOMPolicy, 'kill');
});
