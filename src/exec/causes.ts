import { assignedSettings } from '../unit/assigned.ts';
import { directorySetting } from './directories.ts';
import type { Op } from './op.ts';
import type { ExecRequest } from './request.ts';

/** The setting of the unit's files that an op is there for; undefined for what every process gets. */
export function causeOf(op: Op, { config, list }: Pick<ExecRequest, 'config' | 'list'>): string | undefined {
  const assigned = new Set(assignedSettings(config).map(({ name }) => name));
  if (op.setting !== undefined && (assigned.has(op.setting) || op.setting.startsWith('Limit'))) return op.setting;
  if (op.op === 'exec') return list;
  return [...candidatesOf(op), ...impliers(op)].find((name) => assigned.has(name)) ?? op.setting;
}

/** Settings by which a unit has another that it does not set, or a view of its own in which that comes by itself. */
function impliers(op: Op): readonly string[] {
  if (op.setting === undefined) return [];
  return [...(implied[op.setting] ?? []), 'DynamicUser', ...('target' in op ? viewing : [])];
}

const implied: Readonly<Record<string, readonly string[]>> = {
  MountAPIVFS: ['RootImage', 'RootDirectory', 'PrivatePIDs', 'ProtectProc', 'ProcSubset', 'ProtectControlGroups', 'ProtectKernelTunables'],
  MemoryPressureWatch: ['ProtectControlGroups', 'ProtectKernelTunables'],
  PrivateIPC: ['IPCNamespacePath'],
};

/** Settings by which a process has a view of its own of the file system; the strongest first. */
const viewing = [
  'RootImage',
  'RootDirectory',
  'RootEphemeral',
  'MountImages',
  'ExtensionImages',
  'ExtensionDirectories',
  'TemporaryFileSystem',
  'BindPaths',
  'BindReadOnlyPaths',
  'DynamicUser',
  'ProtectSystem',
  'ProtectHome',
  'PrivateTmp',
  'PrivateDevices',
  'ProtectKernelTunables',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectControlGroups',
  'ProtectProc',
  'ProcSubset',
  'PrivatePIDs',
  'PrivateIPC',
  'IPCNamespacePath',
  'PrivateBPF',
  'InaccessiblePaths',
  'ReadOnlyPaths',
  'ReadWritePaths',
  'NoExecPaths',
  'ExecPaths',
  'BindLogSockets',
  'PrivateMounts',
  'MountFlags',
];

/** Settings that have system calls filtered; the strongest first. */
const filtering = [
  'SystemCallFilter',
  'SystemCallLog',
  'SystemCallArchitectures',
  'RestrictAddressFamilies',
  'RestrictNamespaces',
  'RestrictRealtime',
  'RestrictSUIDSGID',
  'MemoryDenyWriteExecute',
  'LockPersonality',
  'ProtectKernelModules',
  'ProtectKernelLogs',
  'ProtectKernelTunables',
  'ProtectClock',
  'ProtectHostname',
  'PrivateDevices',
  'DynamicUser',
];
const credentials = ['LoadCredential', 'LoadCredentialEncrypted', 'ImportCredential', 'SetCredential', 'SetCredentialEncrypted'];

/** What says how the lines of a stream are kept. */
const logging = [
  'SyslogIdentifier',
  'SyslogFacility',
  'SyslogLevel',
  'SyslogLevelPrefix',
  'LogLevelMax',
  'LogFilterPatterns',
  'LogExtraFields',
  'LogRateLimitIntervalSec',
  'LogRateLimitBurst',
  'LogNamespace',
];

/** Ops that come of a single setting, or of the first of these that the unit has. */
const byOp: Readonly<Partial<Record<Op['op'], readonly string[]>>> = {
  signals: ['IgnoreSIGPIPE'],
  nice: ['Nice'],
  'oom-score': ['OOMScoreAdjust'],
  ioprio: ['IOSchedulingClass', 'IOSchedulingPriority'],
  'coredump-filter': ['CoredumpFilter'],
  scheduler: ['CPUSchedulingPolicy', 'CPUSchedulingPriority', 'CPUSchedulingResetOnFork'],
  affinity: ['CPUAffinity'],
  'numa-policy': ['NUMAPolicy', 'NUMAMask'],
  'timer-slack': ['TimerSlackNSec'],
  personality: ['Personality'],
  'memory-merge': ['MemoryKSM'],
  'huge-pages': ['MemoryTHP'],
  keyring: ['KeyringMode', 'User', 'Group', 'DynamicUser'],
  'bounding-set': ['CapabilityBoundingSet', 'PrivateDevices', 'ProtectKernelModules', 'ProtectKernelLogs', 'ProtectClock'],
  ambient: ['AmbientCapabilities'],
  'keep-capabilities': ['AmbientCapabilities', 'SecureBits'],
  securebits: ['SecureBits'],
  'terminal-owner': ['StandardInput'],
  'terminal-reset': ['TTYReset', 'TTYVHangup', 'TTYVTDisallocate'],
  'credentials-open': credentials,
  'credential-data': ['SetCredential', 'SetCredentialEncrypted', 'LoadCredentialEncrypted', 'ImportCredential'],
  'credential-file': ['LoadCredential', 'ImportCredential'],
  'credentials-close': credentials,
  umask: ['UMask'],
  chroot: ['RootDirectory'],
  chown: ['User', 'Group', 'DynamicUser'],
  'private-pids': ['PrivatePIDs'],
  'user-namespace': ['PrivateUsers', 'DelegateNamespaces', 'PrivateNetwork', ...viewing],
  unshare: ['ProtectControlGroups'],
  'mount-namespace': viewing,
  root: viewing,
  'root-image': ['RootImage'],
  'enter-root': ['MountFlags', ...viewing],
  chdir: ['WorkingDirectory'],
  groups: ['SupplementaryGroups', 'User', 'DynamicUser'],
  gid: ['Group', 'User', 'DynamicUser'],
  uid: ['User', 'DynamicUser'],
  'own-directory': ['PrivateTmp', 'DynamicUser'],
  session: ['PAMName'],
  utmp: ['UtmpIdentifier'],
  wait: ['Type'],
  'no-new-privileges': ['NoNewPrivileges', 'DynamicUser'],
  'no-new-privileges-unless-admin': filtering,
  seccomp: filtering,
  nonblock: ['NonBlocking'],
  data: ['StandardInputData'],
};

const streams = ['StandardInput', 'StandardOutput', 'StandardError'] as const;

function candidatesOf(op: Op): readonly string[] {
  const known = op.op === 'fail' ? failures[op.exit ?? 0] : byOp[op.op];
  if (known !== undefined) return known;
  const directory = 'path' in op ? directorySetting(op.exit) : undefined;
  if (directory !== undefined) return [directory];
  const stream = 'slot' in op ? streams[op.slot] : undefined;
  return [...(stream === undefined ? [] : [stream]), ...(op.op === 'output' ? logging : [])];
}

/** By the exit status of the step that cannot be done. */
const failures: Readonly<Record<number, readonly string[]>> = {
  200: ['WorkingDirectory'],
  216: ['Group', 'SupplementaryGroups'],
  217: ['User', 'DynamicUser'],
  226: ['ExtensionImages', 'ExtensionDirectories'],
  243: credentials,
};
