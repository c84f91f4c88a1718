import { ephemeralLeftovers, ephemeralTrees } from '../exec/ephemeral-root.ts';
import { reachStage } from './boot-stages.ts';
import { endManager } from './emergency.ts';
import { queueJob } from './jobs.ts';
import { log } from './records.ts';
import { requestJob } from './requests.ts';
import { makeTransient } from './transient.ts';
import type { World } from './world.ts';

/** At the very first start nothing is there yet: begin with the default unit, and with what tysd's command line asks for. */
export function queueDefault(world: World): void {
  if (world.started) return;
  world.started = true;
  world.dirtyManager = true;
  // A fresh network namespace has its loopback down, and nobody but its init to bring it up.
  if (world.options.init) world.command({ do: 'run', child: world.nextChild(), group: '', plan: [{ op: 'loopback' }] });
  removeEphemeralLeftovers(world);
  const { command, exitCodeFrom } = world.options;
  // The command needs no unit files at all, and brings the unit that is to run beside it.
  if (command === undefined) queueDefaultUnit(world);
  reachStage(world, 'unitsLoadFinish');
  const problem = command === undefined ? undefined : queueCommand(world, command);
  const failure = problem ?? (exitCodeFrom === undefined ? undefined : queueWanted(world, exitCodeFrom));
  if (failure === undefined) return;
  log(world, 2, `${failure} Ending.`, undefined);
  world.exitStatus = 1;
  endManager(world, 'exit');
}

/** What is there now is of no run of ours, and its lock says whether it is of one of another tysd. */
function removeEphemeralLeftovers(world: World): void {
  const { scope, files } = world.options;
  const plan = scope === 'system' ? ephemeralLeftovers(files.list(ephemeralTrees)) : [];
  if (plan.length > 0) world.command({ do: 'run', child: world.nextChild(), group: '', plan });
}

function queueDefaultUnit(world: World): void {
  const unit = world.options.config.defaultUnit;
  const refusals: string[] = [];
  for (const [target, mode] of [
    [unit, 'isolate'],
    [unit, 'replace'],
    ['rescue.target', 'replace'],
  ] as const) {
    if (mode === 'isolate' && !world.unit(target).config.unit.AllowIsolate) continue;
    if (target !== unit) log(world, 6, `Falling back to ${target}.`, undefined);
    const queued = queueJob(world, 'start', target, mode, 'boot');
    if (queued.ok) return;
    refusals.push(queued.error.message);
    log(world, 3, `Cannot start ${target}: ${queued.error.message}`, undefined);
  }
  log(world, 0, `There is nothing to start: ${refusals.join(' ')}`, undefined);
}

/** Makes the unit of the command; tells what is wrong. */
function queueCommand(world: World, { unit, properties }: NonNullable<World['options']['command']>): string | undefined {
  const made = makeTransient(world, { unit, properties, pids: [], auxiliary: [] });
  if (!made.ok) return made.error.message;
  return queueWanted(world, unit);
}

function queueWanted(world: World, unit: string): string | undefined {
  const queued = requestJob(world, 'start', unit, 'replace', 'the command line of tysd');
  return queued.ok ? undefined : `Cannot start ${unit}: ${queued.error.message}`;
}
