import type { UnitConfig } from '../../unit/config.ts';
import type { CgroupSettings } from '../../unit/settings/cgroup.ts';
import type { Attribute, ResourceContext } from './attributes.ts';
import { tasksMaxOf } from './need.ts';

/** TasksMax=. */
export function pidsAttributes(_cgroup: CgroupSettings, context: ResourceContext, config: UnitConfig): readonly Attribute[] {
  const most = pidsMaxOf(config, context);
  return most === Infinity ? [] : [{ controller: 'pids', file: 'pids.max', value: String(most), key: 'pids.max' }];
}

/** How many tasks a unit may have; slices have no limit but their own. */
export function pidsMaxOf(
  { type, cgroup }: UnitConfig,
  { defaults, tasksTotal }: Pick<ResourceContext, 'defaults' | 'tasksTotal'>,
): number {
  if (cgroup === undefined) return Infinity;
  const amount = type === 'slice' ? (cgroup.TasksMax ?? { absolute: Infinity }) : tasksMaxOf(cgroup, defaults);
  return 'absolute' in amount ? amount.absolute : Math.floor((tasksTotal * amount.permyriad) / 10_000);
}
