import { groupPath, sliceOf, slicesAbove } from '../graph/slice-of.ts';
import { slicePath, slicesFrom } from '../unit/slice.ts';
import type { Unit } from './unit.ts';

type Scope = 'system' | 'user';
type Grouped = Pick<Unit, 'config' | 'group' | 'groupSlice'>;

/** The slice that the cgroup of a unit is in, or would be; a cgroup that is there stays where it is, whatever the unit's files say since. */
export function sliceOfGroup({ config, groupSlice }: Grouped, scope: Scope): string | undefined {
  return groupSlice ?? sliceOf(config, scope);
}

/** The slices that the cgroup of a unit is in, the innermost first. */
export function slicesOfGroup({ config, groupSlice }: Grouped, scope: Scope): readonly string[] {
  return groupSlice === undefined ? slicesAbove(config, scope) : slicesFrom(groupSlice);
}

/** Where the cgroup of a unit lies below the manager's. Slices are their own path, all others lie in that of their slice. */
export function pathOfGroup({ config, group, groupSlice }: Grouped, scope: Scope): string {
  if (config.type === 'slice') return slicePath(config.name) ?? '';
  return groupPath(config, scope, { name: group, ...(groupSlice === undefined ? {} : { slice: groupSlice }) });
}
