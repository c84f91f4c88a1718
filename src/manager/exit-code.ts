import { isInactiveOrFailed } from '../graph/active-state.ts';
import { startShutdown } from './emergency.ts';
import { log } from './records.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Ends the manager in order once the unit of --exit-code-from= has ended, or will not start, with its exit status. */
export function endWith(world: World, unit: Unit): void {
  if (unit.name !== world.options.exitCodeFrom || world.ended || world.endedWith) return;
  if (unit.job !== undefined || !isInactiveOrFailed(unit.look.active) || unit.look.willRestart === true) return;
  world.endedWith = true;
  world.exitStatus = exitCodeOf(world, unit);
  world.dirtyManager = true;
  log(world, 5, `${unit.name} has ended: ending with status ${world.exitStatus}.`, undefined);
  startShutdown(world, 'exit.target', `${unit.name} ended`);
}

/** As shells have it: that of the main process, or 128 and the signal that ended it. What was never run has failed, unless it was not to run. */
function exitCodeOf(world: World, unit: Unit): number {
  const { ExecMainCode = '0', ExecMainStatus = '0' } =
    unit.config.service === undefined ? {} : unit.type.properties(unit.state, unit.config, world.options.config.defaults);
  if (ExecMainCode === '1') return Number(ExecMainStatus);
  if (ExecMainCode !== '0') return 128 + Number(ExecMainStatus);
  if (unit.look.active === 'failed') return 1;
  return unit.condition?.met === false || unit.stamps.inactiveExit !== undefined ? 0 : 1;
}
