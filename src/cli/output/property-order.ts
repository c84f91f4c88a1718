/** The properties of units as `show` of systemd 252 lists them: those of the type, then those that several types have; of all else as they are. */
export function inSystemdOrder(properties: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  const { Id: id } = properties;
  if (id === undefined) return Object.entries(properties);
  const order = orderOf(id.slice(id.lastIndexOf('.') + 1));
  return Object.entries(properties).toSorted(([left], [right]) => (order.get(left) ?? order.size) - (order.get(right) ?? order.size));
}

/** The names of all of them, each once. */
export function propertyNames(): readonly string[] {
  const names = Object.keys(own).flatMap((type) => [...orderOf(type).keys()]);
  return [...new Set(names)].filter((name) => name !== '');
}

const orders = new Map<string, ReadonlyMap<string, number>>();

function orderOf(type: string): ReadonlyMap<string, number> {
  const known = orders.get(type);
  if (known !== undefined) return known;
  const order = new Map(`${own[type] ?? ''} ${shared}`.split(/\s+/).map((name, index) => [name, index]));
  orders.set(type, order);
  return order;
}

const own: Readonly<Record<string, string>> = {
  service: `
    Type ExitType Restart PIDFile NotifyAccess RestartUSec TimeoutStartUSec TimeoutStopUSec TimeoutAbortUSec TimeoutStartFailureMode
    TimeoutStopFailureMode RuntimeMaxUSec RuntimeRandomizedExtraUSec WatchdogUSec WatchdogTimestamp WatchdogTimestampMonotonic
    RootDirectoryStartOnly RemainAfterExit GuessMainPID RestartPreventExitStatus RestartForceExitStatus SuccessExitStatus MainPID
    ControlPID BusName FileDescriptorStoreMax NFileDescriptorStore StatusText StatusErrno Result ReloadResult CleanResult
    USBFunctionDescriptors USBFunctionStrings UID GID NRestarts OOMPolicy ExecMainStartTimestamp ExecMainStartTimestampMonotonic
    ExecMainExitTimestamp ExecMainExitTimestampMonotonic ExecMainPID ExecMainCode ExecMainStatus ExecCondition ExecConditionEx
    ExecStartPre ExecStartPreEx ExecStart ExecStartEx ExecStartPost ExecStartPostEx ExecReload ExecReloadEx ExecStop ExecStopEx
    ExecStopPost ExecStopPostEx`,
  socket: `
    BindIPv6Only Backlog TimeoutUSec BindToDevice SocketUser SocketGroup SocketMode DirectoryMode Accept FlushPending Writable
    KeepAlive KeepAliveTimeUSec KeepAliveIntervalUSec KeepAliveProbes DeferAcceptUSec NoDelay Priority ReceiveBuffer SendBuffer IPTOS
    IPTTL PipeSize FreeBind Transparent Broadcast PassCredentials PassSecurity PassPacketInfo Timestamping RemoveOnStop Listen
    Symlinks Mark MaxConnections MaxConnectionsPerSource MessageQueueMaxMessages MessageQueueMessageSize TCPCongestion ReusePort
    SmackLabel SmackLabelIPIn SmackLabelIPOut ControlPID Result NConnections NAccepted NRefused FileDescriptorName SocketProtocol
    TriggerLimitIntervalUSec TriggerLimitBurst UID GID ExecStartPre ExecStartPost ExecStopPre ExecStopPost`,
  timer: `
    Unit TimersMonotonic TimersCalendar OnClockChange OnTimezoneChange NextElapseUSecRealtime NextElapseUSecMonotonic LastTriggerUSec
    LastTriggerUSecMonotonic Result AccuracyUSec RandomizedDelayUSec FixedRandomDelay Persistent WakeSystem RemainAfterElapse`,
  path: `
    Unit Paths MakeDirectory DirectoryMode Result TriggerLimitIntervalUSec TriggerLimitBurst`,
  scope: `
    Controller TimeoutStopUSec Result RuntimeMaxUSec RuntimeRandomizedExtraUSec OOMPolicy`,
  mount: `
    Where What Options Type TimeoutUSec ControlPID DirectoryMode SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly Result UID GID
    ExecMount ExecUnmount ExecRemount`,
  automount: `
    Where ExtraOptions DirectoryMode Result TimeoutIdleUSec`,
  swap: `
    What Priority Options TimeoutUSec ControlPID Result UID GID ExecActivate ExecDeactivate`,
  device: `
    SysFSPath`,
};

const shared = `
  Slice ControlGroup ControlGroupId MemoryCurrent MemoryAvailable CPUUsageNSec EffectiveCPUs EffectiveMemoryNodes TasksCurrent
  IPIngressBytes IPIngressPackets IPEgressBytes IPEgressPackets IOReadBytes IOReadOperations IOWriteBytes IOWriteOperations Delegate
  DelegateControllers CPUAccounting CPUWeight StartupCPUWeight CPUShares StartupCPUShares CPUQuotaPerSecUSec CPUQuotaPeriodUSec
  AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes IOAccounting IOWeight StartupIOWeight IODeviceWeight
  IOReadBandwidthMax IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetUSec BlockIOAccounting BlockIOWeight
  StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth MemoryAccounting DefaultMemoryLow
  DefaultMemoryMin MemoryMin MemoryLow MemoryHigh MemoryMax MemorySwapMax MemoryLimit DevicePolicy DeviceAllow TasksAccounting
  TasksMax IPAccounting IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath DisableControllers ManagedOOMSwap
  ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMPreference BPFProgram SocketBindAllow SocketBindDeny
  RestrictNetworkInterfaces Environment EnvironmentFiles PassEnvironment UnsetEnvironment UMask LimitCPU LimitCPUSoft LimitFSIZE
  LimitFSIZESoft LimitDATA LimitDATASoft LimitSTACK LimitSTACKSoft LimitCORE LimitCORESoft LimitRSS LimitRSSSoft LimitNOFILE
  LimitNOFILESoft LimitAS LimitASSoft LimitNPROC LimitNPROCSoft LimitMEMLOCK LimitMEMLOCKSoft LimitLOCKS LimitLOCKSSoft
  LimitSIGPENDING LimitSIGPENDINGSoft LimitMSGQUEUE LimitMSGQUEUESoft LimitNICE LimitNICESoft LimitRTPRIO LimitRTPRIOSoft
  LimitRTTIME LimitRTTIMESoft WorkingDirectory RootDirectory RootImage RootImageOptions RootHash RootHashPath RootHashSignature
  RootHashSignaturePath RootVerity ExtensionDirectories ExtensionImages MountImages OOMScoreAdjust CoredumpFilter Nice
  IOSchedulingClass IOSchedulingPriority CPUSchedulingPolicy CPUSchedulingPriority CPUAffinity CPUAffinityFromNUMA NUMAPolicy
  NUMAMask TimerSlackNSec CPUSchedulingResetOnFork NonBlocking StandardInput StandardInputFileDescriptorName StandardInputData
  StandardOutput StandardOutputFileDescriptorName StandardError StandardErrorFileDescriptorName TTYPath TTYReset TTYVHangup
  TTYVTDisallocate TTYRows TTYColumns SyslogPriority SyslogIdentifier SyslogLevelPrefix SyslogLevel SyslogFacility LogLevelMax
  LogRateLimitIntervalUSec LogRateLimitBurst LogExtraFields LogNamespace SecureBits CapabilityBoundingSet AmbientCapabilities User
  Group DynamicUser RemoveIPC SetCredential SetCredentialEncrypted LoadCredential LoadCredentialEncrypted SupplementaryGroups
  PAMName ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ExecSearchPath MountFlags PrivateTmp PrivateDevices
  ProtectClock ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups PrivateNetwork PrivateUsers
  PrivateMounts PrivateIPC ProtectHome ProtectSystem SameProcessGroup UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile
  SmackProcessLabel IgnoreSIGPIPE NoNewPrivileges SystemCallFilter SystemCallArchitectures SystemCallErrorNumber SystemCallLog
  Personality LockPersonality RestrictAddressFamilies RuntimeDirectorySymlink RuntimeDirectoryPreserve RuntimeDirectoryMode
  RuntimeDirectory StateDirectorySymlink StateDirectoryMode StateDirectory CacheDirectorySymlink CacheDirectoryMode CacheDirectory
  LogsDirectorySymlink LogsDirectoryMode LogsDirectory ConfigurationDirectoryMode ConfigurationDirectory TimeoutCleanUSec
  MemoryDenyWriteExecute RestrictRealtime RestrictSUIDSGID RestrictNamespaces RestrictFileSystems BindPaths BindReadOnlyPaths
  TemporaryFileSystem MountAPIVFS KeyringMode ProtectProc ProcSubset ProtectHostname NetworkNamespacePath IPCNamespacePath KillMode
  KillSignal RestartKillSignal FinalKillSignal SendSIGKILL SendSIGHUP WatchdogSignal Id Names Following Requires Requisite Wants
  BindsTo PartOf Upholds RequiredBy RequisiteOf WantedBy BoundBy UpheldBy ConsistsOf Conflicts ConflictedBy Before After OnSuccess
  OnSuccessOf OnFailure OnFailureOf Triggers TriggeredBy PropagatesReloadTo ReloadPropagatedFrom PropagatesStopTo StopPropagatedFrom
  JoinsNamespaceOf SliceOf RequiresMountsFor Documentation Description AccessSELinuxContext LoadState ActiveState FreezerState
  SubState FragmentPath SourcePath DropInPaths UnitFileState UnitFilePreset StateChangeTimestamp StateChangeTimestampMonotonic
  InactiveExitTimestamp InactiveExitTimestampMonotonic ActiveEnterTimestamp ActiveEnterTimestampMonotonic ActiveExitTimestamp
  ActiveExitTimestampMonotonic InactiveEnterTimestamp InactiveEnterTimestampMonotonic CanStart CanStop CanReload CanIsolate CanClean
  CanFreeze Job StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies OnSuccessJobMode
  OnFailureJobMode IgnoreOnIsolate NeedDaemonReload Markers JobTimeoutUSec JobRunningTimeoutUSec JobTimeoutAction
  JobTimeoutRebootArgument ConditionResult AssertResult ConditionTimestamp ConditionTimestampMonotonic AssertTimestamp
  AssertTimestampMonotonic Conditions Asserts LoadError Transient Perpetual StartLimitIntervalUSec StartLimitBurst StartLimitAction
  FailureAction FailureActionExitStatus SuccessAction SuccessActionExitStatus RebootArgument InvocationID CollectMode Refs
  ActivationDetails`;
