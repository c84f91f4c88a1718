import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tables } from '../src/unit/settings/parts.ts';
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

/** The same of the settings of a process (systemd.exec(5)) and of the filters of its cgroup: what a service runs in. */
const ofProcesses: Readonly<Record<string, string>> = {
  // Identity and credentials.
  'differential/sandbox/identity.test.ts': 'User Group SupplementaryGroups WorkingDirectory IgnoreSIGPIPE',
  'differential/sandbox/names.test.ts': 'User Group SupplementaryGroups',
  'differential/sandbox/dynamic-user.test.ts': 'DynamicUser',
  'differential/sandbox/session.test.ts': 'PAMName',
  'differential/sandbox/privileges.test.ts':
    'CapabilityBoundingSet AmbientCapabilities SecureBits NoNewPrivileges KeyringMode SELinuxContext AppArmorProfile SmackProcessLabel',
  'differential/sandbox/credentials.test.ts': 'LoadCredential SetCredential',
  'differential/sandbox/encrypted-credentials.test.ts': 'LoadCredentialEncrypted SetCredentialEncrypted',
  'differential/sandbox/utmp.test.ts': 'UtmpIdentifier UtmpMode',
  'differential/sandbox/ipc.test.ts': 'RemoveIPC',
  'differential/exec.test.ts': 'Environment PassEnvironment UnsetEnvironment ExecSearchPath',
  'differential/sandbox/failures.test.ts': 'EnvironmentFile StandardInput StandardOutput StandardError StandardInputText StandardInputData',
  // Directories and paths.
  'differential/sandbox/mounts.test.ts':
    'RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory RuntimeDirectoryPreserve RootDirectory MountAPIVFS BindPaths BindReadOnlyPaths ReadWritePaths ReadWriteDirectories ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths TemporaryFileSystem PrivateTmp PrivateDevices PrivateNetwork PrivateIPC PrivateUsers PrivateMounts MountFlags NetworkNamespacePath ProtectSystem ProtectHome ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups ProtectClock ProtectHostname ProtectProc ProcSubset JoinsNamespaceOf',
  'differential/sandbox/received.test.ts':
    'RuntimeDirectoryMode StateDirectoryMode CacheDirectoryMode LogsDirectoryMode ConfigurationDirectoryMode LoadCredential JoinsNamespaceOf StandardInput StandardOutput StandardError LogRateLimitIntervalSec LogRateLimitBurst',
  'differential/sandbox/images.test.ts': 'RootImage RootImageOptions MountImages',
  'differential/sandbox/extension-images.test.ts': 'ExtensionImages',
  'differential/sandbox/extensions.test.ts': 'ExtensionDirectories IPCNamespacePath UserNamespacePath',
  'differential/sandbox/log-sockets.test.ts': 'BindLogSockets',
  // Filters.
  'differential/sandbox/filters.test.ts':
    'SystemCallFilter SystemCallErrorNumber SystemCallArchitectures SystemCallLog RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute',
  'differential/sandbox/cgroup-filters.test.ts':
    'IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath BPFProgram DeviceAllow DevicePolicy',
  'differential/sandbox/file-systems-show.test.ts': 'RestrictFileSystems',
  'end-to-end/file-systems.test.ts': 'RestrictFileSystems',
  // Scheduling, limits, streams and terminals.
  'differential/sandbox/scheduling.test.ts':
    'Nice CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask IOSchedulingClass IOSchedulingPriority OOMScoreAdjust CoredumpFilter TimerSlackNSec Personality UMask LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME',
  'differential/sandbox/terminal.test.ts': 'TTYPath TTYReset TTYVHangup TTYVTDisallocate TTYRows TTYColumns StandardInput',
  'differential/sandbox/terminal-end.test.ts': 'TTYPath TTYReset TTYVHangup TTYVTDisallocate',
  'differential/run/journal-system.test.ts': 'SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix LogLevelMax LogExtraFields',
  'end-to-end/log-settings.test.ts': 'LogLevelMax LogFilterPatterns LogExtraFields LogNamespace',
  // Newer than the systemd that is asked, or left out of its build.
  'end-to-end/newer-sandbox.test.ts':
    'SetLoginEnvironment ImportCredential PrivatePIDs PrivateTmp PrivateUsers ProtectControlGroups MemoryKSM MemoryTHP SocketBindAllow SocketBindDeny RestrictNetworkInterfaces BPFDelegateCommands BPFDelegateMaps BPFDelegatePrograms BPFDelegateAttachments',
  'end-to-end/ephemeral-root.test.ts': 'RootEphemeral',
  'end-to-end/delegated-namespaces.test.ts': 'DelegateNamespaces PrivateBPF BPFDelegateCommands BPFDelegateMaps ProtectHostname',
  // What works without privileges, in a user's manager.
  'differential/sandbox/user.test.ts':
    'LimitNOFILE UMask Nice OOMScoreAdjust CPUSchedulingPolicy CPUAffinity IOSchedulingClass TimerSlackNSec Personality CoredumpFilter IgnoreSIGPIPE KeyringMode User Group SupplementaryGroups DynamicUser AmbientCapabilities CapabilityBoundingSet SecureBits NoNewPrivileges SystemCallFilter SystemCallArchitectures RestrictAddressFamilies RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality MemoryDenyWriteExecute ProtectClock ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables ProtectControlGroups ProtectProc ProcSubset ProtectSystem ProtectHome PrivateUsers PrivateNetwork PrivateIPC PrivateTmp PrivateDevices PrivateMounts MountFlags ReadOnlyPaths InaccessiblePaths NoExecPaths TemporaryFileSystem BindPaths BindReadOnlyPaths RootDirectory ExtensionDirectories NetworkNamespacePath RuntimeDirectory StateDirectory CacheDirectory LogsDirectory ConfigurationDirectory SetCredential LoadCredential MemoryMax DeviceAllow IPAddressDeny IPAccounting RestrictNetworkInterfaces SocketBindDeny',
};

/** Settings without such a case, and the simulated test that they have instead: newer than the systemd that is asked, and about minutes that no test waits for. */
const simulated: Readonly<Record<string, string>> = {
  'type/timer.test.ts': 'DeferReactivation',
  'scenario/concurrency.test.ts': 'ActivatingConcurrencyMax',
  'scenario/clean.test.ts': 'TimeoutCleanSec',
};

/** Settings that have no effect in tysd; docs/directives.md has the reason. */
const withoutEffect = ['SurviveFinalKillSignal'];

const namings = [covered, simulated, ofProcesses].flatMap((table) => Object.entries(table));

for (const [file, settings] of namings) {
  test(`${file} has a case of each setting that it is to have`, () => {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    const missing = settings
      .split(' ')
      .filter((setting) => ![`${setting}=`, `${setting}:`, `'${setting}'`].some((form) => text.includes(form)));
    assert.deepEqual(missing, []);
  });
}

test('each setting of a process has a case; or it is another name of one, refused, or without effect', () => {
  const withCase = new Set(namings.flatMap(([, settings]) => settings.split(' ')));
  const without = Object.entries<Row>(tables.exec).filter(
    ([name, row]) =>
      row.row === 'setting' && (row.status ?? 'implemented') === 'implemented' && !withCase.has(name) && !name.startsWith('X-Tysd-'),
  );
  assert.deepEqual(
    without.map(([name]) => name),
    [],
  );
});

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
