import type { Result } from '../../base/result.ts';
import type { ValueContext, ValueError } from '../values/parser.ts';
import { boolean } from '../values/boolean.ts';
import { expanded, orEmpty } from '../values/combine.ts';
import { commands } from '../values/command.ts';
import { oneOf } from '../values/enum.ts';
import { exitStatusList } from '../values/exit-status.ts';
import { unsigned } from '../values/integer.ts';
import { openFile } from '../values/open-file.ts';
import { absolutePath, pidFile } from '../values/path.ts';
import { signal } from '../values/signal.ts';
import { plainString } from '../values/string.ts';
import { timeout, timespan } from '../values/timespan.ts';
import { unitNamesOf } from '../values/unit-name.ts';
import { words } from '../values/words.ts';
import { textLike } from './checked-words.ts';
import { mergeStatuses, noStatuses } from './merge.ts';
import { combining, growing, entries, last, list, merged, obsolete, renamed, together, type Values } from './setting.ts';

/** [Service], less what it shares with other types (systemd.service(5)). */
export const serviceRows = {
  PIDFile: last(pidFile, '', {
    since: 183,
    meaning: 'File with the main PID of a forking service; relative paths are below the runtime dir',
  }),
  ExecCondition: list(commands, { since: 243, meaning: 'Commands checked before start: 0 continue, 1-254 skip quietly, 255/signal fail' }),
  ExecStartPre: list(commands, { since: 183, meaning: 'Commands before ExecStart; a failure fails the start unless prefixed -' }),
  ExecStart: list(commands, { since: 183, meaning: 'Main command(s); several only for oneshot' }),
  ExecStartPost: list(commands, { since: 183, meaning: 'Commands after the service counts as started' }),
  ExecReload: list(commands, { since: 183, meaning: 'Commands run on reload' }),
  ExecReloadPost: list(commands, { since: 259, meaning: 'Commands run after a successful reload' }),
  ExecStop: list(commands, { since: 183, meaning: 'Commands run to stop an active service, before signals are sent' }),
  ExecStopPost: list(commands, { since: 183, meaning: 'Commands run after the service stopped, also after failures' }),
  RestartSec: last(timespan, undefined, { since: 183, meaning: 'Pause before an automatic restart' }),
  RestartSteps: last(unsigned, 0, { since: 254, meaning: 'Number of steps from RestartSec up to RestartMaxDelaySec' }),
  RestartMaxDelaySec: last(timespan, Infinity, { since: 254, meaning: 'Upper bound of the growing restart pause' }),
  RestartRandomizedDelaySec: last(timespan, 0, { since: 262, meaning: 'Random amount added to the restart pause' }),
  TimeoutSec: together(['TimeoutStartSec', 'TimeoutStopSec'], { since: 183, meaning: 'Sets TimeoutStartSec and TimeoutStopSec together' }),
  TimeoutStartSec: last(timeout, undefined, { since: 188, meaning: 'Start time limit (0/infinity = none); oneshot default infinity' }),
  TimeoutStopSec: last(timeout, undefined, { since: 188, meaning: 'Stop time limit per stop phase' }),
  TimeoutAbortSec: last(orEmpty(timeout, undefined), undefined, {
    since: 243,
    meaning: 'Time limit after the watchdog signal; defaults to TimeoutStopSec',
  }),
  TimeoutStartFailureMode: last(oneOf('terminate', 'abort', 'kill'), 'terminate', {
    since: 246,
    meaning: 'What to do on start timeout: terminate, abort (watchdog signal) or kill',
  }),
  TimeoutStopFailureMode: last(oneOf('terminate', 'abort', 'kill'), 'terminate', {
    since: 246,
    meaning: 'What to do on stop timeout: terminate, abort or kill',
  }),
  RuntimeMaxSec: last(timespan, Infinity, { since: 229, meaning: 'Maximum time in running state, then stopped as a timeout failure' }),
  RuntimeRandomizedExtraSec: last(timespan, 0, { since: 250, meaning: 'Random extension of RuntimeMaxSec' }),
  WatchdogSec: last(timespan, 0, { since: 183, meaning: 'Keep-alive period; missing pings abort the service' }),
  StartLimitInterval: renamed('StartLimitIntervalSec', { since: 0, meaning: 'Legacy, now [Unit] StartLimitIntervalSec' }, 'unit'),
  StartLimitBurst: renamed('StartLimitBurst', { since: 183, meaning: 'Legacy, now in [Unit]' }, 'unit'),
  StartLimitAction: renamed('StartLimitAction', { since: 183, meaning: 'Legacy, now in [Unit]' }, 'unit'),
  FailureAction: renamed('FailureAction', { since: 183, meaning: 'Legacy, now in [Unit]' }, 'unit'),
  RebootArgument: renamed('RebootArgument', { since: 183, meaning: 'Legacy, now in [Unit]' }, 'unit'),
  Type: last(oneOf('simple', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload', 'idle', 'exec'), 'simple', {
    since: 183,
    meaning:
      'Start-up notification protocol; default simple (oneshot without ExecStart, dbus with BusName, exec with credentials since 253)',
  }),
  ExitType: last(oneOf('main', 'cgroup'), 'main', {
    since: 250,
    meaning: 'What ends the service: exit of the main process or an empty cgroup',
  }),
  Restart: last(oneOf('no', 'on-success', 'on-failure', 'on-abnormal', 'on-watchdog', 'on-abort', 'always'), 'no', {
    since: 183,
    meaning: 'Which endings trigger an automatic restart',
  }),
  RestartMode: last(oneOf('normal', 'direct', 'debug'), 'normal', {
    since: 254,
    meaning: 'normal: pass through inactive/failed; direct: straight to activating; debug: as normal with debug invocation',
  }),
  PermissionsStartOnly: last(boolean, false, {
    since: 0,
    meaning: 'Deprecated: apply User/sandbox only to ExecStart (use + prefix)',
  }),
  RootDirectoryStartOnly: last(boolean, false, { since: 183, meaning: 'Apply RootDirectory only to ExecStart' }),
  RemainAfterExit: last(boolean, false, { since: 183, meaning: 'Stay active after all processes exited' }),
  GuessMainPID: last(boolean, true, { since: 183, meaning: 'For forking without PIDFile: guess the main process if only one candidate' }),
  RestartPreventExitStatus: combining(
    'append',
    merged(exitStatusList, noStatuses, mergeStatuses, {
      since: 189,
      meaning: 'Exit codes/signals of the main process that forbid a restart',
    }),
  ),
  RestartForceExitStatus: combining(
    'append',
    merged(exitStatusList, noStatuses, mergeStatuses, {
      since: 215,
      meaning: 'Exit codes/signals that force a restart',
    }),
  ),
  SuccessExitStatus: combining(
    'append',
    merged(exitStatusList, noStatuses, mergeStatuses, {
      since: 189,
      meaning: 'Extra exit codes/signals counted as success',
    }),
  ),
  SysVStartPriority: obsolete({ since: 0, meaning: 'Obsolete no-op' }),
  NonBlocking: last(boolean, false, { since: 183, meaning: 'Set O_NONBLOCK on all passed descriptors' }),
  BusName: last(expanded(busName), '', {
    since: 183,
    meaning: 'D-Bus name that signals readiness (Type=dbus) and identifies the service',
  }),
  FileDescriptorStoreMax: last(unsigned, 0, { since: 219, meaning: 'How many descriptors the service may park in the manager' }),
  FileDescriptorStorePreserve: last(oneOf('no', 'yes', 'restart', 'on-success'), 'restart', {
    since: 254,
    meaning: 'When the parked descriptors survive: no, restart, on-success, yes',
  }),
  LUOSession: last(words, undefined, {
    since: 262,
    meaning: 'Live-update sessions restored into the descriptor store',
    status: { refused: 'sessions are handed over by kexec, which ends tysd and all that it holds' },
  }),
  NotifyAccess: last(oneOf('none', 'main', 'exec', 'all'), 'none', {
    since: 183,
    meaning: 'Which processes may send sd_notify messages: none, main, exec, all',
  }),
  Sockets: growing(unitNamesOf('socket'), { since: 183, meaning: 'Socket units whose descriptors this service inherits' }),
  BusPolicy: obsolete({ since: 0, meaning: 'Obsolete no-op' }),
  USBFunctionDescriptors: last(orEmpty(absolutePath, ''), '', {
    since: 227,
    meaning: 'Descriptor file for USB FunctionFS gadget activation',
    status: { refused: 'USB functions (ListenUSBFunction=) are not served' },
  }),
  USBFunctionStrings: last(orEmpty(absolutePath, ''), '', {
    since: 227,
    meaning: 'Strings file for USB FunctionFS gadget activation',
    status: { refused: 'USB functions (ListenUSBFunction=) are not served' },
  }),
  OOMPolicy: last(oneOf('continue', 'stop', 'kill'), undefined, {
    since: 243,
    meaning: 'Reaction when a process of the unit is OOM-killed: continue, stop, kill',
  }),
  OpenFile: entries(openFile, {
    since: 253,
    meaning: 'path[:fdname[:options]] opened by the manager and passed as descriptor',
  }),
  ReloadSignal: last(signal, 1, { since: 253, meaning: 'Signal for Type=notify-reload (default SIGHUP)' }),
  RefreshOnReload: last(plainString, '', {
    since: 260,
    meaning: 'What a reload refreshes: extensions, credentials',
    status: { accepted: 'a reload leaves extensions and credentials as they are, as before systemd 260; a restart renews them' },
  }),
};

/** [Service] as it takes effect: Type= and NotifyAccess= are settled where the file leaves them open (verify-service.ts). Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface ServiceSettings extends Values<typeof serviceRows> {}
/** A well-known name on D-Bus, as org.example.Thing. */
function busName(text: string, context: ValueContext): Result<string, ValueError> {
  return textLike(/^(?=.{1,255}$)[A-Za-z_-][A-Za-z0-9_-]*(\.[A-Za-z_-][A-Za-z0-9_-]*)+$/, 'a D-Bus name such as org.example.Thing')(
    text,
    context,
  );
}
