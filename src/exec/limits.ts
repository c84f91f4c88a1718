import type { ExecSettings } from '../unit/settings/exec.ts';
import { limitNames, resourceNumber } from '../unit/values/rlimit.ts';
import type { ResourceLimit } from '../unit/values/types.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';

/** DefaultLimit*= where the manager's configuration has none (systemd-system.conf(5)): the soft one is what select(2) can bear. */
export const defaultLimits: Readonly<Record<string, ResourceLimit>> = { NOFILE: { soft: 1024, hard: 524288 } };

/** The limits of the unit, and the manager's defaults where it sets none. */
export function limitOps(exec: ExecSettings, context: ExecContext): readonly Op[] {
  const known = computed.get(exec);
  if (known !== undefined && known.defaults === context.limits) return known.ops;
  const ops: Op[] = [];
  for (const name of limitNames) {
    const own = exec.Limits[name];
    const limit = own ?? context.limits[name];
    if (limit === undefined) continue;
    const op: Op = { op: 'rlimit', resource: resourceNumber(name), soft: rlimitValue(limit.soft), hard: rlimitValue(limit.hard) };
    ops.push(own === undefined ? op : { ...op, setting: `Limit${name}` });
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
