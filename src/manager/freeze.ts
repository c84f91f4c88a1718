import { yesNo } from '../base/yes-no.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { RequestFailure } from '../graph/request.ts';
import { pathOfGroup, sliceOfGroup, slicesOfGroup } from './group-place.ts';
import type { UnitTypeName } from '../unit/config.ts';
import { ROOT_SLICE } from '../unit/slice.ts';
import { badName, findUnit, loadFailure } from './requests.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Freezes the processes of a unit, or lets them go on; those of a slice are all that are below it (systemctl(1), freeze, thaw). */
export function freezeUnit(world: World, name: string, frozen: boolean): Result<undefined, RequestFailure> {
  const unit = findUnit(world, name);
  if (unit === undefined) return err(badName(name));
  if (unit.load.state !== 'loaded') return err(loadFailure(unit));
  if (!canFreeze(world, unit)) return invalid(`Unit '${unit.name}' does not support freezing.`);
  if (unit.job !== undefined) return invalid('Unit has a pending job.');
  if (unit.look.active !== 'active') return invalid('Unit is inactive.');
  if (!hasFreezer(world, unit)) return invalid(`Unit '${unit.name}' does not support freezing: there is no freezer of cgroup v2 here.`);
  for (const each of withMembers(world, unit)) write(world, each, frozen);
  return ok(undefined);
}

/** Who is frozen is let go on, as it is to end. */
export function thaw(world: World, unit: Unit): void {
  if (unit.frozen) write(world, unit, false);
}

/** FreezerState= and CanFreeze=. A unit that is to be frozen is frozen when the kernel says so. */
export function freezerProperties(world: World, unit: Unit): Readonly<Record<string, string>> {
  return { FreezerState: freezerState(world, unit), CanFreeze: yesNo(canFreeze(world, unit)) };
}

function freezerState(world: World, unit: Unit): string {
  if (!unit.frozen) return 'running';
  return /^frozen 1$/m.test(read(world, unit, 'cgroup.events') ?? '') ? 'frozen' : 'freezing';
}

/** A slice can if all in it can; never what the keeper itself is in. */
function canFreeze(world: World, unit: Unit): boolean {
  if (unit.name === ROOT_SLICE || unit.name === 'init.scope') return false;
  if (unit.config.type !== 'slice') return freezable.has(unit.config.type);
  return [...world.graph.mentioners(unit.name)].every((name) => {
    const member = world.peek(name);
    return member === undefined || !isDirectlyIn(world, member, unit.name) || canFreeze(world, member);
  });
}

const freezable: ReadonlySet<UnitTypeName> = new Set(['service', 'scope']);

function isDirectlyIn(world: World, unit: Unit, slice: string): boolean {
  return unit.load.state === 'loaded' && sliceOfGroup(unit, world.options.scope) === slice;
}

function hasFreezer(world: World, unit: Unit): boolean {
  return world.options.keeper.inventory.tracking === 'cgroup2' && read(world, unit, 'cgroup.freeze') !== undefined;
}

function withMembers(world: World, unit: Unit): readonly Unit[] {
  if (unit.config.type !== 'slice') return [unit];
  const { scope } = world.options;
  const isBelow = (each: Unit): boolean => {
    const isThere = each.config.type === 'slice' ? each.look.active === 'active' : each.groupMark !== '';
    return isThere && slicesOfGroup(each, scope).includes(unit.name);
  };
  return [...[...world.units.values()].filter((each) => each !== unit && isBelow(each)), unit];
}

function write(world: World, unit: Unit, frozen: boolean): void {
  world.command({ do: 'attribute', path: pathOfGroup(unit, world.options.scope), file: 'cgroup.freeze', value: frozen ? '1' : '0' });
  if (unit.frozen === frozen) return;
  unit.frozen = frozen;
  world.dirtyUnits.add(unit);
  world.announce({ change: 'unit', unit });
}

function read(world: World, unit: Unit, file: string): string | undefined {
  const bytes = world.options.files.read(
    `${world.options.keeper.inventory.cgroupRoot}/${pathOfGroup(unit, world.options.scope)}/${file}`,
    4096,
  );
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function invalid(message: string): Result<never, RequestFailure> {
  return err({ code: 'invalid', message });
}
