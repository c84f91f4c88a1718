import { assignedSettings } from '../unit/assigned.ts';
import { directorySetting } from './directories.ts';
import type { Op } from './op.ts';
import type { ExecRequest } from './request.ts';

/** The setting of the unit's files that an op is there for, as they spell it; undefined for what every process gets. */
export function causeOf(op: Op, { config, list }: Pick<ExecRequest, 'config' | 'list'>): string | undefined {
  if (op.setting !== undefined) return op.setting;
  const assigned = new Set(assignedSettings(config).map(({ name }) => name));
  if (op.op === 'exec') return list;
  return candidatesOf(op).find((name) => assigned.has(name));
}

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

/** Ops that come of a single setting, or of the first of these that the unit has. */
const byOp: Readonly<Partial<Record<Op['op'], readonly string[]>>> = {
  signals: ['IgnoreSIGPIPE'],
  nice: ['Nice'],
  'oom-score': ['OOMScoreAdjust'],
  ioprio: ['IOSchedulingClass', 'IOSchedulingPriority'],
  'coredump-filter': ['CoredumpFilter'],
  scheduler: ['CPUSchedulingPolicy', 'CPUSchedulingPriority', 'CPUSchedulingResetOnFork'],
  affinity: ['CPUAffinity'],
  'numa-policy': ['NUMAPolicy'],
  'timer-slack': ['TimerSlackNSec'],
  personality: ['Personality'],
  'memory-merge': ['MemoryKSM'],
  'huge-pages': ['MemoryTHP'],
  keyring: ['KeyringMode'],
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
  data: ['StandardInput', 'StandardInputText', 'StandardInputData'],
};

const streams = ['StandardInput', 'StandardOutput', 'StandardError'] as const;

function candidatesOf(op: Op): readonly string[] {
  const known = byOp[op.op];
  if (known !== undefined) return known;
  const directory = 'path' in op ? directorySetting(op.exit) : undefined;
  if (directory !== undefined) return [directory];
  const stream = 'slot' in op ? streams[op.slot] : undefined;
  return stream === undefined ? [] : [stream];
}
