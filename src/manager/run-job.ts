import { isActive, isInactiveOrFailed } from '../graph/active-state.ts';
import type { JobResult } from '../graph/job.ts';
import { messageIds } from '../graph/message-ids.ts';
import type { Refusal, Step } from '../type/type.ts';
import type { Stamp } from '../port/keeper.ts';
import { describeCondition, evaluate } from './conditions.ts';
import type { Unmet } from './conditions.ts';
import { takeEmergencyAction } from './emergency.ts';
import { thaw } from './freeze.ts';
import type { Job } from './job.ts';
import { beginJob, finishJob, postponeJob } from './jobs.ts';
import { asksForNames } from './lookups.ts';
import { sayJobBegins, saySkipped } from './messages.ts';
import { count } from './rate-limit.ts';
import { log } from './records.ts';
import { apply, moveTo } from './step.ts';
import { UnitContext } from './unit-context.ts';
import type { Unit, Verdict } from './unit.ts';
import type { World } from './world.ts';

/** Carries out a job whose turn has come (semantics 12.6). */
export function runJob(world: World, job: Job): void {
  const verdict = world.concurrency.judge(job);
  if (verdict === 'wait') return;
  beginJob(world, job);
  if (verdict !== 'go')
    return finishJob(world, job, 'failed', { recursive: true, reason: `the limit of ${verdict.full} is reached (ConcurrencyHardMax=)` });
  switch (job.type) {
    case 'start':
      return start(world, job);
    case 'verify-active':
      return verify(world, job);
    case 'stop':
    case 'restart':
      return stop(world, job);
    case 'reload':
      return reload(world, job);
    case 'nop':
      return finishJob(world, job, 'done', { recursive: false });
  }
}

function start(world: World, job: Job): void {
  const unit = job.owner;
  if (isActive(unit.look.active)) return finishJob(world, job, 'done', already);
  if (unit.look.active === 'maintenance' || unit.cleaner !== undefined) return postponeJob(world, job);
  if (world.idlePipeMaker !== undefined && unit.config.service?.Type === 'idle') return postponeJob(world, job);
  if (unit.load.state !== 'loaded') return finishJob(world, job, 'invalid', { recursive: true, reason: `it is ${unit.load.state}` });
  if (unit.type.can.once === true && unit.stamps.inactiveEnter !== undefined) return finishJob(world, job, 'once', { recursive: true });
  const isUnderWay = unit.look.active === 'activating' && unit.look.willRestart !== true;
  if (unit.look.active === 'deactivating') return postponeJob(world, job);
  // Only who asks cuts the pause short: what follows from the failure itself would have the service fail again without end.
  if (unit.look.pauses === true && job.automatic) return postponeJob(world, job);
  if (!isUnderWay && asksForNames(world, job)) return postponeJob(world, job);
  // An automatic restart is a start of its own, as with systemd 252; one that is under way or speeds the restart up asks nothing again.
  const isRestart = unit.look.willRestart === true && unit.look.pauses !== true;
  if ((unit.look.active !== 'activating' || isRestart) && !isWanted(world, job)) return;
  const missing = missingBond(world, unit);
  if (missing !== undefined) return finishJob(world, job, 'dependency', { recursive: true, reason: `${missing} is not active` });
  if (isUnderWay) return take(world, job, unit.type.start(unit.state, unit.config, new UnitContext(world, unit)));
  // A start that was not even tried does not count.
  if (!isWithinStartLimit(world, unit)) return hitStartLimit(world, job);
  unit.details ??= job.details;
  const before = unit.invocationId;
  unit.invocationId = world.options.freshId();
  const decided = unit.type.start(unit.state, unit.config, new UnitContext(world, unit));
  if ('refused' in decided) unit.invocationId = before;
  else world.dirtyUnits.add(unit);
  take(world, job, decided);
}

/** A unit that is bound to another and ordered after it needs that one to be active by now (systemd.unit(5), BindsTo=). */
function missingBond(world: World, unit: Unit): string | undefined {
  return world.graph
    .related(unit.name, 'cannot-be-active-without')
    .find((name) => world.graph.has(unit.name, 'after', name) && !isActive(world.unit(name).look.active));
}

/** Conditions and asserts; ends the job where they do not hold. */
function isWanted(world: World, job: Job): boolean {
  const unit = job.owner;
  const { Conditions, Asserts } = unit.config.unit;
  const at = world.now;
  if (Conditions.length > 0) {
    const unmet = evaluate(Conditions, world.options.conditionFacts);
    unit.condition = verdictOn('Condition', unmet, at);
    world.dirtyUnits.add(unit);
    if (unmet !== undefined) {
      const why = unmet.first.trigger
        ? 'no trigger condition checks were met'
        : `of an unmet condition check (Condition${describeCondition(unmet.first)})`;
      saySkipped(world, job, why);
      finishJob(world, job, 'done', { recursive: true });
      return false;
    }
  } else unit.condition = { met: true, at };
  if (Asserts.length === 0) {
    unit.assertion = { met: true, at };
    return true;
  }
  const unmet = evaluate(Asserts, world.options.conditionFacts);
  unit.assertion = verdictOn('Assert', unmet, at);
  world.dirtyUnits.add(unit);
  if (unmet === undefined) return true;
  log(world, 5, `${unit.name}: Starting requested but asserts failed.`, unit);
  finishJob(world, job, 'assert', { recursive: true });
  return false;
}

function verdictOn(word: 'Condition' | 'Assert', unmet: Unmet | undefined, at: Stamp): Verdict {
  if (unmet === undefined) return { met: true, at };
  return { met: false, at, unmet: unmet.all.map((condition) => word + describeCondition(condition)) };
}

function isWithinStartLimit(world: World, unit: Unit): boolean {
  const { StartLimitIntervalSec, StartLimitBurst } = unit.config.unit;
  const { defaults } = world.options.config;
  const limit = {
    intervalUsec: StartLimitIntervalSec ?? defaults.startLimitIntervalUsec,
    burst: StartLimitBurst ?? defaults.startLimitBurst,
  };
  const { window, allowed } = count(unit.startWindow, world.now.monotonicUsec, limit);
  unit.startWindow = window;
  world.dirtyUnits.add(unit);
  return allowed;
}

function hitStartLimit(world: World, job: Job): void {
  const unit = job.owner;
  log(world, 4, `${unit.name}: Start request repeated too quickly.`, unit);
  const failed = unit.type.fail(unit.state, 'start-limit-hit');
  if (failed !== unit.state) {
    const { result } = unit.type.look(failed);
    log(world, 4, `${unit.name}: Failed with result '${result}'.`, unit, { MESSAGE_ID: messageIds.unitFailureResult, UNIT_RESULT: result });
  }
  moveTo(world, unit, failed, 'it was started too often (StartLimitBurst= in StartLimitIntervalSec=)');
  const settings = unit.config.unit;
  takeEmergencyAction(world, settings.StartLimitAction, `${unit.name} was started too often`, { rebootArgument: settings.RebootArgument });
  finishJob(world, job, 'failed', { recursive: true });
}

function verify(world: World, job: Job): void {
  const { active } = job.owner.look;
  if (isActive(active)) finishJob(world, job, 'done', already);
  else if (active === 'activating') postponeJob(world, job);
  else finishJob(world, job, 'skipped', { recursive: true });
}

function stop(world: World, job: Job): void {
  const unit = job.owner;
  if (unit.cleaner !== undefined && unit.look.willRestart !== true) return postponeJob(world, job);
  if (isInactiveOrFailed(unit.look.active)) return finishJob(world, job, 'done', already);
  thaw(world, unit);
  take(world, job, unit.type.stop(unit.state, unit.config, new UnitContext(world, unit)));
}

function reload(world: World, job: Job): void {
  const unit = job.owner;
  if (unit.look.active === 'reloading') return postponeJob(world, job);
  if (unit.look.active !== 'active') return finishJob(world, job, 'invalid', { recursive: true, reason: 'it is not active' });
  if (!unit.canReload) return finishJob(world, job, 'skipped', { recursive: true });
  // One that cannot reload itself was there to pass it on.
  if (!unit.type.can.reload(unit.config)) return finishJob(world, job, 'done', { recursive: true });
  take(world, job, unit.type.reload(unit.state, unit.config, new UnitContext(world, unit)));
}

/** Takes over what the type decided, or ends the job as the type's refusal says. */
function take(world: World, job: Job, decided: Step<unknown> | Refusal): void {
  if ('refused' in decided) return refuse(world, job, decided);
  // As in systemd, nothing is begun that is over at once.
  const isOver = (job.type === 'stop' || job.type === 'restart') && isInactiveOrFailed(job.owner.type.look(decided.state).active);
  if (!isOver) sayJobBegins(world, job);
  apply(world, job.owner, decided, () => `${job.type} job ${job.id}`);
}

/** There was nothing to do, of which nothing is said. */
const already = { recursive: true, quiet: true } as const;

const refusals: Readonly<Record<Exclude<Refusal['refused'], 'again'>, JobResult>> = {
  already: 'done',
  invalid: 'invalid',
  unsupported: 'unsupported',
  failed: 'failed',
};

function refuse(world: World, job: Job, refusal: Refusal): void {
  if (refusal.refused === 'again') return postponeJob(world, job);
  const reason = refusal.refused === 'failed' || refusal.refused === 'unsupported' ? refusal.reason : undefined;
  const quiet = refusal.refused === 'already';
  finishJob(world, job, refusals[refusal.refused], { recursive: true, quiet, ...(reason === undefined ? {} : { reason }) });
}
