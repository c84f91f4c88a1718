import type { Files } from '../port/files.ts';
import { answerDirectory } from './name-service.ts';
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
    if (config.dropIns.some((path) => path.startsWith(`${dropIns}/`))) {
      removeTree(files, dropIns);
      world.noteChanged(ownDirectories.transient);
    }
  } catch (error) {
    log(world, 4, `${config.name}: cannot remove ${fragment}: ${error instanceof Error ? error.message : String(error)}`, undefined);
  }
  world.noteFile(ownDirectories.transient, config.name);
}

/**
 * Removes the directories that the manager has in its runtime directory: what is in them is of one run of tysd. The init of a
 * machine leaves its own to the end of the machine.
 */
export function removeOwnDirectories(world: World): void {
  const { files, ownDirectories, runtimeDirectory } = world.options;
  for (const directory of [ownDirectories.transient, ownDirectories.runtimeControl, answerDirectory(runtimeDirectory)]) {
    if (!directory.startsWith(`${runtimeDirectory}/`)) continue;
    try {
      removeTree(files, directory);
    } catch (error) {
      log(world, 4, `Cannot remove ${directory}: ${error instanceof Error ? error.message : String(error)}`, undefined);
    }
    world.noteChanged(directory);
  }
}

function removeTree(files: Files, directory: string): void {
  for (const name of files.list(directory)) {
    const path = `${directory}/${name}`;
    if (files.stat(path).kind === 'directory') removeTree(files, path);
    else files.unlink(path);
  }
  files.rmdir(directory);
}
