import { kindBit } from '../graph/dependency.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Unloads units that are off and that nothing mentions that stays (systemd.unit(5), CollectMode=); false where there was nothing to look at. */
export function collect(world: World): boolean {
  if (world.toCollect.size === 0) return false;
  const candidates = [...world.toCollect].filter((unit) => world.units.get(unit.name) === unit);
  // Unloading them may add others, which the next round comes to.
  world.toCollect.clear();
  for (const unit of unneeded(world, candidates)) world.unload(unit);
  return true;
}

/** Of these units and all that mention them, directly or not, those that neither have a reason to stay nor are mentioned by one that stays. */
function unneeded(world: World, candidates: readonly Unit[]): readonly Unit[] {
  const seen = new Set(candidates);
  const staying = new Set<Unit>();
  for (const unit of seen) {
    const mentioners = idleMentioners(world, unit);
    if (mentioners === undefined) staying.add(unit);
    else for (const mentioner of mentioners) seen.add(mentioner);
  }
  for (const unit of staying) {
    for (const name of world.graph.mentioned(unit.name)) {
      const other = world.peek(name);
      if (other !== undefined && seen.has(other)) staying.add(other);
    }
  }
  return [...seen].filter((unit) => !staying.has(unit));
}

/** The units that mention this one; undefined where it or one of these has a reason to stay, so that the others do not matter. */
function idleMentioners(world: World, unit: Unit): readonly Unit[] | undefined {
  if (hasReason(world, unit)) return undefined;
  const found: Unit[] = [];
  for (const name of world.graph.mentioners(unit.name)) {
    const mentioner = world.peek(name);
    if (mentioner === undefined) continue;
    if (hasReason(world, mentioner)) return undefined;
    found.push(mentioner);
  }
  return found;
}

/** The unit stays whoever mentions it. */
function hasReason(world: World, unit: Unit): boolean {
  if (unit.perpetual || unit.job !== undefined || unit.nop !== undefined) return true;
  if (unit.children?.isEmpty === false || unit.groupMark !== '') return true;
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
