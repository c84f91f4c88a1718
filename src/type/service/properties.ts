import { invariant } from '../../base/assert.ts';
import { formatTimespan } from '../../base/duration.ts';
import { formatTimestamp, type TimestampForm } from '../../base/timestamp.ts';
import { yesNo } from '../../base/yes-no.ts';
import { commandLists } from '../../exec/request.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { ServiceSettings } from '../../unit/settings/service.ts';
import { signalName } from '../../unit/values/signal.ts';
import type { ExitStatusSet } from '../../unit/values/types.ts';
import { commandListExText, commandListText, lastRun } from '../command-text.ts';
import type { Defaults } from '../type.ts';
import { restartDelay } from './restart-table.ts';
import { controlOf, mainOf, type MainRecord, type Memory, type ServiceList, type ServiceState } from './state.ts';

/** The properties of a service by systemd's names (org.freedesktop.systemd1(5), Service Unit Objects). */
export function serviceProperties(
  state: ServiceState,
  config: UnitConfig,
  defaults: Defaults = usualDefaults,
  form?: TimestampForm,
): Readonly<Record<string, string>> {
  const { service } = config;
  invariant(service !== undefined, `${config.name} has no service settings`);
  return {
    ...settingProperties(service, state.memory, { defaults, form }),
    ...stateProperties(state),
    ...mainProperties(state.memory.mainRecord, form),
    ...commandProperties(service, state.memory, form),
  };
}

const usualDefaults: Defaults = {
  timeoutStartUsec: 90_000_000,
  timeoutStopUsec: 90_000_000,
  timeoutAbortUsec: undefined,
  deviceTimeoutUsec: 90_000_000,
  restartUsec: 100_000,
  startLimitIntervalUsec: 10_000_000,
  startLimitBurst: 5,
  timerAccuracyUsec: 60_000_000,
  oomPolicy: 'stop',
};

interface Shown {
  readonly defaults: Defaults;
  readonly form: TimestampForm | undefined;
}

function settingProperties(service: ServiceSettings, memory: Memory, { defaults, form }: Shown): Record<string, string> {
  const stopUsec = service.TimeoutStopSec ?? defaults.timeoutStopUsec;
  return {
    Type: service.Type,
    ExitType: service.ExitType,
    Restart: service.Restart,
    RestartMode: service.RestartMode,
    PIDFile: service.PIDFile,
    NotifyAccess: memory.notifyAccess ?? service.NotifyAccess,
    RestartUSec: formatTimespan(service.RestartSec ?? defaults.restartUsec),
    RestartSteps: String(service.RestartSteps),
    RestartMaxDelayUSec: formatTimespan(service.RestartMaxDelaySec),
    RestartUSecNext: formatTimespan(restartDelay(memory, service, defaults.restartUsec)),
    TimeoutStartUSec: formatTimespan(service.TimeoutStartSec ?? (service.Type === 'oneshot' ? Infinity : defaults.timeoutStartUsec)),
    TimeoutStopUSec: formatTimespan(stopUsec),
    TimeoutAbortUSec: formatTimespan(service.TimeoutAbortSec ?? defaults.timeoutAbortUsec ?? stopUsec),
    TimeoutStartFailureMode: service.TimeoutStartFailureMode,
    TimeoutStopFailureMode: service.TimeoutStopFailureMode,
    RuntimeMaxUSec: formatTimespan(service.RuntimeMaxSec),
    RuntimeRandomizedExtraUSec: formatTimespan(service.RuntimeRandomizedExtraSec),
    WatchdogUSec: formatTimespan(watchdogUsec(service, memory)),
    WatchdogTimestamp: formatTimestamp(memory.watchdogPingRealtimeUsec, form),
    WatchdogTimestampMonotonic: String(memory.watchdogPingUsec),
    RootDirectoryStartOnly: yesNo(service.RootDirectoryStartOnly),
    RemainAfterExit: yesNo(service.RemainAfterExit),
    GuessMainPID: yesNo(service.GuessMainPID),
    RestartPreventExitStatus: statusText(service.RestartPreventExitStatus),
    RestartForceExitStatus: statusText(service.RestartForceExitStatus),
    SuccessExitStatus: statusText(service.SuccessExitStatus),
    BusName: service.BusName,
    USBFunctionDescriptors: service.USBFunctionDescriptors,
    USBFunctionStrings: service.USBFunctionStrings,
    FileDescriptorStoreMax: String(service.FileDescriptorStoreMax),
    FileDescriptorStorePreserve: service.FileDescriptorStorePreserve,
    OOMPolicy: service.OOMPolicy ?? defaults.oomPolicy,
    ReloadSignal: String(service.ReloadSignal),
    NonBlocking: yesNo(service.NonBlocking),
  };
}

/** Before the first start nothing is known of a watchdog. */
function watchdogUsec(service: ServiceSettings, memory: Memory): number {
  return memory.hasRun ? (memory.watchdogUsec ?? service.WatchdogSec) : Infinity;
}

function stateProperties(state: ServiceState): Record<string, string> {
  const { memory } = state;
  return {
    MainPID: String(mainOf(state)?.pid ?? 0),
    ControlPID: String(controlOf(state)?.pid ?? 0),
    NFileDescriptorStore: String(memory.stored.length),
    StatusText: memory.statusText,
    StatusErrno: String(memory.statusErrno),
    StatusBusError: memory.statusBusError,
    Result: memory.result,
    ReloadResult: memory.reloadResult,
    CleanResult: memory.cleanResult ?? 'success',
    UID: '[not set]',
    GID: '[not set]',
    NRestarts: String(memory.restarts),
  };
}

/** The kernel's numbers for how a process ended (waitid(2), si_code). */
const exitCodes = { exited: 1, killed: 2, dumped: 3 } as const;

function mainProperties(record: MainRecord | null, form: TimestampForm | undefined): Record<string, string> {
  const exit = record?.exit ?? null;
  return {
    ExecMainStartTimestamp: formatTimestamp(record?.startRealtimeUsec ?? 0, form),
    ExecMainStartTimestampMonotonic: String(record?.startUsec ?? 0),
    ExecMainExitTimestamp: formatTimestamp(record?.exitRealtimeUsec ?? 0, form),
    ExecMainExitTimestampMonotonic: String(record?.exitUsec ?? 0),
    ExecMainPID: String(record?.pid ?? 0),
    ExecMainCode: String(exit === null ? 0 : exitCodes[exit.how]),
    ExecMainStatus: String(exit?.status ?? 0),
  };
}

const lists: readonly ServiceList[] = commandLists.filter((list) => list !== 'ExecStopPre');

function commandProperties(service: ServiceSettings, memory: Memory, form: TimestampForm | undefined): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const list of lists) {
    if (service[list].length === 0) continue;
    const runOf = (index: number) => lastRun(memory.records, list, index);
    properties[list] = commandListText(service[list], runOf, form);
    properties[`${list}Ex`] = commandListExText(service[list], runOf, form);
  }
  return properties;
}

function statusText({ codes, signals }: ExitStatusSet): string {
  return [...sorted(codes).map(String), ...sorted(signals).map((signal) => signalName(signal) ?? String(signal))].join(' ');
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}
