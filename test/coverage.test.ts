import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cgroupRows } from '../src/unit/settings/cgroup.ts';
import { killRows } from '../src/unit/settings/kill.ts';
import type { Row } from '../src/unit/settings/setting.ts';

/**
 * The settings of the engine and where a case with real processes is: beside systemd (differential/) or, of what is newer than the systemd
 * 252 that is asked, with tysd alone (end-to-end/). Each file named here must have a unit that sets them.
 */
const covered: Readonly<Record<string, string>> = {
  'differential/run/dependencies.test.ts': 'Wants Requires Requisite BindsTo PartOf Upholds Conflicts Before After',
  'differential/run/relations.test.ts':
    'OnFailure OnSuccess OnFailureJobMode OnSuccessJobMode PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom StopWhenUnneeded RefuseManualStart RefuseManualStop IgnoreOnIsolate AllowIsolate CollectMode',
  'differential/run/mounts.test.ts': 'RequiresMountsFor What Where Type Options SloppyOptions LazyUnmount ReadWriteOnly ForceUnmount',
  'differential/sandbox/mounts.test.ts': 'JoinsNamespaceOf',
  'differential/run/jobs.test.ts': 'JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction',
  'differential/run/service-details-bus.test.ts': 'BusName',
  'differential/run/service-details-ends.test.ts':
    'SuccessExitStatus RuntimeMaxSec RuntimeRandomizedExtraSec TimeoutStartFailureMode TimeoutStopFailureMode GuessMainPID ExitType StartLimitIntervalSec StartLimitBurst',
  'differential/run/notify.test.ts': 'WatchdogSignal TimeoutAbortSec FileDescriptorStoreMax NotifyAccess',
  'differential/run/resources.test.ts': 'OOMPolicy MemoryPressureWatch MemoryPressureThresholdSec DefaultOOMPolicy Slice',
  'differential/run/sockets-accept.test.ts': 'Accept MaxConnections MaxConnectionsPerSource NonBlocking FileDescriptorName',
  'differential/run/sockets.test.ts': 'ListenFIFO SocketUser SocketGroup SocketMode DirectoryMode Symlinks RemoveOnStop Backlog',
  'differential/run/sockets-options.test.ts':
    'ListenStream ListenDatagram ListenSequentialPacket ListenNetlink ListenSpecial ListenMessageQueue ListenUSBFunction BindIPv6Only BindToDevice KeepAlive KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes NoDelay DeferAcceptSec Priority ReceiveBuffer SendBuffer IPTOS IPTTL Mark ReusePort SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet PipeSize MessageQueueMaxMessages MessageQueueMessageSize FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo Timestamping TCPCongestion Writable',
  'differential/run/sockets-activation.test.ts': 'ExecStopPre FlushPending TriggerLimitIntervalSec TriggerLimitBurst',
  'differential/run/timers.test.ts':
    'OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnCalendar AccuracySec RandomizedDelaySec FixedRandomDelay Persistent WakeSystem RemainAfterElapse OnClockChange OnTimezoneChange',
  'differential/run/paths.test.ts': 'PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty MakeDirectory',
  'differential/run/automounts.test.ts': 'TimeoutIdleSec',
  'differential/random/services.ts': 'RestartPreventExitStatus RestartForceExitStatus ExecStop',
  'differential/random/sockets.ts': 'ExecStartPre ExecStartPost ExecStopPost',
  'differential/run/devices.test.ts': 'DefaultDependencies',
  'differential/run/service-details.test.ts': 'RootDirectoryStartOnly',
  'end-to-end/services.test.ts': 'OpenFile',
  'differential/run/exit-status.test.ts': 'SuccessAction FailureAction SuccessActionExitStatus FailureActionExitStatus',
  'end-to-end/actions.test.ts': 'SuccessAction FailureAction StartLimitAction SuccessActionExitStatus FailureActionExitStatus',
  'end-to-end/newer-settings.test.ts':
    'RestartMode RestartSteps RestartMaxDelaySec FileDescriptorStorePreserve ReloadSignal PollLimitIntervalSec PollLimitBurst WantsMountsFor ConcurrencySoftMax ConcurrencyHardMax',
};

/** Settings without such a case, and the simulated test that they have instead: newer than the systemd that is asked, and about minutes that no test waits for. */
const simulated: Readonly<Record<string, string>> = {
  'type/timer.test.ts': 'DeferReactivation',
  'scenario/concurrency.test.ts': 'ActivatingConcurrencyMax',
};

/** Settings that have no effect in tysd; docs/directives.md has the reason. */
const withoutEffect = ['SurviveFinalKillSignal'];

for (const [file, settings] of Object.entries({ ...covered, ...simulated })) {
  test(`${file} has a case of each setting that it is to have`, () => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    const missing = settings
      .split(' ')
      .filter((setting) => ![`${setting}=`, `${setting}:`, `'${setting}'`].some((form) => text.includes(form)));
    assert.deepEqual(missing, []);
  });
}

test('a setting without effect says why', () => {
  const documented = readFileSync(join(import.meta.dirname, '../docs/directives.md'), 'utf8').split('\n');
  const unexplained = withoutEffect.filter(
    (setting) => !documented.some((line) => line.startsWith(`| ${setting} `) && /\| no effect: \w+/.test(line)),
  );
  assert.deepEqual(unexplained, []);
});

test('there are at least 150 cases in which both managers run the same units', () => {
  const files = globSync('differential/{run,sandbox}/*.test.ts', { cwd: import.meta.dirname });
  const cases = files.flatMap(
    (file) => readFileSync(join(import.meta.dirname, file), 'utf8').match(/^ {2,4}(?:'[^']+'|[a-z]\w*): /gm) ?? [],
  );
  assert.ok(cases.length >= 150, `${cases.length}`);
});

/** The settings of systemd.resource-control(5) and systemd.kill(5) that are carried out, and where a case of each is. */
const resources: Readonly<Record<string, string>> = {
  // What each writes to the files of a cgroup, and beside systemd where the machine has the controller.
  '../src/exec/cgroup/attributes.test.ts':
    'CPUWeight StartupCPUWeight CPUShares StartupCPUShares CPUQuota CPUQuotaPeriodSec AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUSetPartition MemoryMin MemoryLow StartupMemoryLow MemoryHigh StartupMemoryHigh MemoryMax StartupMemoryMax MemorySwapMax StartupMemorySwapMax MemoryZSwapMax StartupMemoryZSwapMax MemoryZSwapWriteback MemoryLimit TasksMax IOWeight StartupIOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIOWeight StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth DefaultMemoryMin DefaultMemoryLow DefaultStartupMemoryLow',
  'differential/run/resources.test.ts':
    'Slice MemoryAccounting TasksAccounting IOAccounting BlockIOAccounting Delegate DisableControllers MemoryPressureThresholdSec MemoryPressureWatch',
  'differential/run/legacy-resources.test.ts': 'CPUWeight CPUShares CPUQuota MemoryMax MemoryLimit TasksMax IOWeight BlockIOWeight',
  'differential/run/set-property.test.ts':
    'CPUWeight MemoryMax TasksMax IOWeight IPAddressDeny SocketBindAllow SocketBindDeny RestrictNetworkInterfaces DeviceAllow',
  'differential/sandbox/cgroup-filters.test.ts':
    'DeviceAllow DevicePolicy IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath BPFProgram',
  '../src/exec/cgroup-filters.test.ts': 'SocketBindAllow RestrictNetworkInterfaces BindNetworkInterface',
  'differential/sandbox/traffic.test.ts': 'IPAccounting',
  '../src/exec/environment.test.ts': 'CPUPressureWatch CPUPressureThresholdSec IOPressureWatch IOPressureThresholdSec',
  'end-to-end/tracking.test.ts': 'DelegateSubgroup',
  'differential/run/stop.test.ts': 'KillMode KillSignal SendSIGHUP SendSIGKILL',
  'differential/run/service-details-ends.test.ts': 'FinalKillSignal',
  'differential/run/notify.test.ts': 'WatchdogSignal',
  'type/service-stop.test.ts': 'RestartKillSignal',
};

for (const [file, settings] of Object.entries(resources)) {
  test(`${file} has a case of each setting of resources that it is to have`, () => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    assert.deepEqual(
      settings.split(' ').filter((setting) => !new RegExp(`\\b${setting}\\b`).test(text)),
      [],
    );
  });
}

test('each setting of resources and of kills that is carried out is among them', () => {
  const named = new Set(Object.values(resources).flatMap((settings) => settings.split(' ')));
  const rows = Object.entries<Row>({ ...cgroupRows, ...killRows });
  const carriedOut = rows.filter(([, row]) => row.row === 'setting' && (row.status ?? 'implemented') === 'implemented');
  assert.deepEqual(
    carriedOut.map(([name]) => name).filter((name) => !named.has(name)),
    [],
  );
});
