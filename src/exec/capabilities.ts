import { ambientSet, boundingSet, secureBits } from '../unit/capability-sets.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { capabilityNames } from '../unit/values/capability.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';

/** What is done about capabilities around the change of the user, and last of all. */
export interface CapabilityOps {
  readonly before: readonly Op[];
  readonly after: readonly Op[];
  readonly bits: readonly Op[];
}

export const withoutCapabilities: CapabilityOps = { before: [], after: [], bits: [] };

/**
 * CapabilityBoundingSet=, AmbientCapabilities= and SecureBits= (systemd.exec(5), capabilities(7)). The kernel empties the ambient
 * set with the change of the user. What is to be in it after that has to be inheritable, and permitted on the way.
 */
export function capabilityOps(exec: ExecSettings, identity: Pick<Identity, 'uid' | 'userOps'>): CapabilityOps {
  const keep = boundingSet(exec);
  const ambient = maskOf(ambientSet(exec));
  const bits = secureBits(exec);
  const raise: readonly Op[] = ambient === 0n ? [] : [{ op: 'ambient', set: ambient }];
  const drop: readonly Op[] = keep.size === capabilityNames.length ? [] : [{ op: 'bounding-set', keep: maskOf(keep) }];
  const changes = identity.userOps.length > 0 && identity.uid !== 0 && (ambient !== 0n || bits !== 0);
  return {
    before: [...drop, ...raise, ...(changes ? ([{ op: 'keep-capabilities', bits }] as const) : [])],
    after: identity.userOps.length > 0 ? raise : [],
    // Those that keep capabilities are set already, and exec undoes what is too much.
    bits: exec.SecureBits === undefined || changes ? [] : [{ op: 'securebits', bits }],
  };
}

function maskOf(capabilities: ReadonlySet<number>): bigint {
  let mask = 0n;
  for (const number of capabilities) mask |= 1n << BigInt(number);
  return mask;
}
