import { capabilityOps, withoutCapabilities } from './capabilities.ts';
import { type Inheritance, inescapable, withInheritance } from './inheritance.ts';
import type { Identity } from './identity.ts';
import type { Op } from './op.ts';
import type { ExecContext } from './request.ts';
import { schedulingOps } from './scheduling.ts';
import { systemCallFilter } from './seccomp/ops.ts';
import { initialValues } from '../unit/settings/parts.ts';

/** What a program that is of no unit has from its manager, as a generator: all but the defaults of units. */
export function inheritedOps(context: ExecContext): readonly Op[] {
  const inherited = ofNoUnit(context.inherited);
  if (inherited === undefined) return [];
  const confined = inescapable(inherited);
  const filter = systemCallFilter(confined, context);
  const { before } = confined === undefined ? withoutCapabilities : capabilityOps(confined, manager);
  return [
    ...schedulingOps(withInheritance(initialValues.exec, inherited), context),
    ...before,
    ...(inherited.NoNewPrivileges === true ? [noNewPrivileges] : filter.privilegeOps),
    ...filter.ops,
  ];
}

const noNewPrivileges: Op = { op: 'no-new-privileges' };

/** It stays the manager's user. */
const manager: Pick<Identity, 'uid' | 'userOps'> = { uid: undefined, userOps: [] };

function ofNoUnit(inherited: Inheritance | undefined): Inheritance | undefined {
  if (inherited === undefined) return undefined;
  const { DefaultOOMScoreAdjust: _score, DefaultSmackProcessLabel: _label, DefaultRestrictSUIDSGID: _modes, ...rest } = inherited;
  return rest;
}
