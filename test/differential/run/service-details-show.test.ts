import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { saidByBoth, whyNotAsked } from './both.ts';

/** Services of all kinds; most are only loaded. */
const services: Readonly<Record<string, string>> = {
  plain: 'ExecStart=/act wait',
  once: 'Type=oneshot\nRemainAfterExit=yes\nExecStart=/act exit 0\nExecStart=/act exit 0',
  broken: 'LimitCORE=0\nExecStart=/act raise 6\nExecStopPost=/act exit 3',
  forked: 'Type=forking\nPIDFile=forked.pid\nExecStart=/act exit 0\nRootDirectory=/srv\nProtectSystem=strict\nPrivateTmp=yes',
  ready: String.raw`Type=notify
NotifyAccess=all
ExecCondition=/act exit 0
ExecStartPre=-/act exit 1
ExecStartPre=+/act exit 0
ExecStart=/act notify READY=1\\nSTATUS=here\\nERRNO=2 wait
ExecStartPost=/act exit 0
ExecReload=!/act exit 0
ExecStop=@/act foo exit 0
ExecStopPost=:/act exit 0
Restart=on-failure
RestartSec=3
TimeoutStartSec=20
TimeoutStopSec=10
TimeoutAbortSec=11
RuntimeMaxSec=1h
RuntimeRandomizedExtraSec=5
WatchdogSec=60
RestartPreventExitStatus=1 SIGTERM
RestartForceExitStatus=3 4 SIGKILL
SuccessExitStatus=5 TEMPFAIL SIGUSR1
FileDescriptorStoreMax=4
User=daemon
Group=daemon
SupplementaryGroups=adm
UMask=0027
LimitNOFILE=100:200
LimitCORE=0
LimitNPROC=infinity
Nice=5
WorkingDirectory=-/tmp
Environment=A=b "C=d e"
EnvironmentFile=-/etc/nothing
EnvironmentFile=-/etc/nowhere
PassEnvironment=PATH
UnsetEnvironment=X
StandardOutput=null
StandardError=append:/tmp/err
SyslogIdentifier=foo
SyslogFacility=local0
SyslogLevel=debug
LogRateLimitBurst=5
KillMode=mixed
KillSignal=SIGINT
SendSIGHUP=yes
OOMScoreAdjust=100
CPUSchedulingPolicy=batch
IOSchedulingClass=idle
RuntimeDirectory=ready
RuntimeDirectoryMode=0700
StateDirectory=ready
NoNewPrivileges=yes
Delegate=yes
Slice=foo.slice
TasksMax=50
MemoryMax=100M
CPUWeight=50
OOMPolicy=continue
IgnoreSIGPIPE=no
TTYPath=/dev/tty9`,
  boxed: `ExecStart=/act wait
CoredumpFilter=private-anonymous elf-headers
CPUSchedulingPolicy=fifo
CPUSchedulingPriority=20
CPUSchedulingResetOnFork=yes
CPUAffinity=0 2-4 6
NUMAPolicy=bind
NUMAMask=0
IOSchedulingClass=realtime
IOSchedulingPriority=1
TimerSlackNSec=1ms
TTYReset=yes
StandardInput=data
StandardInputText=abc
StandardOutput=file:/tmp/o
StandardError=fd:foo
SyslogLevelPrefix=no
LogLevelMax=warning
LogRateLimitIntervalSec=3s
LogExtraFields=A=b C=d
SecureBits=keep-caps noroot
CapabilityBoundingSet=~CAP_SYS_ADMIN
AmbientCapabilities=CAP_KILL CAP_CHOWN
KeyringMode=shared
ProtectProc=invisible
ProcSubset=pid
RemoveIPC=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateNetwork=yes
PrivateUsers=yes
PrivateMounts=yes
PrivateIPC=yes
ProtectHome=tmpfs
ProtectSystem=full
ProtectHostname=yes
MountFlags=slave
MountAPIVFS=yes
SystemCallArchitectures=native x86
SystemCallErrorNumber=EACCES
RestrictNamespaces=net user
RestrictAddressFamilies=AF_UNIX AF_INET
LockPersonality=yes
Personality=x86
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
ReadWritePaths=/a -/b
ReadOnlyPaths=/c
InaccessiblePaths=-/d
ExecPaths=/e
NoExecPaths=/f
BindPaths=/g /h:/i
BindReadOnlyPaths=/j:/k:norbind
TemporaryFileSystem=/l:ro /m
ExtensionDirectories=/ext
NetworkNamespacePath=/n
SELinuxContext=foo
AppArmorProfile=-bar
SmackProcessLabel=baz
RuntimeDirectory=r:s1 x
CacheDirectory=c
LogsDirectory=l
ConfigurationDirectory=g
RuntimeDirectoryPreserve=restart
TimeoutCleanSec=5
PAMName=login
UtmpIdentifier=tt
UtmpMode=user
ExecSearchPath=/q:/r
CPUWeight=30
StartupCPUWeight=40
CPUQuota=20%
CPUQuotaPeriodSec=50ms
AllowedCPUs=0-3
AllowedMemoryNodes=0
MemoryAccounting=no
TasksAccounting=no
MemoryMin=1M
MemoryLow=2M
MemoryHigh=3M
MemoryMax=4M
MemorySwapMax=5M
TasksMax=30
IOWeight=50
StartupIOWeight=60
IODeviceWeight=/dev/null 70
IOReadBandwidthMax=/dev/null 1M
IOWriteIOPSMax=/dev/null 30
IODeviceLatencyTargetSec=/dev/null 5ms
DeviceAllow=/dev/null rw
DeviceAllow=char-tty
DevicePolicy=closed
IPAccounting=yes
IPAddressAllow=10.0.0.0/8
IPAddressDeny=any
Delegate=cpu memory
DisableControllers=io
ManagedOOMSwap=kill
ManagedOOMMemoryPressure=kill
ManagedOOMMemoryPressureLimit=20%
ManagedOOMPreference=omit
LimitNICE=+5
LimitRTTIME=5s
LimitCPU=5`,
  idle: `ExecStart=/act wait
StandardInput=tty
StandardOutput=tty
StandardError=journal
CPUAffinity=numa
NUMAPolicy=local
MountAPIVFS=no
RestrictNamespaces=~net
IPAddressDeny=10.1.2.3
StandardInputData=SGVsbG8=
CPUWeight=idle
ProtectSystem=yes
ProtectHome=read-only
OOMPolicy=kill
Type=idle
ExitType=cgroup
RootDirectoryStartOnly=yes
GuessMainPID=no
NonBlocking=yes
TimeoutStartFailureMode=abort
TimeoutStopFailureMode=kill
USBFunctionDescriptors=/d
USBFunctionStrings=/s`,
  acting: `[Unit]
DefaultDependencies=no
Description=One that acts
Documentation=man:a(1) https://example.org
StartLimitIntervalSec=30
StartLimitBurst=7
StartLimitAction=reboot
FailureAction=poweroff-force
SuccessAction=exit
SuccessActionExitStatus=4
FailureActionExitStatus=5
RebootArgument=x
JobTimeoutSec=20
JobRunningTimeoutSec=10
JobTimeoutAction=exit
JobTimeoutRebootArgument=y
CollectMode=inactive-or-failed
StopWhenUnneeded=yes
RefuseManualStop=yes
AllowIsolate=yes
IgnoreOnIsolate=yes
OnFailureJobMode=fail
RequiresMountsFor=/x
SourcePath=/etc/passwd
[Service]
ExecStart=/act wait`,
};

/** Keys whose text is another one under tysd, and why. A key that differs no more must go from here. */
const known: Readonly<Record<string, string>> = {
  ControlGroupId: 'systemd tells that of the last group, which is gone',
  FileDescriptorStorePreserve: 'of systemd 254',
  ReloadSignal: 'of systemd 253',
  RestartMaxDelayUSec: 'of systemd 254',
  RestartMode: 'of systemd 254',
  RestartSteps: 'of systemd 254',
  RestartUSecNext: 'of systemd 254',
  TysdNotApplied: "tysd's own: what of the unit's files is not applied here",
};

describe('what show says of services', { skip: whyNotAsked, timeout: 600_000 }, () => {
  const names = [...Object.keys(services), 'missing', 'hidden'];
  const answer = saidByBoth({
    show: {
      units: Object.fromEntries(
        Object.entries(services).map(([name, lines]) => [`${name}.service`, lines.startsWith('[') ? lines : `[Service]\n${lines}\n`]),
      ),
      script: `
        systemctl mask --runtime hidden.service 2>/dev/null
        systemctl start plain once ready
        systemctl start broken
        until_ok property broken ActiveState failed
        for unit in ${names.join(' ')}; do echo "# $unit"; systemctl show $unit; done`,
    },
  }).get('show');
  const systemd = parsed(answer?.systemd);
  const tysd = parsed(answer?.tysd);

  test('both tell all services', () => {
    assert.deepEqual([...systemd.keys()], names);
    assert.deepEqual([...tysd.keys()], names);
  });
  test('the keys that differ are those that are known to', () => {
    const found = new Set(names.flatMap((name) => differing(systemd.get(name), tysd.get(name))));
    assert.deepEqual([...found].toSorted(), Object.keys(known).toSorted());
  });
  for (const name of names) {
    test(`${name}.service is told alike`, () => assert.deepEqual(compared(tysd.get(name)), compared(systemd.get(name))));
  }
});

type Properties = ReadonlyMap<string, string>;

function parsed(answer: string | readonly string[] | undefined): ReadonlyMap<string, Properties> {
  assert.ok(answer !== undefined && typeof answer !== 'string', `no answer: ${String(answer)}`);
  const units = new Map<string, Map<string, string>>();
  let unit = new Map<string, string>();
  for (const line of answer) {
    if (line.startsWith('# ')) units.set(line.slice(2), (unit = new Map()));
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const [key, value] = [line.slice(0, equals), plain(line.slice(equals + 1))];
    unit.set(key, unit.has(key) ? `${unit.get(key) ?? ''}\n${value}` : value);
  }
  return units;
}

/** Lists whose order is no promise. */
const sets: ReadonlySet<string> = new Set(['After', 'Before', 'Requires', 'Wants', 'RequiresMountsFor', 'IPAddressDeny', 'IPAddressAllow']);

/** Numbers that are others in each boot. */
const counted = /^(CPUUsageNSec|ControlGroupId|MainPID|ExecMainPID|.*Monotonic|InvocationID)$/;

function plain(value: string): string {
  return value.replaceAll(/\w{3} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, 'TIME').replaceAll(/pid=[1-9]\d*/g, 'pid=PID');
}

function text(key: string, value: string | undefined): string {
  if (value === undefined) return '';
  if (sets.has(key)) return value.split(' ').toSorted().join(' ');
  return counted.test(key) && !/^(0|\[not set\])$/.test(value) ? 'COUNTED' : value;
}

function differing(one: Properties = new Map(), other: Properties = new Map()): readonly string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((key) => text(key, one.get(key)) !== text(key, other.get(key)));
}

function compared(properties: Properties = new Map()): Readonly<Record<string, string>> {
  const entries = [...properties].filter(([key]) => !(key in known)).map(([key, value]) => [key, text(key, value)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
