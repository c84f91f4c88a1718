import { isActive } from '../graph/active-state.ts';
import type { Atom } from '../graph/dependency.ts';
import { areConflicting, collapse, isSuperset, mergeTypes } from '../graph/job.ts';
import type { JobResult, JobType, RequestType } from '../graph/job.ts';
import type { JobEnd } from '../graph/report.ts';
import { plan } from '../graph/transaction.ts';
import type { Cycle, PlannedJob, Transaction, TransactionError } from '../graph/transaction.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import type { Defaults } from '../type/type.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { JobMode } from '../unit/values/types.ts';
import { keepAnswer } from './answers.ts';
import { cycleLines } from './cycles.ts';
import { takeEmergencyAction } from './emergency.ts';
import { Job } from './job.ts';
import { recordDropped, recordEnd, recordJob, recordRefused, type Ending } from './job-history.ts';
import { sayJobEnded, sayJobFailed } from './messages.ts';
import { log } from './records.ts';
import { allowRule } from './rule-limit.ts';
import { holdIdlePipe } from './idle-pipe.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Works out and queues the jobs that a request comes to; gives the job of the unit that was asked for. */
export function queueJob(
  world: World,
  request: RequestType,
  name: string,
  mode: JobMode,
  cause: string,
  by?: string,
): Result<Job, TransactionError> {
  const unit = world.unit(name);
  const planned = plan(request, unit.name, mode, world);
  if (!planned.ok) {
    for (const remark of planned.error.remarks ?? []) log(world, 4, remark, undefined);
    logCycles(world, planned.error.cycles ?? []);
    recordRefused(world, unit.name, { type: request, cause, by, ...planned.error });
    world.toCollect.add(unit);
    return planned;
  }
  const anchor = install(world, planned.value, cause, by);
  return anchor === undefined
    ? err({ code: 'error', unit: unit.name, message: `No job for ${unit.name} came of the request.` })
    : ok(anchor);
}

/** Queues the jobs of a transaction. */
function install(world: World, transaction: Transaction, cause: string, by: string | undefined): Job | undefined {
  for (const remark of transaction.remarks) log(world, 4, remark, undefined);
  logCycles(world, transaction.cycles);
  for (const cycle of transaction.cycles) recordDropped(world, cycle, cause, by);
  for (const name of transaction.cancel) {
    const job = world.peek(name)?.job;
    if (job !== undefined) finishJob(world, job, 'canceled', { recursive: false });
  }
  let anchor: Job | undefined;
  for (const planned of transaction.jobs) {
    const fresh = world.nextJobId;
    const job = installOne(world, planned, cause, by !== undefined);
    anchor ??= job;
    if (job.id < fresh) continue;
    recordJob(world, job, anchor, by);
    world.announce({ change: 'job-new', job, anchor });
  }
  return anchor;
}

/** Where the circle can be cut: systemd only names the units. */
function logCycles(world: World, cycles: readonly Cycle[]): void {
  for (const cycle of cycles) for (const line of cycleLines(world, cycle)) log(world, 4, line, undefined);
}

/** Puts a job that was queued before the manager was restarted back where it was. */
export function restoreJob(world: World, job: Job): void {
  if (job.type === 'nop') job.owner.nop = job;
  else job.owner.job = job;
  job.stored = true;
  world.jobs.set(job.id, job);
  if (job.type === 'nop') world.nops.push(job);
  else world.runQueue.add(job, { running: job.state === 'running', released: job.released });
  world.noteBusy(job.owner);
  armJobTimeouts(world, job);
}

export interface FinishOptions {
  /** Fail those who depend on the job. */
  readonly recursive: boolean;
  /** Why, for people. */
  readonly reason?: string;
  /** Nothing is said of it. */
  readonly quiet?: boolean;
}

/** Ends a job with a result, and those that depend on it with `dependency`. */
export function finishJob(world: World, job: Job, result: JobResult, options: FinishOptions): void {
  const queue: [Job, JobResult, Omit<FinishOptions, 'recursive'>, by?: string][] = [[job, result, options]];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [ending, its, { reason, quiet = false }, by] = next;
    if (world.jobs.get(ending.id) !== ending) continue;
    if (!quiet) sayJobEnded(world, ending, its, reason);
    if (turnsIntoStart(ending, its)) {
      retype(world, ending, 'start');
      continue;
    }
    end(world, ending, its, { reason, by });
    if (!options.recursive) continue;
    for (const dependent of failing(world, ending, its)) queue.push([dependent, 'dependency', {}, ending.unit]);
  }
}

/** Marks a job as being carried out. */
export function beginJob(world: World, job: Job): void {
  job.state = 'running';
  // What had to wait for its unit once more is not given more time.
  if (job.runningUsec === 0) job.runningUsec = world.now.monotonicUsec;
  world.dirtyJobs.add(job);
  armJobTimeouts(world, job);
}

/** Has a job wait until its unit's state has changed. */
export function postponeJob(world: World, job: Job): void {
  job.state = 'waiting';
  world.dirtyJobs.add(job);
}

/** The name of a job's timer. */
export const jobTimer = 'job';

/** The job took too long, queued or running (systemd.unit(5), JobTimeoutSec=). */
export function timeOutJob(world: World, job: Job): void {
  const { unit: settings } = job.owner.config;
  finishJob(world, job, 'timeout', { recursive: true });
  takeEmergencyAction(world, settings.JobTimeoutAction, `${job.owner.name}: a job timed out`, {
    rebootArgument: settings.JobTimeoutRebootArgument,
  });
}

function installOne(world: World, planned: PlannedJob, cause: string, automatic: boolean): Job {
  const owner = world.unit(planned.unit);
  if (planned.type === 'nop') return owner.nop ?? addJob(world, owner, planned, cause, automatic);
  const present = owner.job;
  if (present === undefined) return addJob(world, owner, planned, cause, automatic);
  if (areConflicting(present.type, planned.type)) {
    finishJob(world, present, 'canceled', { recursive: false });
    return addJob(world, owner, planned, cause, automatic);
  }
  mergeIntoInstalled(world, present, planned);
  if (present.automatic && !automatic) askFor(world, present);
  return present;
}

function addJob(world: World, owner: Unit, planned: PlannedJob, cause: string, automatic: boolean): Job {
  const job = new Job(owner, { ...planned, id: world.nextJobId, cause, queuedUsec: world.now.monotonicUsec, automatic });
  world.nextJobId += 1;
  world.dirtyManager = true;
  world.jobs.set(job.id, job);
  if (planned.type === 'nop') owner.nop = job;
  else owner.job = job;
  if (job.type === 'nop') world.nops.push(job);
  else world.runQueue.add(job);
  world.dirtyJobs.add(job);
  world.noteBusy(owner);
  armJobTimeouts(world, job);
  if (owner.config.service?.Type === 'idle') holdIdlePipe(world);
  return job;
}

/**
 * A job that runs already goes on only if it does what the new one wants as well; a reload never counts, as it may have read too
 * early, nor does the start of a unit that has failed since and is to be started again within that job (RestartMode=direct).
 */
function mergeIntoInstalled(world: World, present: Job, planned: PlannedJob): void {
  const isOver = planned.type === 'reload' || present.owner.look.willRestart === true;
  const goesOn = present.state === 'waiting' || (!isOver && isSuperset(present.type, planned.type));
  const type = mergeTypes(present.type, planned.type);
  if (planned.irreversible && !present.irreversible) {
    present.irreversible = true;
    world.dirtyJobs.add(present);
  }
  if (planned.ignoreOrder && !present.ignoreOrder) ignoreOrder(world, present);
  if (type !== undefined) retype(world, present, collapse(type, present.owner.look.active), { rerun: !goesOn });
}

/** A client wants it now as well, and does not wait for RestartSec=. */
function askFor(world: World, job: Job): void {
  job.automatic = false;
  world.dirtyJobs.add(job);
  if (job.state === 'waiting') world.runQueue.retry(job.unit);
}

/** Has a queued job wait for nobody, and nobody for it. */
function ignoreOrder(world: World, job: Job): void {
  world.runQueue.remove(job.unit);
  job.ignoreOrder = true;
  world.runQueue.add(job, { running: job.state === 'running', released: job.released });
  world.dirtyJobs.add(job);
}

/** Changes what a job is to do; it takes its place in the queue anew. */
function retype(world: World, job: Job, type: JobType, options: { readonly rerun: boolean } = { rerun: true }): void {
  if (job.type === type && !options.rerun) return;
  world.runQueue.remove(job.unit);
  job.type = type;
  if (options.rerun) job.state = 'waiting';
  job.released = false;
  world.runQueue.add(job);
  world.dirtyJobs.add(job);
  if (!waitsForItself(world, job)) return;
  log(world, 4, `${job.unit}: Its ${type} job would wait for itself, as units are ordered in a circle; it does not wait.`, job.owner);
  job.released = true;
  world.runQueue.release(job.unit);
}

/**
 * A transaction has no circle, but the order of two jobs is another when the stop of a restart is done or jobs were merged; systemd
 * then waits for ever.
 */
function waitsForItself(world: World, job: Job): boolean {
  const seen = new Set<Job>([job]);
  for (const waiting of seen) {
    if (waiting.state !== 'waiting') continue;
    for (const other of world.runQueue.around(waiting.unit).waitsFor) {
      if (other === job) return true;
      seen.add(other);
    }
  }
  return false;
}

/** A restart whose stop is done goes on as a start. */
function turnsIntoStart(job: Job, result: JobResult): boolean {
  return job.type === 'restart' && result === 'done';
}

function end(world: World, job: Job, result: JobResult, ending: Ending): void {
  const { owner } = job;
  world.jobs.delete(job.id);
  if (owner.job === job) owner.job = undefined;
  if (owner.nop === job) owner.nop = undefined;
  if (world.runQueue.holds(job)) world.runQueue.remove(job.unit);
  world.timers.disarm(job, jobTimer);
  world.dirtyJobs.delete(job);
  if (!owner.stored && owner.load.state === 'loaded' && !owner.perpetual) world.untold.add(owner);
  if (job.stored) world.deleted.push(`job/${job.id}`);
  if (result === 'failed' || result === 'invalid') {
    world.failedJobs += 1;
    world.dirtyManager = true;
  }
  recordEnd(world, job, result, ending);
  world.noteBusy(owner);
  world.toCheckItself.add(owner);
  const told = endOf(job, result);
  keepAnswer(world, job, told);
  world.announce({ change: 'job-removed', job, ...told });
  // What the unit does itself brings OnFailure= by itself; these two never reach the unit.
  if (result === 'timeout' || result === 'dependency') {
    sayJobFailed(world, job, result);
    wantHandlersOfJob(world, job, result);
  }
  tellTriggers(world, owner);
}

function endOf({ owner }: Job, result: JobResult): JobEnd {
  // A unit that is unloaded when it has failed takes its result with it, as in systemd.
  const isKept = owner.config.unit.CollectMode === 'inactive';
  const hasFailed = isKept && result !== 'done' && result !== 'skipped' && owner.look.result !== '';
  return { result, ...(hasFailed ? { unitResult: owner.look.result } : {}) };
}

/** No process and no state of the unit is in between, so a handler that asks for the unit again could go round as fast as the manager can. */
function wantHandlersOfJob(world: World, { owner, type }: Job, result: JobResult): void {
  if (world.graph.related(owner.name, 'on-failure').length === 0) return;
  if (allowRule(world, owner, 'start the units of OnFailure=', `its ${type} job ended (${result})`))
    wantHandlers(world, owner, 'on-failure');
}

/** Queues the units of OnFailure= or OnSuccess=. */
export function wantHandlers(world: World, unit: Unit, atom: 'on-failure' | 'on-success'): void {
  const { OnFailureJobMode, OnSuccessJobMode } = unit.config.unit;
  for (const handler of world.graph.related(unit.name, atom)) {
    const mode = atom === 'on-failure' ? OnFailureJobMode : OnSuccessJobMode;
    world.wanted.push({
      request: 'start',
      unit: handler,
      mode,
      cause: `${atom === 'on-failure' ? 'OnFailure=' : 'OnSuccess='} of ${unit.name}`,
      after: unit.name,
    });
  }
}

/** Tells the units that trigger this one that it changed. */
export function tellTriggers(world: World, unit: Unit): void {
  for (const name of world.graph.related(unit.name, 'triggered-by')) {
    const trigger = world.peek(name);
    if (trigger === undefined) continue;
    world.tell(trigger, { event: 'triggered-changed', unit: unit.name, look: unit.look, hasJob: unit.job !== undefined });
  }
}

/** The jobs that fail because this one ended so (semantics 12.6). */
function failing(world: World, job: Job, result: JobResult): readonly Job[] {
  const atom = failureAtom(job, result);
  if (atom === undefined) return [];
  const jobs: Job[] = [];
  for (const name of world.graph.related(job.unit, atom)) {
    const dependent = world.peek(name)?.job;
    if (dependent?.type === 'start' || dependent?.type === 'verify-active') jobs.push(dependent);
  }
  return jobs;
}

function failureAtom(job: Job, result: JobResult): Atom | undefined {
  if (result !== 'done') {
    if (job.type === 'start' || job.type === 'verify-active') return 'propagate-start-failure';
    return job.type === 'stop' ? 'propagate-stop-failure' : undefined;
  }
  const isDown = !isActive(job.owner.look.active);
  return isDown && (job.type === 'start' || job.type === 'reload') ? 'propagate-inactive-start-as-failure' : undefined;
}

function armJobTimeouts(world: World, job: Job): void {
  const deadline = jobDeadline(world, job);
  if (deadline !== Infinity) world.timers.arm(job, jobTimer, deadline);
}

/**
 * When the job has taken too long, CLOCK_MONOTONIC microseconds, or Infinity: JobTimeoutSec= counts from when it was queued,
 * JobRunningTimeoutSec= from when it began to run for the first time.
 */
export function jobDeadline({ options }: World, job: Job): number {
  const { config } = job.owner;
  const { JobTimeoutSec } = config.unit;
  const queued = limitFrom(job.queuedUsec, JobTimeoutSec);
  const running = job.runningUsec === 0 ? Infinity : limitFrom(job.runningUsec, runningTimeoutOf(config, options.config.defaults));
  return Math.min(queued, running);
}

/** How long a job of a unit may run, microseconds: who waits for a device has a limit of his own (systemd-system.conf(5), DefaultDeviceTimeoutSec=). */
export function runningTimeoutOf({ type, unit }: UnitConfig, { deviceTimeoutUsec }: Pick<Defaults, 'deviceTimeoutUsec'>): number {
  return unit.JobRunningTimeoutSec ?? (type === 'device' ? deviceTimeoutUsec : Infinity);
}

function limitFrom(beginUsec: number, limitUsec: number): number {
  return limitUsec === 0 ? Infinity : beginUsec + limitUsec;
}
