import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Removes the file of a unit that a program made, and its drop-ins: it goes with the unit. */
export function removeTransientFiles(world: World, { config }: Unit): void {
  const { fragment } = config;
  if (config.transient !== true || fragment === undefined) return;
  const { files, ownDirectories } = world.options;
  const dropIns = `${fragment}.d`;
  try {
    files.unlink(fragment);
    for (const name of files.list(dropIns)) files.unlink(`${dropIns}/${name}`);
    files.rmdir(dropIns);
  } catch (error) {
    log(world, 4, `${config.name}: cannot remove ${fragment}: ${error instanceof Error ? error.message : String(error)}`, undefined);
  }
  world.noteChanged(ownDirectories.transient);
}
