import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** The name of the timer that runs while it is not known whether the clients that wait for a unit come back. */
export const keepTimer = 'keep';

/** How long a new manager waits for them. */
const patienceUsec = 15_000_000;

/** Keeps a unit loaded for one more client, whatever becomes of it. */
export function hold(world: World, unit: Unit): void {
  world.holders.set(unit.name, (world.holders.get(unit.name) ?? 0) + 1);
  unit.kept = true;
  world.dirtyUnits.add(unit);
}

/** One client less waits for the unit. */
export function letGo(world: World, name: string): void {
  const left = (world.holders.get(name) ?? 0) - 1;
  if (left > 0) world.holders.set(name, left);
  else world.holders.delete(name);
  const unit = world.peek(name);
  if (unit !== undefined) letGoUnlessHeld(world, unit);
}

/** Lets a unit go that was kept for clients, if none of them is there. */
export function letGoUnlessHeld(world: World, unit: Unit): void {
  if (world.holders.has(unit.name)) return;
  unit.kept = false;
  world.dirtyUnits.add(unit);
  world.toCollect.add(unit);
}

/** After a restart of the manager: the clients connect again, or they are gone. */
export function keepForAWhile(world: World, unit: Unit): void {
  unit.kept = true;
  world.timers.arm(unit, keepTimer, world.now.monotonicUsec + patienceUsec);
}
