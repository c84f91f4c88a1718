import type { UnitConfig } from '../unit/config.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { isWithin } from './mount-order.ts';
import type { MountEntry } from './mount-entry.ts';
import { usualResources } from './cgroup/need.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** What a process needs to hear that memory runs short in its unit's cgroup (systemd.resource-control(5), MemoryPressureWatch=). */
export function pressureVariables(config: UnitConfig, context: ExecContext): readonly (readonly [name: string, value: string])[] {
  const path = watchedFile(config, context);
  if (path === undefined) return [];
  if (path === nowhere) return [['MEMORY_PRESSURE_WATCH', path]];
  const { memoryPressureThresholdUsec } = context.resources ?? usualResources;
  const wanted = config.cgroup?.MemoryPressureThresholdSec ?? memoryPressureThresholdUsec;
  const threshold = wanted === Infinity ? usualResources.memoryPressureThresholdUsec : Math.min(Math.max(wanted, 1), windowUsec);
  // What is to be written has the NUL that ends it for the kernel.
  return [
    ['MEMORY_PRESSURE_WATCH', path],
    ['MEMORY_PRESSURE_WRITE', btoa(`some ${threshold} ${windowUsec}\0`)],
  ];
}

/** The file is its user's: only he may say when he wants to hear of it. */
export function pressureOps(config: UnitConfig, context: ExecContext, { uid, gid }: Identity): readonly Op[] {
  const path = watchedFile(config, context);
  if (path === undefined || path === nowhere || (uid === undefined && gid === undefined)) return [];
  return [{ op: 'chown', path, uid: uid ?? unchanged, gid: gid ?? unchanged, tolerate: true }];
}

/** It stays writable where the cgroups are read-only. */
export function pressureMounts(
  config: UnitConfig,
  { ProtectControlGroups, ReadOnlyPaths }: ExecSettings,
  context: ExecContext,
): readonly MountEntry[] {
  const path = watchedFile(config, context);
  if (path === undefined || path === nowhere) return [];
  const isCovered = ProtectControlGroups !== false || ReadOnlyPaths.some((each) => isWithin(path, each.path));
  return isCovered ? [{ path, mode: 'read-write', setting: 'MemoryPressureWatch', optional: true }] : [];
}

/** Who is not to watch is told so by a file that tells nothing. */
const nowhere = '/dev/null';

/** An id that lchown(2) leaves as it is. */
const unchanged = 0xffffffff;

/** Over which the kernel adds up the time that the threshold is of. */
const windowUsec = 2_000_000;

/** The file to watch; undefined where the kernel has none, or nobody is to hear of it. */
function watchedFile({ cgroup: settings }: UnitConfig, { cgroup, sandbox, resources = usualResources }: ExecContext): string | undefined {
  if (settings === undefined) return undefined;
  const watch = settings.MemoryPressureWatch ?? resources.memoryPressureWatch;
  if (watch === false) return nowhere;
  const isWanted = watch === true || (watch === 'auto' && (settings.MemoryAccounting ?? resources.memoryAccounting));
  const isThere = sandbox?.machine.features.has('pressure stall information') === true;
  return isWanted && isThere && cgroup !== undefined ? `${cgroup}/memory.pressure` : undefined;
}
