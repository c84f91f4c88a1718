import { ephemeralRootRemoval, heldRoot } from '../exec/ephemeral-root.ts';
import { needsSpace, newSpace, sharedKinds, heldSpace, partOf } from '../exec/space.ts';
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

/** Gives up the unit's part in its space; the plan removes the directories that nobody is left in. */
export function leaveSpace(world: World, unit: Unit): Plan {
  const { space } = unit;
  if (space === undefined) return [];
  unit.space = undefined;
  world.dirtyUnits.add(unit);
  if (space.root !== undefined) letGo(world, heldRoot(space));
  const others = [...world.units.values()].flatMap((other) => (other.space?.id === space.id ? other.space : []));
  if (others.length === 0) for (const kind of sharedKinds) letGo(world, heldSpace(space, kind));
  const keepsTmp = others.some(({ tmp }) => tmp?.tmp === space.tmp?.tmp);
  return [...ephemeralRootRemoval(space), ...(keepsTmp ? [] : privateTmpRemoval(space))];
}

function letGo(world: World, name: string): void {
  world.held.delete(name);
  world.command({ do: 'close', name });
}

/** The unit's own of before, where others have kept it, or that of a unit that it joins. */
function joined(world: World, unit: Unit): Space | undefined {
  const { exec } = unit.config;
  if (exec === undefined) return undefined;
  for (const owner of [unit.name, ...world.graph.related(unit.name, 'joins-namespace')]) {
    const space = keptOf(world, owner);
    if (space !== undefined) return partOf(exec, unit.name, space, world.options.facts.bootId);
  }
  return undefined;
}

/** The space that was made for a unit, as long as that unit, or one that joined it, has a part in it. */
function keptOf(world: World, owner: string): Space | undefined {
  const own = world.peek(owner)?.space;
  if (own?.owner === owner) return own;
  let kept: Space | undefined;
  world.graph.forEach(owner, (other) => {
    const space = world.peek(other)?.space;
    if (space?.owner === owner) kept = space;
  });
  return kept;
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
