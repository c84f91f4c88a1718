import type { ExecSettings } from '../unit/settings/exec.ts';
import type { ResourceLimit } from '../unit/values/types.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** The numbers of setrlimit(2) on Linux, in the order in which limits are set. */
export const limitResources: Readonly<Record<string, number>> = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
  LOCKS: 10,
  SIGPENDING: 11,
  MSGQUEUE: 12,
  NICE: 13,
  RTPRIO: 14,
  RTTIME: 15,
};

/** DefaultLimit*= where the manager's configuration has none (systemd-system.conf(5)): the soft one is what select(2) can bear. */
export const defaultLimits: Readonly<Record<string, ResourceLimit>> = { NOFILE: { soft: 1024, hard: 524288 } };

/** The limits of the unit, and the manager's defaults where it sets none. */
export function limitOps(exec: ExecSettings, context: ExecContext): readonly Op[] {
  const known = computed.get(exec);
  if (known !== undefined && known.defaults === context.limits) return known.ops;
  const ops: Op[] = [];
  for (const [name, resource] of Object.entries(limitResources)) {
    const limit = exec.Limits[name] ?? context.limits[name];
    if (limit !== undefined) ops.push({ op: 'rlimit', resource, soft: rlimitValue(limit.soft), hard: rlimitValue(limit.hard) });
  }
  computed.set(exec, { defaults: context.limits, ops });
  return ops;
}

/** Limits change only with the unit or the manager's configuration, so each unit's ops are made once. */
const computed = new WeakMap<ExecSettings, { readonly defaults: ExecContext['limits']; readonly ops: readonly Op[] }>();

const infinity = 0xffff_ffff_ffff_ffffn;

function rlimitValue(value: number): bigint {
  return Number.isFinite(value) ? BigInt(value) : infinity;
}
