import { watchesTables } from './kernel-tables.ts';
import type { World } from './world.ts';

/**
 * Until when nothing is to be done unless something happens that the keeper hears of (CLOCK_MONOTONIC in microseconds, Infinity for ever), so
 * that a manager may end and another one be started then. Undefined while there is something to do, or something that only this process hears of or knows.
 */
export function restUntil(world: World): number | undefined {
  if (!world.started || world.startup === undefined || world.ended || hasWork(world) || hearsItself(world)) return undefined;
  return world.timers.nextUsec;
}

function hasWork(world: World): boolean {
  const { inbox, told, wanted, failures, nops, commands } = world;
  const lists = [inbox, told, wanted, failures, nops, commands, world.deleted];
  const sets = [world.jobs, world.toCheck, world.toCheckItself, world.dirtyUnits, world.dirtyJobs, world.quietWatchers, world.lookups];
  return (
    lists.some(({ length }) => length > 0) ||
    sets.some(({ size }) => size > 0) ||
    world.acknowledge !== world.acknowledged ||
    world.dirtyManager ||
    world.generatorRun !== undefined ||
    world.generatorsDone ||
    world.reloadWanted
  );
}

function hearsItself(world: World): boolean {
  return (
    world.busNames.isConnected ||
    world.holders.size + world.expected.size > 0 ||
    watchesTables(world) ||
    [...world.units.values()].some(({ unwatchPidFile }) => unwatchPidFile !== undefined)
  );
}
