import { isActiveOrActivating, isInactiveOrDeactivating, isInactiveOrFailed } from '../graph/active-state.ts';
import type { ActiveState } from '../graph/active-state.ts';
import { carriers } from '../graph/dependency.ts';
import type { JobMode } from '../unit/values/types.ts';
import { endWith } from './exit-code.ts';
import { allowRule } from './rule-limit.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A unit came up or went down without a job: what its dependencies say comes after the fact (semantics 10.2, "retroactive"). */
export function retroact(world: World, unit: Unit, before: ActiveState, after: ActiveState): void {
  if (isInactiveOrFailed(before) && isActiveOrActivating(after)) startRetroactively(world, unit);
  else if (isActiveOrActivating(before) && isInactiveOrDeactivating(after)) {
    for (const name of world.graph.related(unit.name, 'retroactive-stop-on-stop'))
      want(world, 'stop', name, 'replace', { cause: `${unit.name} stopped`, after: unit.name });
  }
}

/** Looks at the rules that hold all the time (semantics 12.7) for one unit that changed, and for those who depend on it. */
export function check(world: World, unit: Unit): void {
  if (isInactiveOrFailed(unit.look.active)) {
    for (const name of world.graph.related(unit.name, 'may-become-unneeded')) stopIfUnneeded(world, world.peek(name));
    for (const name of world.graph.related(unit.name, 'cannot-be-active-without-inverse')) stopIfUnbound(world, world.peek(name));
  } else for (const name of world.graph.related(unit.name, 'start-steadily-inverse')) startIfUpheld(world, world.unit(name));
  checkItself(world, unit);
}

/** Looks at the rules for a unit that has not changed, but whose job is over; what it pulled in stays, even if the job came to nothing. */
export function checkItself(world: World, unit: Unit): void {
  endWith(world, unit);
  if (unit.look.willRestart === true && unit.job === undefined) world.tell(unit, { event: 'jobless' });
  if (isInactiveOrFailed(unit.look.active)) startIfUpheld(world, unit);
  else {
    stopIfUnneeded(world, unit);
    stopIfUnbound(world, unit);
  }
}

function startRetroactively(world: World, unit: Unit): void {
  const cause = { cause: `${unit.name} came up`, after: unit.name };
  world.graph.forEach(unit.name, (name, kinds) => {
    const isOrdered = (kinds & carriers.after) !== 0;
    if (!isOrdered && (kinds & carriers['retroactive-start-replace']) !== 0) want(world, 'start', name, 'replace', cause);
    else if (!isOrdered && (kinds & carriers['retroactive-start-fail']) !== 0) want(world, 'start', name, 'fail', cause);
    if ((kinds & carriers['retroactive-stop-on-start']) !== 0) want(world, 'stop', name, 'replace', cause);
  });
}

/** What a rule says of itself, and whose state it looked at. */
interface Why {
  readonly cause: string;
  readonly after?: string;
}

/** Queues the job unless the unit is there already, or, for a stop, not loaded and so not running. */
function want(world: World, request: 'start' | 'stop', name: string, mode: JobMode, why: Why): void {
  const active = world.peek(name)?.look.active ?? 'inactive';
  if (request === 'start' ? isActiveOrActivating(active) : isInactiveOrDeactivating(active)) return;
  world.wanted.push({ request, unit: name, mode, ...why });
}

function stopIfUnneeded(world: World, unit: Unit | undefined): void {
  if (unit === undefined || !unit.config.unit.StopWhenUnneeded || unit.job !== undefined || !isActiveNow(unit)) return;
  if (world.graph.related(unit.name, 'pins-when-unneeded').some((name) => isInUse(world.peek(name)))) return;
  wantRarely(world, unit, 'stop', 'fail', { cause: 'it is not needed any more (StopWhenUnneeded=)' });
}

function stopIfUnbound(world: World, unit: Unit | undefined): void {
  if (unit === undefined || unit.job !== undefined || !isActiveNow(unit)) return;
  const missing = world.graph.related(unit.name, 'cannot-be-active-without').find((name) => isGone(world.peek(name)));
  if (missing !== undefined)
    wantRarely(world, unit, 'stop', 'replace', { cause: `it is bound to ${missing}, which is inactive`, after: missing });
}

function startIfUpheld(world: World, unit: Unit): void {
  if (unit.job !== undefined || !isInactiveOrFailed(unit.look.active)) return;
  const holder = world.graph
    .related(unit.name, 'start-steadily')
    .map((name) => world.peek(name))
    .find(isHolding);
  if (holder !== undefined) wantRarely(world, unit, 'start', 'fail', { cause: `${holder.name} upholds it`, after: holder.name });
}

function isActiveNow(unit: Unit): boolean {
  return unit.look.active === 'active' || unit.look.active === 'reloading';
}

function isInUse(unit: Unit | undefined): boolean {
  return unit !== undefined && (unit.job !== undefined || unit.look.willRestart === true || isActiveOrActivating(unit.look.active));
}

/** One that is not loaded is off. */
function isGone(unit: Unit | undefined): boolean {
  if (unit === undefined) return true;
  return unit.job === undefined && unit.look.willRestart !== true && isInactiveOrFailed(unit.look.active);
}

function isHolding(unit: Unit | undefined): unit is Unit {
  return unit !== undefined && unit.job === undefined && isActiveNow(unit);
}

function wantRarely(world: World, unit: Unit, request: 'start' | 'stop', mode: JobMode, why: Why): void {
  if (allowRule(world, unit, `${request} it`, why.cause)) world.wanted.push({ request, unit: unit.name, mode, ...why });
}
