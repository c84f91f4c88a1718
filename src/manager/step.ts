import { unreachable } from '../base/assert.ts';
import { isActive, isInactiveOrFailed } from '../graph/active-state.ts';
import type { ActiveState } from '../graph/active-state.ts';
import type { RunUsage } from '../graph/history.ts';
import type { Look, Step, UnitEvent } from '../type/type.ts';
import type { Stamp } from '../port/keeper.ts';
import type { EmergencyAction } from '../unit/values/types.ts';
import { cleanAfterRun } from './cleaner.ts';
import { carryOut } from './effects.ts';
import { causeText, describeEvent, type Cause } from './cause-text.ts';
import { endWith } from './exit-code.ts';
import { takeEmergencyAction } from './emergency.ts';
import { sayUsed } from './resource-message.ts';
import { runUsage } from './run-usage.ts';
import { finishJob, tellTriggers, wantHandlers } from './jobs.ts';
import { dropMarkers } from './markers.ts';
import { retroact } from './rules.ts';
import { releaseStreams } from './streams.ts';
import { UnitContext } from './unit-context.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Lets a unit act on an event. */
export function deliver(world: World, unit: Unit, event: UnitEvent, cause: Cause = () => describeEvent(event)): void {
  apply(world, unit, unit.type.step(unit.state, event, unit.config, new UnitContext(world, unit)), cause);
}

/** Takes over what a unit's type decided: carries out its effects, then acts on each state that it reached. */
export function apply(world: World, unit: Unit, step: Step<unknown>, cause: Cause): void {
  const outcome = carryOut(world, unit, step.effects);
  if (step.through !== undefined) moveTo(world, unit, step.through, cause, outcome);
  moveTo(world, unit, step.state, cause, outcome);
}

/** What a state change came with. */
export interface MoveOptions {
  readonly reloadFailed: boolean;
}

/** Puts a unit into a state and does all that follows from the change. */
export function moveTo(world: World, unit: Unit, state: unknown, cause: Cause, options: MoveOptions = { reloadFailed: false }): void {
  const before = unit.look;
  const isOther = state !== unit.state;
  if (isOther) world.dirtyUnits.add(unit);
  unit.state = state;
  unit.look = unit.type.look(state);
  const after = unit.look;
  if (before.active === after.active && before.sub === after.sub && before.result === after.result) {
    // A reload may end where it began within one step.
    if (options.reloadFailed || unit.job?.type === 'reload') settleJob(world, unit, options);
    // A process id or a status text is another: those who watch show it.
    if (isOther) world.announce({ change: 'unit', unit });
    // A descriptor that it held may have kept it.
    if (isOther && isInactiveOrFailed(after.active)) world.toCollect.add(unit);
    return;
  }
  const isEnd = !isInactiveOrFailed(before.active) && isInactiveOrFailed(after.active);
  const used = isEnd ? runUsage(world, unit) : undefined;
  note(world, unit, { before, after, used }, cause);
  dropMarkers(world, unit, before.active, options);
  cleanAfterRun(world, unit, before);
  if (unit.streams.length > 0 && isInactiveOrFailed(after.active) && after.willRestart !== true) releaseStreams(world, unit);
  // What comes of a job may rely on the directories being gone; what starts again by itself waits only before it starts.
  const isCleaning = unit.cleaner !== undefined && after.willRestart !== true;
  const unexpected = unit.job === undefined || (!isCleaning && settleJob(world, unit, options));
  if (unexpected) retroact(world, unit, before.active, after.active);
  tellTriggers(world, unit);
  sayEnd(world, unit, before, after);
  if (isEnd) sayUsed(world, unit, used?.cpuUsec ?? 0);
  endWith(world, unit);
  world.toCheck.add(unit);
}

/** The unit's cleaner is done: its job, which waited for that, is over or may go on. */
export function cleaned(world: World, unit: Unit, before: ActiveState): void {
  unit.cleaner = undefined;
  world.dirtyUnits.add(unit);
  if (unit.job !== undefined && settleJob(world, unit, { reloadFailed: false })) retroact(world, unit, before, unit.look.active);
  world.toCheck.add(unit);
  world.toCollect.add(unit);
}

/** From what to what a unit went, and what the run used that ended with it. */
interface Change {
  readonly before: Look;
  readonly after: Look;
  readonly used: RunUsage | undefined;
}

/** Keeps the record of the change: stamps, history, and those who watch. */
function note(world: World, unit: Unit, change: Change, cause: Cause): void {
  const { before, after } = change;
  const at = world.now;
  if (before.active !== after.active) stamp(unit, before, after, at);
  unit.stamp('stateChange', at);
  remember(world, unit, change, causeText(cause));
  world.dirtyUnits.add(unit);
  world.noteBusy(unit);
  world.busNames.changed(unit);
  world.announce({ change: 'unit', unit });
}

function remember(world: World, unit: Unit, { before, after, used }: Change, cause: string): void {
  const { monotonicUsec, realtimeUsec } = world.now;
  world.history.add({
    what: 'state',
    usec: realtimeUsec,
    monotonicUsec,
    unit: unit.name,
    from: `${before.active} (${before.sub})`,
    to: `${after.active} (${after.sub})`,
    ...(after.result === 'success' ? {} : { result: after.startLimitHit === true ? 'start-limit-hit' : after.result }),
    cause,
    ...(unit.job === undefined ? {} : { job: unit.job.id }),
    ...(unit.invocationId === '' ? {} : { invocation: unit.invocationId }),
    ...(used === undefined ? {} : { used }),
  });
}

function stamp(unit: Unit, before: Look, after: Look, at: Stamp): void {
  if (isInactiveOrFailed(before.active) && !isInactiveOrFailed(after.active)) {
    unit.stamp('inactiveExit', at);
    // Others add to it until it ends.
    if (unit.config.type === 'slice') unit.cpuUsec = undefined;
  }
  if (!isInactiveOrFailed(before.active) && isInactiveOrFailed(after.active)) unit.stamp('inactiveEnter', at);
  if (!isActive(before.active) && isActive(after.active)) unit.stamp('activeEnter', at);
  if (isActive(before.active) && !isActive(after.active)) unit.stamp('activeExit', at);
}

/** Ends the unit's job if the state settles it; tells whether the state is not what the job is about (semantics 12.6). */
function settleJob(world: World, unit: Unit, options: MoveOptions): boolean {
  const { job } = unit;
  if (job === undefined) return true;
  const { active } = unit.look;
  const running = job.state === 'running';
  if (!running) world.runQueue.retry(unit.name);
  switch (job.type) {
    case 'start':
    case 'verify-active':
      if (isActive(active)) finishJob(world, job, 'done', { recursive: true });
      else if (running && active !== 'activating') {
        if (isInactiveOrFailed(active)) finishJob(world, job, active === 'failed' ? 'failed' : 'done', { recursive: true });
        return true;
      }
      return false;
    case 'reload':
      if (!running || active === 'activating' || (active === 'reloading' && !options.reloadFailed)) return false;
      if (active === 'active' || active === 'reloading') {
        finishJob(world, job, options.reloadFailed ? 'failed' : 'done', { recursive: true });
        return false;
      }
      finishJob(world, job, isInactiveOrFailed(active) ? (active === 'failed' ? 'failed' : 'done') : 'canceled', { recursive: true });
      return true;
    case 'stop':
    case 'restart':
      if (isInactiveOrFailed(active)) finishJob(world, job, 'done', { recursive: true });
      else if (running && active !== 'deactivating') {
        finishJob(world, job, 'failed', { recursive: true });
        return true;
      }
      return false;
    case 'nop':
      return true;
    default:
      return unreachable(job.type);
  }
}

/** OnFailure=, OnSuccess= and the actions, once a unit has come to its end. */
function sayEnd(world: World, unit: Unit, before: Look, after: Look): void {
  const settings = unit.config.unit;
  // As systemd 252: a service that restarts has not ended yet.
  if (after.willRestart === true) return;
  if (before.active !== 'failed' && after.active === 'failed') {
    wantHandlers(world, unit, 'on-failure');
    act(world, unit, settings.FailureAction, settings.FailureActionExitStatus, 'failed');
  } else if (!isInactiveOrFailed(before.active) && after.active === 'inactive') {
    // The removal of its directories was no run.
    if (before.active !== 'maintenance') wantHandlers(world, unit, 'on-success');
    act(world, unit, settings.SuccessAction, settings.SuccessActionExitStatus, 'succeeded');
  }
}

function act(world: World, unit: Unit, action: EmergencyAction, status: number | undefined, what: string): void {
  if (action === 'none') return;
  const details = {
    status: status ?? exitStatusOf(world, unit),
    rebootArgument: unit.config.unit.RebootArgument,
    isWatchdog: what === 'failed',
  };
  takeEmergencyAction(world, action, `${unit.name} ${what}`, details);
}

/** The exit status of the unit's main process, which an action passes on unless it names another. */
function exitStatusOf(world: World, unit: Unit): number | undefined {
  if (unit.config.service === undefined) return undefined;
  const { ExecMainCode, ExecMainStatus } = unit.type.properties(unit.state, unit.config, world.options.config.defaults);
  // No process has ended, or one has by itself; one that a signal ended has no status of its own.
  if (ExecMainCode === '0') return undefined;
  return ExecMainCode === '1' ? Number(ExecMainStatus) : EXIT_EXCEPTION;
}

const EXIT_EXCEPTION = 255;
