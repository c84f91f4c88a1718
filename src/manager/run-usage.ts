import type { RunUsage } from '../graph/history.ts';
import type { Exit } from '../port/keeper.ts';
import { pathOfGroup } from './group-place.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Counts what a process that has ended used to the present run of its unit. */
export function noteProcess(unit: Unit, { userUsec, systemUsec, maxRssKib }: Exit): void {
  const { cpuUsec, largestKib } = unit.used ?? { cpuUsec: 0, largestKib: 0 };
  unit.used = { cpuUsec: cpuUsec + userUsec + systemUsec, largestKib: Math.max(largestKib, maxRssKib) };
}

/** What the run that has just ended used; undefined where no process ended in it. The next run begins with nothing. */
export function runUsage(world: World, unit: Unit): RunUsage | undefined {
  const { used } = unit;
  if (used === undefined) return undefined;
  unit.used = undefined;
  const exit = unit.type.mainExit?.(unit.state);
  const peakBytes = memoryPeak(world, unit);
  return {
    // The group has counted those as well that were no children.
    cpuUsec: Math.max(used.cpuUsec, unit.cpuUsec ?? 0),
    largestKib: used.largestKib,
    ...(peakBytes === undefined ? {} : { peakBytes }),
    ...(exit === undefined ? {} : { exit }),
  };
}

/** The group is there until the batch of this turn is carried out. */
function memoryPeak(world: World, unit: Unit): number | undefined {
  const { tracking, cgroupRoot } = world.options.keeper.inventory;
  if (tracking !== 'cgroup2' || !world.resources.isActive) return undefined;
  const bytes = world.options.files.read(`${cgroupRoot}/${pathOfGroup(unit, world.options.scope)}/memory.peak`, 64);
  const peak = bytes === undefined ? Number.NaN : Number(new TextDecoder().decode(bytes));
  return Number.isSafeInteger(peak) && peak > 0 ? peak : undefined;
}
