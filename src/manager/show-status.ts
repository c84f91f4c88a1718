import type { World } from './world.ts';

/** Turns what is told on the console on and off, until it is turned again. */
export function showStatus(world: World, shown: boolean): void {
  world.showStatus = shown;
  world.dirtyManager = true;
  world.options.setShowStatus?.(shown);
}
