import type { ExecSettings } from '../../unit/settings/exec.ts';
import type { Op } from '../op.ts';
import type { ExecContext } from '../request.ts';
import { seccompFilter } from './filter.ts';

/** The ops that filter a process's system calls. */
export interface FilterOps {
  /** What must come before, where the process does not give up new privileges anyway. */
  readonly privilegeOps: readonly Op[];
  readonly ops: readonly Op[];
  readonly warnings: readonly string[];
}

/**
 * The filter for SystemCallFilter= and all other settings whose half in the kernel is one (systemd.exec(5)). Where the kernel filters no
 * system calls the process runs without, as with systemd. Without settings nothing is filtered.
 */
export function systemCallFilter(exec: ExecSettings | undefined, { architecture, sandbox }: ExecContext): FilterOps {
  if (exec === undefined) return unfiltered;
  const { program, warnings } = seccompFilter(exec, architecture ?? 'x86-64');
  if (program === undefined) return warnings.length === 0 ? unfiltered : { ...unfiltered, warnings };
  if (architecture === undefined) return { ...unfiltered, warnings: [...warnings, unknownArchitecture] };
  if (sandbox?.machine.features.has('seccomp') === false) return { ...unfiltered, warnings: [...warnings, noSeccomp] };
  return { privilegeOps, ops: [{ op: 'seccomp', program }], warnings };
}

const unfiltered: FilterOps = { privilegeOps: [], ops: [], warnings: [] };
const privilegeOps: readonly Op[] = [{ op: 'no-new-privileges-unless-admin' }];
const noSeccomp = 'The kernel filters no system calls, which is half of what ProtectHostname= and other settings are';
const unknownArchitecture = 'System calls are not filtered on this architecture: SystemCallFilter= and other settings are not applied';
