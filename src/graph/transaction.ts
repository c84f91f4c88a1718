import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { LoadState } from '../unit/config.ts';
import type { JobMode } from '../unit/values/types.ts';
import type { ActiveState } from './active-state.ts';
import { isActiveOrActivating } from './active-state.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { carriers } from './dependency.ts';
import type { Kind } from './dependency.ts';
import type { Resting } from './resting.ts';
import { areConflicting, collapse, isRedundant } from './job.ts';
import type { JobType, RequestType } from './job.ts';
import { allJobs, collectUnpulled, newDraft, remove } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';
import { addIsolated, addTriggering, expand } from './transaction-expand.ts';
import { mergeAll, settleConflicts } from './transaction-merge.ts';
import { breakCycles } from './transaction-order.ts';

/** What a transaction must know of a unit. */
export interface TransactionUnit {
  readonly name: string;
  readonly load: LoadState;
  readonly active: ActiveState;
  /** The job that is queued or running for the unit, other than nop. */
  readonly job: QueuedJob | undefined;
  /** Always there: cannot be stopped. */
  readonly perpetual: boolean;
  /** False for a unit that was started once and cannot be again. */
  readonly canStart: boolean;
  readonly canReload: boolean;
  readonly ignoreOnIsolate: boolean;
  readonly allowIsolate: boolean;
}

export interface QueuedJob {
  readonly type: JobType;
  readonly irreversible: boolean;
  readonly ignoreOrder: boolean;
}

/** The world as transactions see it. */
export interface TransactionView {
  readonly graph: DependencyGraph;
  /** The unit of that name, loaded now if it was not yet. */
  unit(name: string): TransactionUnit;
  /** The job that is queued or running for a unit, which is not loaded for this. */
  queued(name: string): QueuedJob | undefined;
  /** All units that are not inactive or that have a job. */
  busy(): Iterable<TransactionUnit>;
  /** What is known of units that are where they are wanted; without it, each is looked for anew. */
  readonly resting?: Resting;
  /** The slice that has no place for the unit, beside those that are there, queued or planned (systemd.slice(5), ConcurrencyHardMax=). */
  fullSlice?(name: string, planned: () => Iterable<string>): string | undefined;
}

/** Why a job is in a transaction. */
export type Reason =
  | { readonly because: 'requested' }
  | { readonly because: 'dependency'; readonly kind: Kind; readonly of: string }
  | { readonly because: 'isolate'; readonly of: string }
  | { readonly because: 'triggering'; readonly of: string };

/** A job that is to be queued. */
export interface PlannedJob {
  readonly unit: string;
  readonly type: JobType;
  readonly reason: Reason;
  readonly ignoreOrder: boolean;
  readonly irreversible: boolean;
}

/** A circle in the order of jobs, as short as it can be. */
export interface Cycle {
  /** Each comes before the next, and the last before the first. */
  readonly units: readonly string[];
  /** The unit whose job was given up for the others; absent where none could be. */
  readonly dropped?: string;
}

/** What a request comes to. */
export interface Transaction {
  readonly anchor: string;
  /** The anchor's job first. */
  readonly jobs: readonly PlannedJob[];
  /** Names of units whose queued jobs are cancelled first (isolate, flush). */
  readonly cancel: readonly string[];
  /** What was given up on the way, for people. */
  readonly remarks: readonly string[];
  readonly cycles: readonly Cycle[];
}

export interface TransactionError {
  readonly code:
    | 'no-isolate'
    | 'invalid'
    | 'not-found'
    | 'masked'
    | 'bad-setting'
    | 'error'
    | 'not-applicable'
    | 'cyclic'
    | 'conflicting'
    | 'destructive'
    | 'concurrency';
  readonly unit: string;
  readonly message: string;
  /** What there is to say besides, for the log. */
  readonly remarks?: readonly string[];
  readonly cycles?: readonly Cycle[];
}

/** Works out the jobs that a request comes to, or why it cannot be (semantics 12.4, 12.5); each pass below is one of its steps. */
export function plan(request: RequestType, unit: string, mode: JobMode, view: TransactionView): Result<Transaction, TransactionError> {
  const anchorUnit = view.unit(unit);
  const misuse = misuseOf(mode, request, anchorUnit);
  if (misuse !== undefined) return err(misuse);
  const draft = newDraft(view, mode, anchorUnit, collapse(request, anchorUnit.active));
  const failure = expand(draft);
  if (failure !== undefined) return err(failure);
  if (mode === 'isolate') addIsolated(draft);
  if (mode === 'triggering') addTriggering(draft);
  markMattering(draft);
  const harm = mode === 'lenient' ? findHarm(draft) : undefined;
  if (harm !== undefined) return err(harm);
  if (isCareful(mode)) dropNeedless(draft);
  dropRedundant(draft);
  const trouble = isAlone(draft) ? undefined : settle(draft);
  if (trouble !== undefined) return err(trouble);
  const destruction = findDestructive(draft);
  if (destruction !== undefined) return err(destruction);
  return ok(finished(draft));
}

/** All that the anchor needs is there: it has no other job to be at odds with, and none is queued that is ordered to it. */
function isAlone({ units, anchor, view }: Draft): boolean {
  for (const jobs of units.values()) for (const job of jobs) if (job.alive && job !== anchor) return false;
  let isOrdered = false;
  view.graph.forEach(anchor.unit.name, (other, kinds) => {
    if ((kinds & ordering) !== 0) isOrdered ||= view.queued(other) !== undefined;
  });
  return !isOrdered;
}

const ordering = carriers.before | carriers.after;

/** Has the jobs agree in their order, and leaves one for each unit. */
function settle(draft: Draft): TransactionError | undefined {
  const wasAmbiguous = hasSeveralJobs(draft);
  const trouble = breakCycles(draft);
  if (trouble !== undefined) return trouble;
  const clash = settleConflicts(draft);
  if (clash !== undefined) return clash;
  mergeAll(draft);
  collectUnpulled(draft);
  // Of several jobs of a unit one was looked at for cycles, and that one may be gone. systemd then waits for ever.
  const rest = wasAmbiguous ? breakCycles(draft) : undefined;
  if (rest !== undefined) return rest;
  dropRedundant(draft);
  return undefined;
}

function hasSeveralJobs({ units }: Draft): boolean {
  for (const jobs of units.values()) if (jobs.length > 1) return true;
  return false;
}

/** Modes that are not for every job, or not for every unit. */
export function misuseOf(mode: JobMode, request: RequestType, { name, allowIsolate }: TransactionUnit): TransactionError | undefined {
  const refuse = (code: TransactionError['code'], message: string): TransactionError => ({ code, unit: name, message });
  if (mode === 'isolate' && request !== 'start') return refuse('invalid', 'Isolate is only valid for start.');
  if (mode === 'isolate' && !allowIsolate) return refuse('no-isolate', 'Operation refused, unit may not be isolated.');
  if (mode === 'triggering' && request !== 'stop') return refuse('invalid', '--job-mode=triggering is only valid for stop.');
  if (mode === 'restart-dependencies' && request !== 'start')
    return refuse('invalid', '--job-mode=restart-dependencies is only valid for start.');
  return undefined;
}

function isCareful(mode: JobMode): boolean {
  return mode === 'fail' || mode === 'lenient';
}

/** Marks the jobs without which the anchor's makes no sense. */
function markMattering(draft: Draft): void {
  const queue = [draft.anchor];
  draft.anchor.matters = true;
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const { to, matters } of node.pulls) {
      if (!matters || to.matters) continue;
      to.matters = true;
      queue.push(to);
    }
  }
}

/** lenient: what is asked for cannot be had without a stop of something else that runs (systemctl(1) of 258, --job-mode=). */
function findHarm(draft: Draft): TransactionError | undefined {
  const { anchor } = draft;
  for (const node of allJobs(draft)) {
    if (node === anchor || !node.matters || node.type !== 'stop' || !isActiveOrActivating(node.unit.active)) continue;
    return {
      code: 'destructive',
      unit: node.unit.name,
      message: `Transaction for ${anchor.unit.name}/${anchor.type} is destructive (${node.unit.name}/stop would stop a running unit).`,
    };
  }
  return undefined;
}

/** fail: drops what does not matter and would stop something that runs, or change a queued job. */
function dropNeedless(draft: Draft): void {
  for (const node of allJobs(draft)) {
    if (!node.alive || node.matters) continue;
    const stops = node.type === 'stop' && isActiveOrActivating(node.unit.active);
    const changes = node.unit.job !== undefined && areConflicting(node.type, node.unit.job.type);
    if (stops || changes) remove(draft, node, { pullers: true });
  }
}

/** Drops the jobs of units that are where all these jobs would bring them. */
function dropRedundant(draft: Draft): void {
  if (isAllThere(draft)) {
    draft.units.clear();
    draft.units.set(draft.anchor.unit.name, [draft.anchor]);
    draft.anchor.pulls.clear();
    draft.anchor.pulledBy.clear();
    return;
  }
  for (const jobs of draft.units.values()) {
    if (!jobs.every((job) => isNeedless(draft, job))) continue;
    for (const job of jobs) remove(draft, job, { pullers: false });
  }
}

/** The usual case of a start: nothing is left to be done but what was asked for. Its jobs need not be taken out one by one. */
function isAllThere(draft: Draft): boolean {
  for (const jobs of draft.units.values()) for (const job of jobs) if (job !== draft.anchor && !isNeedless(draft, job)) return false;
  return draft.units.get(draft.anchor.unit.name)?.length === 1;
}

function isNeedless(draft: Draft, { unit, type }: Node): boolean {
  if (draft.anchor.unit.name === unit.name && draft.anchor.type === type) return false;
  return isRedundant(type, unit.active) && (unit.job === undefined || !areConflicting(type, unit.job.type));
}

/** A queued job that may not be replaced, but would be. */
function findDestructive(draft: Draft): TransactionError | undefined {
  for (const { unit, type } of allJobs(draft)) {
    const { job } = unit;
    if (job === undefined || !areConflicting(job.type, type)) continue;
    if (!isCareful(draft.mode) && !job.irreversible) continue;
    return {
      code: 'destructive',
      unit: unit.name,
      message: `Transaction for ${draft.anchor.unit.name}/${draft.anchor.type} is destructive (${unit.name} has '${job.type}' job queued, but '${type}' is included in transaction).`,
    };
  }
  return undefined;
}

function finished(draft: Draft): Transaction {
  const jobs = [draft.anchor, ...allJobs(draft).filter((node) => node !== draft.anchor)];
  return {
    anchor: draft.anchor.unit.name,
    jobs: jobs.map(({ unit, type, reason, ignoreOrder }) => ({
      unit: unit.name,
      type,
      reason,
      ignoreOrder,
      irreversible: draft.mode === 'replace-irreversibly',
    })),
    cancel: draft.mode === 'isolate' || draft.mode === 'flush' ? foreignJobs(draft) : [],
    remarks: draft.remarks,
    cycles: draft.cycles,
  };
}

function foreignJobs(draft: Draft): readonly string[] {
  const names: string[] = [];
  for (const { name, job, ignoreOnIsolate } of draft.view.busy()) {
    if (job !== undefined && !ignoreOnIsolate && !draft.units.has(name)) names.push(name);
  }
  return names;
}
