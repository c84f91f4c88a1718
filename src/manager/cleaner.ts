import { isInactiveOrFailed } from '../graph/active-state.ts';
import { removalPlan } from '../exec/directories.ts';
import { ipcRemoval } from './ipc.ts';
import { releaseDynamicUser } from './dynamic-users.ts';
import type { Look } from '../type/type.ts';
import { leaveSpace } from './space.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A child that removes what a run of a unit leaves behind, and says in utmp(5) that it is over. Until it is done, the jobs of the unit are not over and no new run begins. */
export interface Cleaner {
  readonly child: number;
  /** ActiveState= that the run ended from. */
  readonly before: Look['active'];
}

/** Has a child of no unit remove the runtime directories and write the record of utmp(5), if the unit has just ended (systemd.exec(5), RuntimeDirectoryPreserve=, UtmpIdentifier=). */
export function cleanAfterRun(world: World, unit: Unit, before: Look): void {
  if (hasEnded(before) || !hasEnded(unit.look)) return;
  const restarting = willStartAgain(unit);
  const ipc = ipcRemoval(world, unit);
  if (!restarting) releaseDynamicUser(world, unit.config);
  const removal = removalPlan(unit.config, world.options.facts.directories, { restarting });
  const left = leaveSpace(world, unit);
  const plan = [...unit.deadRecord, ...removal, ...left, ...ipc];
  unit.deadRecord = [];
  const child = plan.length === 0 ? unit.recorder : world.nextChild();
  if (child === undefined) return;
  if (plan.length > 0) world.command({ do: 'run', child, group: '', plan });
  watchCleaner(world, unit, { child, before: before.active });
  world.dirtyUnits.add(unit);
}

/** Makes the end of the child known as that of the unit's cleaner. */
export function watchCleaner(world: World, unit: Unit, cleaner: Cleaner): void {
  unit.cleaner = cleaner;
  world.children.set(cleaner.child, unit);
}

function hasEnded(look: Look): boolean {
  return isInactiveOrFailed(look.active) || look.willRestart === true;
}

/** By Restart= or by a job; the job that this run ends is none. */
function willStartAgain({ look, job }: Unit): boolean {
  return look.willRestart === true || job?.type === 'restart' || (job?.type === 'start' && job.state === 'waiting');
}
