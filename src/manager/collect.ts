import { kindBit } from '../graph/dependency.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Unloads units that are off and that nothing mentions that stays (systemd.unit(5), CollectMode=); false where there was nothing to look at. */
export function collect(world: World): boolean {
  if (world.toCollect.size === 0) return false;
  for (const unit of world.toCollect) {
    // Unloading one may add others, which this loop then comes to.
    world.toCollect.delete(unit);
    if (world.units.get(unit.name) !== unit) continue;
    for (const each of unneeded(world, unit)) world.unload(each);
  }
  return true;
}

/** The unit and all that mention it, directly or not, if none of these has a reason to stay; else none. */
function unneeded(world: World, unit: Unit): Iterable<Unit> {
  const found = new Set([unit]);
  for (const each of found) {
    if (hasReason(world, each)) return [];
    for (const name of world.graph.mentioners(each.name)) {
      const mentioner = world.peek(name);
      if (mentioner !== undefined) found.add(mentioner);
    }
  }
  return found;
}

/** The unit stays whoever mentions it. */
function hasReason(world: World, unit: Unit): boolean {
  if (unit.perpetual || unit.job !== undefined || unit.nop !== undefined) return true;
  if ((unit.children?.size ?? 0) > 0 || unit.groupMark !== '') return true;
  if (unit.cleaner !== undefined || unit.kept || unit.type.descriptors(unit.state).length > 0) return true;
  if (isBeingHandled(world, unit)) return true;
  const { active } = unit.look;
  return active !== 'inactive' && (active !== 'failed' || unit.config.unit.CollectMode !== 'inactive-or-failed');
}

const handlers = kindBit('OnFailure') | kindBit('OnSuccess');

/** A unit that its end has started is still at work, and is told of it (systemd.exec(5), MONITOR_*). */
function isBeingHandled(world: World, unit: Unit): boolean {
  if (unit.stamps.inactiveEnter === undefined || !world.graph.mayHave(unit.name, handlers)) return false;
  let found = false;
  world.graph.forEach(unit.name, (name, kinds) => {
    if ((kinds & handlers) !== 0) found ||= isBusy(world.peek(name));
  });
  return found;
}

function isBusy(unit: Unit | undefined): boolean {
  return unit !== undefined && (unit.job !== undefined || (unit.look.active !== 'inactive' && unit.look.active !== 'failed'));
}
