import { ephemeralRootRemoval, heldRoot } from '../exec/ephemeral-root.ts';
import { needsSpace, newSpace, sharedKinds, heldSpace, withOwnRoot } from '../exec/space.ts';
import type { Space } from '../exec/request.ts';
import { privateTmpRemoval } from '../exec/private-tmp.ts';
import type { Plan } from '../exec/op.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the processes of the unit's run share: made at the first of them, or taken from a unit that it joins (systemd.unit(5), JoinsNamespaceOf=). */
export function spaceOf(world: World, unit: Unit): Space | undefined {
  const { exec } = unit.config;
  if (exec === undefined || !needsSpace(exec)) return undefined;
  unit.space ??= joined(world, unit) ?? fresh(world, unit);
  return unit.space;
}

/** The same, for a look: nothing is remembered. */
export function plannedSpace(world: World, unit: Unit): Space | undefined {
  const { exec } = unit.config;
  if (exec === undefined || !needsSpace(exec)) return undefined;
  return unit.space ?? joined(world, unit) ?? newSpace(exec, unit.name, { bootId: world.options.facts.bootId, id: 'XXXXXX' });
}

/** Gives up the unit's part in its space; the plan removes the directories of one in which nobody is left. */
export function leaveSpace(world: World, unit: Unit): Plan {
  const { space } = unit;
  if (space === undefined) return [];
  unit.space = undefined;
  world.dirtyUnits.add(unit);
  const own = ephemeralRootRemoval(space);
  if (space.root !== undefined) letGo(world, heldRoot(space));
  for (const other of world.units.values()) if (other.space?.id === space.id) return own;
  for (const kind of sharedKinds) letGo(world, heldSpace(space, kind));
  return [...own, ...privateTmpRemoval(space)];
}

function letGo(world: World, name: string): void {
  world.held.delete(name);
  world.command({ do: 'close', name });
}

function joined(world: World, unit: Unit): Space | undefined {
  for (const name of world.graph.related(unit.name, 'joins-namespace')) {
    const space = world.peek(name)?.space;
    if (space !== undefined && unit.config.exec !== undefined) return withOwnRoot(unit.config.exec, unit.name, space);
  }
  return undefined;
}

function fresh(world: World, unit: Unit): Space | undefined {
  const { exec } = unit.config;
  if (exec === undefined) return undefined;
  const id = shortId(world.options.freshId());
  world.dirtyUnits.add(unit);
  return newSpace(exec, unit.name, { bootId: world.options.facts.bootId, id });
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Six random letters and digits, as systemd's names have them: enough that nobody can make the directories before. */
function shortId(id: string): string {
  return Array.from(
    { length: 6 },
    (_, index) => digits[Number.parseInt(id.slice(index * 5, index * 5 + 5), 16) % digits.length] ?? '0',
  ).join('');
}
