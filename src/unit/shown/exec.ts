import { formatTimespan } from '../../base/duration.ts';
import { yesNo } from '../../base/yes-no.ts';
import { shellWords } from '../../base/shell-words.ts';
import { schedulingPriority, settledAffinity, settledNumaPolicy } from '../scheduling.ts';
import type { ExecSettings } from '../settings/exec.ts';
import { coredumpMask } from '../values/coredump-filter.ts';
import { parentsFirst } from '../values/managed-directory.ts';
import { logFacilityNumber, logLevelNumber } from '../values/syslog.ts';
import type { InputSource, ManagedDirectory, OutputTarget } from '../values/types.ts';
import { notSet, numberOr, type ShownTable, yesNoOr } from './value.ts';

/** What systemd.exec(5) describes, without limits and sandbox. */
export const execTable: ShownTable<ExecSettings> = {
  User: ({ User }) => User,
  Group: ({ Group }) => Group,
  SupplementaryGroups: ({ SupplementaryGroups }) => shellWords(SupplementaryGroups),
  DynamicUser: ({ DynamicUser }) => yesNo(DynamicUser),
  PAMName: ({ PAMName }) => PAMName,
  WorkingDirectory: ({ WorkingDirectory }) =>
    WorkingDirectory === undefined ? '' : `${WorkingDirectory.missingOk ? '!' : ''}${WorkingDirectory.path}`,
  RootDirectory: ({ RootDirectory }) => RootDirectory,
  RootImage: ({ RootImage }) => RootImage,
  Environment: ({ Environment }) => shellWords(lastOfEach(Environment)),
  EnvironmentFiles: ({ EnvironmentFile }) =>
    EnvironmentFile.map(({ path, optional }) => `${path} (ignore_errors=${yesNo(optional)})`).join('\n'),
  PassEnvironment: ({ PassEnvironment }) => shellWords(PassEnvironment),
  UnsetEnvironment: ({ UnsetEnvironment }) => shellWords(UnsetEnvironment),
  ExecSearchPath: ({ ExecSearchPath }) => shellWords(ExecSearchPath),
  UMask: ({ UMask }) => octal(UMask ?? 0o022),
  Nice: ({ Nice }) => String(Nice ?? 0),
  OOMScoreAdjust: ({ OOMScoreAdjust }) => String(OOMScoreAdjust ?? 0),
  CoredumpFilter: ({ CoredumpFilter }) => `0x${coredumpMask(CoredumpFilter).toString(16)}`,
  IOSchedulingClass: ({ IOSchedulingClass }) => String(ioClasses.indexOf(IOSchedulingClass ?? 'best-effort')),
  IOSchedulingPriority: ({ IOSchedulingPriority }) => String(IOSchedulingPriority ?? 4),
  CPUSchedulingPolicy: ({ CPUSchedulingPolicy }) => String(policies[CPUSchedulingPolicy ?? 'other'] ?? 0),
  CPUSchedulingPriority: (exec) => String(schedulingPriority(exec)),
  CPUSchedulingResetOnFork: ({ CPUSchedulingResetOnFork }) => yesNo(CPUSchedulingResetOnFork),
  CPUAffinityFromNUMA: (exec) => yesNo(settledAffinity(exec) === 'numa'),
  NUMAPolicy: (exec) => settledNumaPolicy(exec) ?? 'n/a',
  TimerSlackNSec: ({ TimerSlackNSec }) => String(TimerSlackNSec ?? 50_000),
  StandardInput: ({ StandardInput }) => StandardInput.kind,
  StandardInputData: ({ StandardInputData }) => (StandardInputData === undefined ? '' : Buffer.from(StandardInputData).toString('base64')),
  StandardOutput: ({ StandardOutput }) => StandardOutput?.kind ?? 'inherit',
  StandardError: ({ StandardError }) => StandardError?.kind ?? 'inherit',
  StandardInputFileDescriptorName: ({ StandardInput }) => descriptorName(StandardInput),
  StandardOutputFileDescriptorName: ({ StandardOutput }) => descriptorName(StandardOutput),
  StandardErrorFileDescriptorName: ({ StandardError }) => descriptorName(StandardError),
  TTYPath: ({ TTYPath }) => TTYPath,
  TTYReset: ({ TTYReset }) => yesNo(TTYReset),
  TTYVHangup: ({ TTYVHangup }) => yesNo(TTYVHangup),
  TTYRows: ({ TTYRows }) => numberOr(TTYRows, notSet),
  TTYColumns: ({ TTYColumns }) => numberOr(TTYColumns, notSet),
  LoadCredential: ({ LoadCredential }) => LoadCredential.join(' '),
  LoadCredentialEncrypted: ({ LoadCredentialEncrypted }) => LoadCredentialEncrypted.join(' '),
  // What they hold is a secret.
  SetCredential: ({ SetCredential }) => namesOnly(SetCredential),
  SetCredentialEncrypted: ({ SetCredentialEncrypted }) => namesOnly(SetCredentialEncrypted),
  TTYVTDisallocate: ({ TTYVTDisallocate }) => yesNo(TTYVTDisallocate),
  SyslogPriority: ({ SyslogFacility, SyslogLevel }) => String(8 * logFacilityNumber(SyslogFacility) + logLevelNumber(SyslogLevel)),
  SyslogIdentifier: ({ SyslogIdentifier }) => SyslogIdentifier,
  SyslogLevelPrefix: ({ SyslogLevelPrefix }) => yesNo(SyslogLevelPrefix),
  SyslogLevel: ({ SyslogLevel }) => String(logLevelNumber(SyslogLevel)),
  SyslogFacility: ({ SyslogFacility }) => String(logFacilityNumber(SyslogFacility)),
  LogLevelMax: ({ LogLevelMax }) => (LogLevelMax === undefined ? '-1' : String(logLevelNumber(LogLevelMax))),
  LogRateLimitIntervalUSec: ({ LogRateLimitIntervalSec }) => formatTimespan(LogRateLimitIntervalSec ?? 0),
  LogRateLimitBurst: ({ LogRateLimitBurst }) => numberOr(LogRateLimitBurst, '0'),
  LogExtraFields: ({ LogExtraFields }) => LogExtraFields.join(' '),
  LogNamespace: ({ LogNamespace }) => LogNamespace,
  IgnoreSIGPIPE: ({ IgnoreSIGPIPE }) => yesNo(IgnoreSIGPIPE),
  UtmpIdentifier: ({ UtmpIdentifier }) => UtmpIdentifier,
  UtmpMode: ({ UtmpMode }) => UtmpMode,
  RuntimeDirectorySymlink: ({ RuntimeDirectory }) => symlinks(RuntimeDirectory),
  RuntimeDirectoryPreserve: ({ RuntimeDirectoryPreserve }) => RuntimeDirectoryPreserve,
  RuntimeDirectoryMode: ({ RuntimeDirectoryMode }) => octal(RuntimeDirectoryMode),
  RuntimeDirectory: ({ RuntimeDirectory }) => paths(RuntimeDirectory),
  StateDirectorySymlink: ({ StateDirectory }) => symlinks(StateDirectory),
  StateDirectoryMode: ({ StateDirectoryMode }) => octal(StateDirectoryMode),
  StateDirectory: ({ StateDirectory }) => paths(StateDirectory),
  CacheDirectorySymlink: ({ CacheDirectory }) => symlinks(CacheDirectory),
  CacheDirectoryMode: ({ CacheDirectoryMode }) => octal(CacheDirectoryMode),
  CacheDirectory: ({ CacheDirectory }) => paths(CacheDirectory),
  LogsDirectorySymlink: ({ LogsDirectory }) => symlinks(LogsDirectory),
  LogsDirectoryMode: ({ LogsDirectoryMode }) => octal(LogsDirectoryMode),
  LogsDirectory: ({ LogsDirectory }) => paths(LogsDirectory),
  ConfigurationDirectoryMode: ({ ConfigurationDirectoryMode }) => octal(ConfigurationDirectoryMode),
  ConfigurationDirectory: ({ ConfigurationDirectory }) => paths(ConfigurationDirectory),
  TimeoutCleanUSec: ({ TimeoutCleanSec }) => formatTimespan(TimeoutCleanSec ?? Infinity),
  MemoryKSM: ({ MemoryKSM }) => (MemoryKSM === undefined ? '' : yesNoOr(MemoryKSM)),
};

const ioClasses = ['none', 'realtime', 'best-effort', 'idle'] as const;

/** The numbers of sched_setscheduler(2). */
const policies: Readonly<Record<string, number>> = { other: 0, fifo: 1, rr: 2, batch: 3, idle: 5, ext: 7 };

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function namesOnly(credentials: readonly string[]): string {
  return credentials.map((each) => each.slice(0, each.indexOf(':'))).join(' ');
}

/** Of several assignments to a variable the last one, in the place of the first. */
function lastOfEach(assignments: readonly string[]): readonly string[] {
  return [...new Map(assignments.map((each) => [each.slice(0, each.indexOf('=')), each])).values()];
}

function descriptorName(stream: InputSource | OutputTarget | undefined): string {
  return stream?.kind === 'fd' ? (stream.name ?? '') : '';
}

function paths(directories: readonly ManagedDirectory[]): string {
  return shellWords(parentsFirst(directories).map(({ path }) => path));
}

function symlinks(directories: readonly ManagedDirectory[]): string {
  return parentsFirst(directories)
    .flatMap((directory) => directory.symlinks.map((symlink) => `${directory.path}:${symlink}`))
    .join('\n');
}
