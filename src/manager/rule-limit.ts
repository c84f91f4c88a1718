import { count } from './rate-limit.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What follows by itself shares a limit for each unit, so that two such rules cannot chase each other for ever. */
const limit = { intervalUsec: 10_000_000, burst: 16 };

/** Whether a rule may act on a unit once more; where not, it is said why `what` is not done. */
export function allowRule(world: World, unit: Unit, what: string, cause: string): boolean {
  const { window, allowed } = count(unit.ruleWindow, world.now.monotonicUsec, limit);
  unit.ruleWindow = window;
  world.dirtyUnits.add(unit);
  if (!allowed) log(world, 4, `${unit.name}: not going to ${what} because ${cause}: this happened too often`, unit);
  return allowed;
}
