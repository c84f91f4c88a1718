import { SmallMap } from '../base/small-map.ts';
import { unreachable } from '../base/assert.ts';
import type { Effect } from '../type/type.ts';
import { isFiltered } from './live-filters.ts';
import { acceptedPrefix, endConnection, serveConnection, withdrawConnection } from './connections.ts';
import { forgetLogState } from './log-state.ts';
import { guessMain, readPidFile, unwatchPidFile } from './main-process.ts';
import { log } from './records.ts';
import { makeGroup, runPlan, spawn } from './spawn.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What the change of state that belongs to the effects must know of them. */
export interface Outcome {
  readonly reloadFailed: boolean;
}

/** Carries out what a unit wants done, in order: as commands of this turn's batch, or as work for later in the turn. */
export function carryOut(world: World, unit: Unit, effects: readonly Effect[]): Outcome {
  let outcome = usual;
  for (const effect of effects) {
    carryOutOne(world, unit, effect);
    if (effect.effect === 'reload-failed') outcome = failedToReload;
  }
  return outcome;
}

const usual: Outcome = { reloadFailed: false };
const failedToReload: Outcome = { reloadFailed: true };

function carryOutOne(world: World, unit: Unit, effect: Effect): void {
  switch (effect.effect) {
    case 'spawn':
      return spawn(world, unit, effect);
    case 'run':
      return runPlan(world, unit, {
        child: effect.child,
        plan: effect.plan,
        path: '',
        reportExec: false,
        outside: effect.outside ?? false,
        // What is opened in the unit's cgroup is filtered by that.
        inKeeper: effect.inKeeper === true && !isFiltered(world, unit),
      });
    case 'signal':
      return world.command({ do: 'signal', child: effect.child, signal: effect.signal });
    case 'signal-pid':
      return world.command({ do: 'signal-pid', group: unit.group, pid: effect.pid, signal: effect.signal });
    case 'signal-group':
      return world.command({ do: 'signal-group', group: unit.group, signal: effect.signal, except: effect.except });
    case 'watch-group':
      return watchGroup(world, unit);
    case 'make-group':
      if (world.resources.isActive || isFiltered(world, unit)) makeGroup(world, unit);
      return;
    case 'remove-group':
      return removeGroup(world, unit);
    case 'enter':
      return enter(world, unit, effect.pid);
    case 'adopt':
      return adopt(world, unit, effect);
    case 'arm':
      return arm(world, unit, effect);
    case 'disarm':
      return disarm(world, unit, effect.timer);
    case 'read':
      return world.command({ do: 'read', name: effect.name, most: effect.most });
    case 'poll':
    case 'poll-drain':
    case 'watch-hangup':
      world.held.set(effect.name, unit);
      return world.command({ do: effect.effect, name: effect.name });
    case 'unpoll':
      return world.command({ do: 'unpoll', name: effect.name });
    case 'flush':
      return world.command({ do: 'flush', name: effect.name });
    case 'watch-quiet':
      world.quietWatchers.add(unit);
      return;
    case 'accept':
      world.held.set(effect.name, unit);
      return world.command({ do: 'accept', name: effect.name, as: acceptedPrefix + unit.name, count: effect.count });
    case 'serve':
      return serveConnection(world, unit, effect);
    case 'withdraw':
      return withdrawConnection(world, effect.unit);
    case 'disconnect':
      return endConnection(world, effect.connection);
    case 'close':
      world.held.delete(effect.name);
      return world.command({ do: 'close', name: effect.name });
    case 'rename':
      world.renamed.add(effect.name);
      return world.command({ do: 'rename', name: effect.name, to: effect.to });
    case 'read-pid-file':
      return readPidFile(world, unit, effect.path, effect.watch);
    case 'unwatch-pid-file':
      return unwatchPidFile(unit);
    case 'unlink':
      return unlink(world, unit, effect.path);
    case 'warn-not-empty':
      return warnNotEmpty(world, unit, effect.path);
    case 'guess-main':
      return guessMain(world, unit);
    case 'trigger':
      return trigger(world, unit, effect);
    case 'restart':
      return restart(world, unit);
    case 'reload-failed':
      return;
    case 'condition-unmet':
      return conditionUnmet(world, unit);
    case 'propagate-reload':
      return propagateReload(world, unit);
    case 'log':
      return log(world, effect.priority, effect.message, unit, effect.fields);
    default:
      return unreachable(effect);
  }
}

/** Without a group there are no processes, and the answer is known. */
function watchGroup(world: World, unit: Unit): void {
  if (unit.groupMark === '') world.tell(unit, { event: 'group-empty' });
  else world.command({ do: 'watch-group', group: unit.group });
}

/** The next group of the unit is made where its files say. */
function leaveSlice(world: World, unit: Unit): void {
  if (unit.groupSlice === undefined) return;
  unit.groupSlice = undefined;
  world.resources.loaded(unit);
}

/** Has the keeper forget the unit's group, which is empty. */
export function removeGroup(world: World, unit: Unit): void {
  if (unit.groupMark === '') return;
  world.command({ do: 'remove-group', group: unit.group });
  unit.groupMark = '';
  if (unit.groupName !== undefined) world.renamedGroups.delete(unit.groupName);
  unit.groupName = undefined;
  leaveSlice(world, unit);
  unit.frozen = false;
  forgetLogState(world, unit);
  world.resources.removed(unit);
  world.dirtyUnits.add(unit);
}

/** A manager without privileges moves only what belongs to its own user. */
function enter(world: World, unit: Unit, pid: number): void {
  makeGroup(world, unit);
  const { uid } = world.options.self;
  world.command({ do: 'enter', group: unit.group, pid, ...(uid === 0 ? {} : { uid }) });
}

function adopt(world: World, unit: Unit, { child, pid }: { readonly child: number; readonly pid: number }): void {
  world.command({ do: 'adopt', child, group: unit.group, pid });
  world.children.set(child, unit);
  unit.children ??= new SmallMap();
  unit.children.set(child, '');
  world.dirtyUnits.add(unit);
}

function arm(world: World, unit: Unit, { timer, atUsec, accuracyUsec = 0 }: Extract<Effect, { readonly effect: 'arm' }>): void {
  const latestUsec = atUsec + accuracyUsec;
  unit.timers ??= new SmallMap();
  unit.timers.set(timer, { atUsec, latestUsec });
  world.timers.arm(unit, timer, atUsec, latestUsec);
  world.dirtyUnits.add(unit);
}

function disarm(world: World, unit: Unit, timer: string): void {
  unit.timers?.delete(timer);
  world.timers.disarm(unit, timer);
  world.dirtyUnits.add(unit);
}

function unlink(world: World, unit: Unit, path: string): void {
  try {
    world.options.files.unlink(path);
  } catch (error) {
    log(world, 4, `${unit.name}: cannot remove ${path}: ${error instanceof Error ? error.message : String(error)}`, unit);
  }
}

function warnNotEmpty(world: World, unit: Unit, path: string): void {
  if (world.options.files.list(path).length > 0)
    log(world, 5, `${unit.name}: Directory ${path} to mount over is not empty, mounting anyway.`, unit);
}

function trigger(world: World, unit: Unit, effect: Extract<Effect, { readonly effect: 'trigger' }>): void {
  world.wanted.push({
    request: effect.job,
    unit: effect.unit,
    mode: effect.mode,
    cause: `triggered by ${unit.name}`,
    by: unit,
    ...(effect.details === undefined ? {} : { details: effect.details }),
    refused: (message) => {
      log(world, 4, `${unit.name}: failed to ${effect.job} ${effect.unit}: ${message}`, unit);
      world.tell(unit, { event: 'trigger-refused', reason: message });
    },
  });
}

/** The hold-off of an automatic restart is over: start again, and take along those who depend on the service as a restart does. */
function restart(world: World, unit: Unit): void {
  // A stop that is queued goes first; it finds nothing to stop.
  if (unit.job?.type === 'stop') return;
  const direct = unit.config.service?.RestartMode === 'direct';
  world.wanted.push({
    request: 'start',
    unit: unit.name,
    mode: direct ? 'replace' : 'restart-dependencies',
    cause: 'Restart=',
    after: unit.name,
    refused: (message) => {
      log(world, 3, `${unit.name}: cannot be restarted: ${message}`, unit);
      world.failures.push({ unit, result: 'resources' });
    },
  });
}

function propagateReload(world: World, unit: Unit): void {
  for (const name of world.graph.related(unit.name, 'propagate-reload')) {
    world.wanted.push({ request: 'try-reload', unit: name, mode: 'fail', cause: `${unit.name} reloads`, after: unit.name });
  }
}

/** As in systemd, when the conditions were looked at stays as it was. */
function conditionUnmet(world: World, unit: Unit): void {
  if (unit.condition === undefined) return;
  unit.condition = { met: false, at: unit.condition.at };
  world.dirtyUnits.add(unit);
}
