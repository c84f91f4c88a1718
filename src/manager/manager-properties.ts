import { formatTimespan } from '../base/duration.ts';
import { shellWords } from '../base/shell-words.ts';
import type { TimestampForm } from '../base/timestamp.ts';
import { yesNo } from '../base/yes-no.ts';
import { usualResources } from '../exec/cgroup/need.ts';
import { timesBefore } from './boot-stages.ts';
import type { Files } from '../port/files.ts';
import { shownLimits } from '../unit/shown/limits.ts';
import { inheritedLimits } from './inherited-limits.ts';
import { tasksTotal } from './resource-context.ts';
import { timestampProperties } from './timestamp-properties.ts';
import type { World } from './world.ts';

/**
 * The properties of the manager itself, by systemd's names and in its order (org.freedesktop.systemd1(5), Manager Object). What tysd
 * does not do is shown as systemd shows what it does not do; what it has no word for, as the features of the build, is left out.
 */
export function managerProperties(world: World, form?: TimestampForm): Readonly<Record<string, string>> {
  const { options } = world;
  const { kind, id } = options.conditionFacts.virtualization;
  return {
    Version: options.version,
    Virtualization: kind === 'none' ? '' : id,
    Architecture: options.facts.architecture,
    ...bootTimes(world, form),
    LogLevel: world.logLevel ?? options.logLevel ?? 'info',
    LogTarget: options.logTarget ?? 'journal',
    ...counts(world),
    Environment: shellWords(world.environment),
    ConfirmSpawn: 'no',
    ShowStatus: yesNo(options.showStatus ?? false),
    UnitPath: shellWords(options.unitPath),
    DefaultStandardOutput: options.config.defaultStandardOutput,
    DefaultStandardError: options.config.defaultStandardError,
    ...noHardwareWatchdog,
    ServiceWatchdogs: yesNo(world.serviceWatchdogs),
    ControlGroup: options.keeper.inventory.cgroupRoot.replace(/^\/sys\/fs\/cgroup/, ''),
    SystemState: systemState(world),
    ...(world.exitStatus === 0 ? {} : { ExitCode: String(world.exitStatus) }),
    ...unitDefaults(world),
  };
}

/** What `is-system-running` says (semantics 24.3). */
export function systemState(world: World): string {
  const isUpOrComing = (name: string): boolean => {
    const unit = world.peek(name);
    return unit !== undefined && (unit.look.active === 'active' || unit.job?.type === 'start');
  };
  if (isUpOrComing('shutdown.target')) return 'stopping';
  if (world.startup === undefined)
    return isUpOrComing('basic.target') && world.peek('basic.target')?.job === undefined ? 'starting' : 'initializing';
  if (isUpOrComing('rescue.target') || isUpOrComing('emergency.target')) return 'maintenance';
  for (const unit of world.busy()) if (unit.look.active === 'failed') return 'degraded';
  return 'running';
}

/** Stages of the boot that others go through: tysd loads no policy of a security module, and runs in no initrd. */
const untimed = ['SecurityStart', 'SecurityFinish'] as const;
const ofInitrd = [
  'InitRDSecurityStart',
  'InitRDSecurityFinish',
  'InitRDGeneratorsStart',
  'InitRDGeneratorsFinish',
  'InitRDUnitsLoadStart',
  'InitRDUnitsLoadFinish',
] as const;

function bootTimes({ options, startup, stages }: World, form: TimestampForm | undefined): Record<string, string> {
  const { startedAt } = options.keeper.inventory;
  const { firmware, loader, kernel } = timesBefore(options, startedAt);
  return {
    ...timestampProperties('Firmware', firmware, form),
    ...timestampProperties('Loader', loader, form),
    ...timestampProperties('Kernel', kernel, form),
    ...never(['InitRD']),
    ...timestampProperties('Userspace', startedAt, form),
    ...timestampProperties('Finish', startup, form),
    ...never(untimed),
    ...timestampProperties('GeneratorsStart', stages.generatorsStart, form),
    ...timestampProperties('GeneratorsFinish', stages.generatorsFinish, form),
    ...timestampProperties('UnitsLoadStart', stages.unitsLoadStart, form),
    ...timestampProperties('UnitsLoadFinish', stages.unitsLoadFinish, form),
    ...timestampProperties('UnitsLoad', stages.unitsLoad, form),
    ...never(ofInitrd),
  };
}

function never(names: readonly string[]): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const name of names) Object.assign(properties, timestampProperties(name, undefined));
  return properties;
}

function counts(world: World): Record<string, string> {
  let failed = 0;
  for (const { look } of world.units.values()) if (look.active === 'failed') failed += 1;
  return {
    NNames: String(world.names.size),
    NFailedUnits: String(failed),
    NJobs: String(world.jobs.size),
    NInstalledJobs: String(world.nextJobId - 1),
    NFailedJobs: String(world.failedJobs),
    Progress: world.startup === undefined ? '0' : '1',
  };
}

const noHardwareWatchdog = {
  WatchdogLastPingTimestampMonotonic: '0',
  RuntimeWatchdogUSec: '0',
  RuntimeWatchdogPreUSec: '0',
  RebootWatchdogUSec: '0',
  KExecWatchdogUSec: '0',
};

/** What units get that do not say it themselves. */
function unitDefaults({ options }: World): Record<string, string> {
  const { config, files, keeper } = options;
  const { defaults, inherited, resources = usualResources } = config;
  const { pid, cgroupRoot } = keeper.inventory;
  const { tasksMax } = resources;
  const tasks = 'absolute' in tasksMax ? tasksMax.absolute : Math.floor((tasksTotal(files, cgroupRoot) * tasksMax.permyriad) / 10_000);
  const limits = Object.entries(shownLimits({}, { ...inheritedLimits(files, pid), ...config.limits }));
  return {
    DefaultTimerAccuracyUSec: formatTimespan(defaults.timerAccuracyUsec),
    DefaultTimeoutStartUSec: formatTimespan(defaults.timeoutStartUsec),
    DefaultTimeoutStopUSec: formatTimespan(defaults.timeoutStopUsec),
    DefaultTimeoutAbortUSec: formatTimespan(defaults.timeoutAbortUsec ?? defaults.timeoutStopUsec),
    DefaultDeviceTimeoutUSec: formatTimespan(defaults.deviceTimeoutUsec),
    DefaultRestartUSec: formatTimespan(defaults.restartUsec),
    DefaultStartLimitIntervalUSec: formatTimespan(defaults.startLimitIntervalUsec),
    DefaultStartLimitBurst: String(defaults.startLimitBurst),
    DefaultCPUAccounting: 'yes',
    DefaultBlockIOAccounting: 'no',
    DefaultMemoryAccounting: yesNo(resources.memoryAccounting),
    DefaultTasksAccounting: yesNo(resources.tasksAccounting),
    ...Object.fromEntries(limits.map(([name, value]) => [`Default${name}`, value])),
    DefaultTasksMax: tasks === Infinity ? 'infinity' : String(tasks),
    TimerSlackNSec: String(inherited?.TimerSlackNSec ?? numberIn(files, `/proc/${pid}/timerslack_ns`) ?? '50000'),
    DefaultOOMPolicy: defaults.oomPolicy,
    DefaultOOMScoreAdjust: String(inherited?.DefaultOOMScoreAdjust ?? numberIn(files, '/proc/self/oom_score_adj') ?? '0'),
  };
}

/** What a file of one number says. */
function numberIn(files: Files, path: string): string | undefined {
  const bytes = files.read(path, 64);
  const text = bytes === undefined ? '' : new TextDecoder().decode(bytes).trim();
  return /^-?\d+$/.test(text) ? text : undefined;
}
