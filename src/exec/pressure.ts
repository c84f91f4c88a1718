import type { UnitConfig } from '../unit/config.ts';
import type { CgroupSettings } from '../unit/settings/cgroup.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { isWithin } from './mount-order.ts';
import type { MountEntry } from './mount-entry.ts';
import { type ResourceDefaults, usualResources } from './cgroup/need.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** A resource whose shortage the kernel tells of. */
interface Pressure {
  readonly watchSetting: 'MemoryPressureWatch' | 'CPUPressureWatch' | 'IOPressureWatch';
  readonly thresholdSetting: 'MemoryPressureThresholdSec' | 'CPUPressureThresholdSec' | 'IOPressureThresholdSec';
  /** In front of the names of the variables. */
  readonly prefix: string;
  readonly file: string;
  /** Whether it is counted, and so watched where the unit leaves that open. */
  readonly isCounted: (settings: CgroupSettings, resources: ResourceDefaults) => boolean;
}

/** The counters of memory are on unless somebody turns them off; those of processors and of input and output are watched for who asked for them. */
const pressures: readonly Pressure[] = [
  {
    watchSetting: 'MemoryPressureWatch',
    thresholdSetting: 'MemoryPressureThresholdSec',
    prefix: 'MEMORY',
    file: 'memory.pressure',
    isCounted: ({ MemoryAccounting }, { memoryAccounting }) => MemoryAccounting ?? memoryAccounting,
  },
  {
    watchSetting: 'CPUPressureWatch',
    thresholdSetting: 'CPUPressureThresholdSec',
    prefix: 'CPU',
    file: 'cpu.pressure',
    isCounted: ({ CPUAccounting, CPUPressureThresholdSec }) => CPUAccounting === true && CPUPressureThresholdSec !== undefined,
  },
  {
    watchSetting: 'IOPressureWatch',
    thresholdSetting: 'IOPressureThresholdSec',
    prefix: 'IO',
    file: 'io.pressure',
    isCounted: ({ IOAccounting, IOPressureThresholdSec }) => IOAccounting === true && IOPressureThresholdSec !== undefined,
  },
];

/** What a process needs to hear that memory, processors or input and output run short in its unit's cgroup (systemd.resource-control(5), MemoryPressureWatch=). */
export function pressureVariables(config: UnitConfig, context: ExecContext): readonly (readonly [name: string, value: string])[] {
  return pressures.flatMap((pressure): readonly (readonly [string, string])[] => {
    const path = watchedFile(pressure, config, context);
    if (path === undefined) return [];
    if (path === nowhere) return [[`${pressure.prefix}_PRESSURE_WATCH`, path]];
    const { memoryPressureThresholdUsec } = context.resources ?? usualResources;
    const usual = pressure.prefix === 'MEMORY' ? memoryPressureThresholdUsec : usualResources.memoryPressureThresholdUsec;
    const wanted = config.cgroup?.[pressure.thresholdSetting] ?? usual;
    const threshold = wanted === Infinity ? usualResources.memoryPressureThresholdUsec : Math.min(Math.max(wanted, 1), windowUsec);
    // What is to be written has the NUL that ends it for the kernel.
    return [
      [`${pressure.prefix}_PRESSURE_WATCH`, path],
      [`${pressure.prefix}_PRESSURE_WRITE`, btoa(`some ${threshold} ${windowUsec}\0`)],
    ];
  });
}

/** The files are their user's: only he may say when he wants to hear of it. */
export function pressureOps(config: UnitConfig, context: ExecContext, { uid, gid }: Identity): readonly Op[] {
  if (uid === undefined && gid === undefined) return [];
  return watchedFiles(config, context).map(({ path }) => ({
    op: 'chown',
    path,
    uid: uid ?? unchanged,
    gid: gid ?? unchanged,
    tolerate: true,
  }));
}

/** They stay writable where the cgroups are read-only. */
export function pressureMounts(
  config: UnitConfig,
  { ProtectControlGroups, ReadOnlyPaths }: ExecSettings,
  context: ExecContext,
): readonly MountEntry[] {
  return watchedFiles(config, context).flatMap(({ path, setting }): readonly MountEntry[] => {
    const isCovered = ProtectControlGroups !== false || ReadOnlyPaths.some((each) => isWithin(path, each.path));
    return isCovered ? [{ path, mode: 'read-write', setting, optional: true }] : [];
  });
}

function watchedFiles(config: UnitConfig, context: ExecContext): readonly { readonly path: string; readonly setting: string }[] {
  return pressures.flatMap((pressure) => {
    const path = watchedFile(pressure, config, context);
    return path === undefined || path === nowhere ? [] : [{ path, setting: pressure.watchSetting }];
  });
}

/** Who is not to watch is told so by a file that tells nothing. */
const nowhere = '/dev/null';

/** An id that lchown(2) leaves as it is. */
const unchanged = 0xffffffff;

/** Over which the kernel adds up the time that the threshold is of. */
const windowUsec = 2_000_000;

/** The file to watch; undefined where the kernel has none, or nobody is to hear of it. */
function watchedFile(
  { watchSetting, prefix, file, isCounted }: Pressure,
  { cgroup: settings }: UnitConfig,
  { cgroup, sandbox, resources = usualResources }: ExecContext,
): string | undefined {
  if (settings === undefined) return undefined;
  const watch = settings[watchSetting] ?? (prefix === 'MEMORY' ? resources.memoryPressureWatch : 'auto');
  if (watch === false) return nowhere;
  const isWanted = watch === true || (watch === 'auto' && isCounted(settings, resources));
  const isThere = sandbox?.machine.features.has('pressure stall information') === true;
  return isWanted && isThere && cgroup !== undefined ? `${cgroup}/${file}` : undefined;
}
