import { ok, type Result } from '../../base/result.ts';
import { boolean } from '../values/boolean.ts';
import { capabilityList } from '../values/capability.ts';
import { type Amount, tasksMax } from '../values/cgroup-limit.ts';
import { orEmpty } from '../values/combine.ts';
import { cpuAffinity } from '../values/cpu-set.ts';
import { booleanOr, oneOf } from '../values/enum.ts';
import { environmentAssignments } from '../values/environment.ts';
import { integer, unsigned } from '../values/integer.ts';
import type { ValueContext, ValueError } from '../values/parser.ts';
import { absolutePath } from '../values/path.ts';
import { plainString, string } from '../values/string.ts';
import { logLevel } from '../values/syslog.ts';
import { nanoseconds, timeout, timespan } from '../values/timespan.ts';
import { words } from '../values/words.ts';
import { emergencyAction } from './action.ts';
import { architectures } from './checked-words.ts';
import { numaMask, numaPolicy } from './exec.ts';
import { limitRows } from './limit.ts';
import {
  combining,
  entries,
  everyEntry,
  into,
  last,
  list,
  obsolete,
  renamed,
  type Row,
  type SharedSetting,
  type Values,
} from './setting.ts';
import type { Limits } from './limit.ts';

const ofPid1 = { accepted: 'it is a matter of the machine that tysd is the init of, which tysd leaves as it is' } as const;
const always = { accepted: 'tysd always accounts for what the kernel offers' } as const;
const output = oneOf('inherit', 'null', 'tty', 'journal', 'journal+console', 'kmsg', 'kmsg+console');

/** [Manager] of system.conf, user.conf and tysd.conf, less DefaultLimit*= (systemd-system.conf(5)). */
const managerRows = {
  LogLevel: last(logLevel, 'info', { since: 183, meaning: 'Least important messages of the manager itself that are logged' }),
  LogTarget: last(plainString, 'journal-or-kmsg', {
    since: 183,
    meaning: 'Where the manager logs to',
    status: { accepted: 'tysd logs to its own journal' },
  }),
  LogColor: last(boolean, true, {
    since: 183,
    meaning: 'Colours in messages on the console',
    status: { accepted: 'colours follow the terminal' },
  }),
  LogLocation: last(boolean, false, {
    since: 183,
    meaning: 'Places in the source in messages',
    status: { accepted: 'messages of tysd have none' },
  }),
  LogTime: last(boolean, false, { since: 246, meaning: 'Time in messages on the console' }),
  ShowStatus: last(booleanOr('auto', 'error'), true, { since: 183, meaning: 'Tell on the console what is started and stopped' }),
  StatusUnitFormat: last(oneOf('name', 'description', 'combined'), 'combined', {
    since: 243,
    meaning: 'How units are named on the console and in the log',
  }),
  DumpCore: last(boolean, true, { since: 183, meaning: 'Dump core when the manager crashes', status: ofPid1 }),
  CrashChangeVT: last(plainString, 'no', { since: 227, meaning: 'Terminal to show when the manager crashes', status: ofPid1 }),
  CrashShell: last(boolean, false, { since: 183, meaning: 'Shell when the manager crashes', status: ofPid1 }),
  CrashReboot: last(boolean, false, { since: 227, meaning: 'Reboot when the manager crashes', status: ofPid1 }),
  CrashAction: last(oneOf('freeze', 'reboot', 'poweroff'), 'freeze', {
    since: 256,
    meaning: 'What follows a crash of the manager',
    status: ofPid1,
  }),
  CtrlAltDelBurstAction: last(emergencyAction, 'reboot-force', {
    since: 232,
    meaning: 'Action when Ctrl-Alt-Del is pressed more than seven times in 2 s',
  }),
  ConfirmSpawn: last(plainString, 'no', { since: 183, meaning: 'Ask on the console before each process', status: ofPid1 }),
  CPUAffinity: combining('merge', entries(cpuAffinity, { since: 183, meaning: 'CPUs of what the manager starts' })),
  NUMAPolicy: last(orEmpty(numaPolicy, undefined), undefined, { since: 243, meaning: 'Memory policy of what the manager starts' }),
  NUMAMask: combining('merge', entries(numaMask, { since: 243, meaning: 'Nodes of NUMAPolicy=' })),
  RuntimeWatchdogSec: last(watchdog, 0, { since: 198, meaning: 'Hardware watchdog while running', status: ofPid1 }),
  RuntimeWatchdogPreSec: last(watchdog, 0, { since: 251, meaning: 'Warning before the hardware watchdog', status: ofPid1 }),
  RuntimeWatchdogPreGovernor: last(plainString, '', { since: 251, meaning: 'What the kernel does at that warning', status: ofPid1 }),
  RebootWatchdogSec: last(watchdog, 600_000_000, { since: 198, meaning: 'Hardware watchdog during a reboot', status: ofPid1 }),
  ShutdownWatchdogSec: renamed('RebootWatchdogSec', { since: 198, meaning: 'Old name of RebootWatchdogSec=' }),
  KExecWatchdogSec: last(watchdog, 0, { since: 243, meaning: 'Hardware watchdog during a reboot by kexec', status: ofPid1 }),
  WatchdogDevice: last(orEmpty(absolutePath, ''), '', { since: 236, meaning: 'Device of the hardware watchdog', status: ofPid1 }),
  CapabilityBoundingSet: combining(
    'merge',
    everyEntry(capabilityList, { since: 198, meaning: 'Capabilities that what the manager starts may have' }),
  ),
  NoNewPrivileges: last(boolean, false, { since: 239, meaning: 'No privileges by set-uid files for anything started' }),
  SystemCallArchitectures: list(architectures, { since: 209, meaning: 'System call ABIs of anything started' }),
  TimerSlackNSec: last(orEmpty(nanoseconds, undefined), undefined, { since: 198, meaning: 'Timer slack of what the manager starts' }),
  DefaultTimerAccuracySec: last(timespan, 60_000_000, { since: 212, meaning: 'AccuracySec= of timers' }),
  DefaultStandardOutput: last(output, 'journal', { since: 198, meaning: 'StandardOutput= where it is not set' }),
  DefaultStandardError: last(output, 'inherit', { since: 198, meaning: 'StandardError= where it is not set' }),
  DefaultTimeoutStartSec: last(timeout, 90_000_000, { since: 209, meaning: 'TimeoutStartSec= where it is not set' }),
  DefaultTimeoutStopSec: last(timeout, 90_000_000, { since: 209, meaning: 'TimeoutStopSec= where it is not set' }),
  DefaultTimeoutAbortSec: last(orEmpty(timeout, undefined), undefined, {
    since: 243,
    meaning: 'TimeoutAbortSec= where it is not set; empty: as TimeoutStopSec=',
  }),
  DefaultDeviceTimeoutSec: last(timeout, 90_000_000, { since: 252, meaning: 'How long jobs wait for devices' }),
  DefaultRestartSec: last(timespan, 100_000, { since: 209, meaning: 'RestartSec= where it is not set' }),
  DefaultStartLimitIntervalSec: last(timespan, 10_000_000, { since: 209, meaning: 'StartLimitIntervalSec= where it is not set' }),
  DefaultStartLimitInterval: renamed('DefaultStartLimitIntervalSec', { since: 209, meaning: 'Old name of DefaultStartLimitIntervalSec=' }),
  DefaultStartLimitBurst: last(unsigned, 5, { since: 209, meaning: 'StartLimitBurst= where it is not set' }),
  ReloadLimitIntervalSec: last(timespan, 0, { since: 253, meaning: 'Window of the limit on daemon-reload' }),
  ReloadLimitBurst: last(unsigned, 0, { since: 253, meaning: 'How often daemon-reload may run in that window' }),
  DefaultEnvironment: list(environmentAssignments, { since: 205, meaning: 'Environment of everything started' }),
  ManagerEnvironment: list(environmentAssignments, {
    since: 248,
    meaning: 'Environment of the manager itself, for PassEnvironment= and generators',
  }),
  DefaultCPUAccounting: last(boolean, true, { since: 211, meaning: 'CPUAccounting= where it is not set', status: always }),
  DefaultIOAccounting: last(boolean, false, { since: 230, meaning: 'IOAccounting= where it is not set' }),
  DefaultIPAccounting: last(boolean, false, { since: 235, meaning: 'IPAccounting= where it is not set' }),
  DefaultMemoryAccounting: last(boolean, true, { since: 211, meaning: 'MemoryAccounting= where it is not set' }),
  DefaultTasksAccounting: last(boolean, true, { since: 227, meaning: 'TasksAccounting= where it is not set' }),
  DefaultBlockIOAccounting: obsolete({ since: 211, meaning: 'Obsolete cgroup v1' }),
  DefaultTasksMax: last(tasksMax, fifteenPercent(), { since: 228, meaning: 'TasksMax= where it is not set' }),
  DefaultMemoryPressureThresholdSec: last(timespan, 200_000, {
    since: 254,
    meaning: 'MemoryPressureThresholdSec= where it is not set',
  }),
  DefaultMemoryPressureWatch: last(booleanOr('auto', 'skip'), 'auto', {
    since: 254,
    meaning: 'MemoryPressureWatch= where it is not set',
  }),
  DefaultMemoryZSwapWriteback: last(boolean, true, { since: 257, meaning: 'MemoryZSwapWriteback= where it is not set' }),
  DefaultOOMPolicy: last(oneOf('continue', 'stop', 'kill'), 'stop', {
    since: 243,
    meaning: 'OOMPolicy= where it is not set',
  }),
  DefaultOOMScoreAdjust: last(orEmpty(integer({ min: -1000, max: 1000 }), undefined), undefined, {
    since: 250,
    meaning: 'OOMScoreAdjust= where it is not set',
  }),
  DefaultSmackProcessLabel: last(string, '', { since: 252, meaning: 'SmackProcessLabel= where it is not set' }),
  DefaultRestrictSUIDSGID: last(boolean, false, { since: 258, meaning: 'RestrictSUIDSGID= where it is not set' }),
  MinimumUptimeSec: last(timespan, 15_000_000, {
    since: 258,
    meaning: 'The machine runs at least so long before it is shut down',
  }),
  ProtectSystem: last(booleanOr('auto'), false, { since: 257, meaning: 'Mount /usr read-only for the manager', status: ofPid1 }),
  EventLoopRateLimitIntervalSec: last(timespan, 1_000_000, {
    since: 258,
    meaning: 'Window of the limit on turns of the loop',
    status: { accepted: 'the loop of tysd needs no limit' },
  }),
  EventLoopRateLimitBurst: last(unsigned, 50_000, {
    since: 258,
    meaning: 'Turns of the loop in that window',
    status: { accepted: 'the loop of tysd needs no limit' },
  }),
  RestrictFileSystemAccess: last(words, undefined, { since: 261, meaning: 'File systems that executables may come from', status: ofPid1 }),
  JoinControllers: obsolete({ since: 183, meaning: 'Obsolete cgroup v1' }),
};

/** DefaultLimit*=: Limit*= where it is not set, in one property. */
const defaultLimitRows: { readonly [name: `DefaultLimit${string}`]: SharedSetting<'DefaultLimits', Limits> } = Object.fromEntries(
  Object.entries(limitRows).map(([name, row]) => [`Default${name}`, into('DefaultLimits', { ...row, initial: usualLimits() })]),
);

/** [Tysd] of tysd.conf: what the command line can say, too. Paths are empty where the usual ones are wanted. */
const tysdRows = {
  Unit: last(plainString, '', { since: 0, meaning: 'The unit to start' }),
  UnitPath: list(pathList, { since: 0, meaning: 'Directories of unit files, instead of the usual ones' }),
  RuntimeDirectory: last(orEmpty(absolutePath, ''), '', { since: 0, meaning: 'Directory of sockets and of what is gone after a reboot' }),
  StateDirectory: last(orEmpty(absolutePath, ''), '', { since: 0, meaning: 'Directory of the journal' }),
  Journal: last(oneOf('auto', 'own', 'system'), 'auto', {
    since: 0,
    meaning:
      'Where output and messages go: to the journal of tysd, or to that of the machine (systemd-journald) where it runs; `auto` is the latter where tysd is process 1. It counts from the next start',
  }),
  Sandbox: last(oneOf('strict', 'systemd', 'lenient'), 'systemd', {
    since: 0,
    meaning: 'X-Tysd-Sandbox= where a unit does not set it: may services start without what cannot be applied',
  }),
  HTTP: last(plainString, '', {
    since: 0,
    meaning: 'Where probes and metrics are answered by HTTP: PORT, ADDRESS:PORT or the path of a socket; nowhere if empty',
  }),
  JournalIdleSec: last(timeout, 10_000_000, {
    since: 0,
    meaning:
      'After how long without anything to log the journal ends until there is something again; 0 or `infinity` is never. It counts from the next start',
  }),
  ManagerIdleSec: last(timeout, Infinity, {
    since: 0,
    meaning:
      'After how long without anything to do the manager ends until there is something again; 0 or `infinity` is never. What has changed in unit files by then counts as if daemon-reload had been called. It counts from the next start',
  }),
  ManagerPatience: last(timespan, 30_000_000, { since: 0, meaning: 'How long the manager may hang before it is killed and started again' }),
};

/** What [Manager] says, and [Tysd] where there is one. Durations are microseconds, Infinity for none. */
export interface ManagerSettings extends Values<typeof managerRows>, Values<typeof defaultLimitRows> {}

export interface TysdSettings extends Values<typeof tysdRows> {}

/** The rows of both sections, by section and key. */
export const managerSections: Readonly<Record<'Manager' | 'Tysd', Readonly<Record<string, Row>>>> = {
  Manager: { ...managerRows, ...defaultLimitRows },
  Tysd: tysdRows,
};

function usualLimits(): Limits {
  return { NOFILE: { soft: 1024, hard: 524_288 }, MEMLOCK: { soft: 8_388_608, hard: 8_388_608 } };
}

function fifteenPercent(): Amount {
  return { permyriad: 1500 };
}

/** A time span, `off` for 0 or `default` for what the hardware does by itself. */
function watchdog(text: string, context: ValueContext): Result<number | 'default', ValueError> {
  if (text === 'off' || text === '') return ok(0);
  return text === 'default' ? ok('default') : timespan(text, context);
}

function pathList(text: string, context: ValueContext): Result<readonly string[], ValueError> {
  const paths: string[] = [];
  for (const part of text.split(':').filter((entry) => entry !== '')) {
    const path = absolutePath(part, context);
    if (!path.ok) return path;
    paths.push(path.value);
  }
  return ok(paths);
}
