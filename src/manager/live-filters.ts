import { cgroupFilterOps, hasCgroupFilters, ownPrograms } from '../exec/cgroup-filters.ts';
import { withoutUnmet } from '../exec/verdict.ts';
import { pathOfGroup, slicesOfGroup } from './group-place.ts';
import { initialValues } from '../unit/settings/parts.ts';
import { cgroupFacts } from './cgroup-facts.ts';
import { machineOf } from './machine.ts';
import { allowed } from './refusals.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/**
 * Has the keeper filter a unit's cgroup. A unit whose processes are made by plans has its filters from the first of these; so this is for those
 * that the manager starts no process in, or none before it matters: scopes, slices, and sockets, which are opened in the cgroup.
 */
export function filterGroup(world: World, unit: Unit): void {
  for (const { path, type, attach, name, program } of filtersOf(world, unit)) {
    allowed(world, unit, name);
    world.command({ do: 'filter', path, type, attach, name, program });
  }
}

/** Whether the unit itself, and not only a slice above it, has a cgroup that is to be filtered. */
export function isFiltered({ options }: World, { config }: Unit): boolean {
  if (options.keeper.inventory.tracking !== 'cgroup2' || options.self.uid !== 0) return false;
  return config.cgroup !== undefined && hasCgroupFilters(config.cgroup, config.exec, options.config.resources?.ipAccounting);
}

/** The same when settings have changed: what is not asked for any more is taken away. */
export function refilterGroup(world: World, unit: Unit): void {
  const { tracking } = world.options.keeper.inventory;
  if (unit.groupMark === '' || tracking !== 'cgroup2' || world.options.self.uid !== 0) return;
  const own = pathOfGroup(unit, world.options.scope);
  const wanted = filtersOf(world, unit).filter(({ path }) => path === own);
  for (const { name, type, attach } of ownPrograms) {
    if (wanted.some((each) => each.name === name)) continue;
    allowed(world, unit, name);
    world.command({ do: 'filter', path: own, type, attach, name, program: new Uint8Array() });
  }
  filterGroup(world, unit);
  // Addresses of slices count for the programs of the units in them.
  if (unit.config.type !== 'slice') return;
  for (const other of world.units.values()) {
    if (other.config.type !== 'slice' && slicesOfGroup(other, world.options.scope).includes(unit.name)) refilterGroup(world, other);
  }
}

interface Filter {
  readonly path: string;
  readonly type: number;
  readonly attach: number;
  readonly name: string;
  readonly program: Uint8Array;
}

function filtersOf(world: World, unit: Unit): readonly Filter[] {
  const config = withoutUnmet(unit.config, machineOf(world), 'systemd');
  const facts = cgroupFacts(world, config);
  if (facts === undefined) return [];
  const own = pathOfGroup(unit, world.options.scope);
  const { ops } = cgroupFilterOps(config.cgroup, config.exec ?? initialValues.exec, facts, false);
  return ops.flatMap((op): readonly Filter[] => {
    if (op.op !== 'cgroup-filter') return [];
    const { cgroup, type, attach, name, program } = op;
    return [{ path: cgroup === '' ? own : cgroup, type, attach, name, program }];
  });
}
