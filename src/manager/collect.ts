import { kindBit } from '../graph/dependency.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Unloads units that are off and that nobody mentions any more (systemd.unit(5), CollectMode=); false where there was nothing to look at. */
export function collect(world: World): boolean {
  if (world.toCollect.size === 0) return false;
  for (const unit of world.toCollect) {
    // Unloading one may add others, which this loop then comes to.
    world.toCollect.delete(unit);
    if (mayGo(world, unit)) world.unload(unit);
  }
  return true;
}

function mayGo(world: World, unit: Unit): boolean {
  if (world.units.get(unit.name) !== unit || unit.perpetual) return false;
  if (unit.job !== undefined || unit.nop !== undefined || (unit.children?.size ?? 0) > 0 || unit.groupMark !== '') return false;
  if (unit.cleaner !== undefined || unit.kept) return false;
  if (isBeingHandled(world, unit)) return false;
  if (unit.type.descriptors(unit.state).length > 0 || world.graph.isMentioned(unit.name)) return false;
  const { active } = unit.look;
  return active === 'inactive' || (active === 'failed' && unit.config.unit.CollectMode === 'inactive-or-failed');
}

const handlers = kindBit('OnFailure') | kindBit('OnSuccess');

/** A unit that its end has started is still at work, and is told of it (systemd.exec(5), MONITOR_*). */
function isBeingHandled(world: World, unit: Unit): boolean {
  if (!world.graph.mayHave(unit.name, handlers)) return false;
  let found = false;
  world.graph.forEach(unit.name, (name, kinds) => {
    if ((kinds & handlers) !== 0) found ||= isBusy(world.peek(name));
  });
  return found;
}

function isBusy(unit: Unit | undefined): boolean {
  return unit !== undefined && (unit.job !== undefined || (unit.look.active !== 'inactive' && unit.look.active !== 'failed'));
}
