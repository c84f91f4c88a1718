import { unreachable } from '../base/assert.ts';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { LoadState } from '../unit/config.ts';
import type { JobMode } from '../unit/values/types.ts';
import type { ActiveState } from './active-state.ts';
import { isActiveOrActivating, isInactiveOrFailed } from './active-state.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { carriers, kindsIn } from './dependency.ts';
import type { Atom, Kind } from './dependency.ts';
import { areConflicting, collapse, goesFirst, isRedundant, mergeTypes } from './job.ts';
import type { JobType, RequestType } from './job.ts';

/** What a transaction must know of a unit. */
export interface TransactionUnit {
  readonly name: string;
  readonly load: LoadState;
  readonly active: ActiveState;
  /** The job that is queued or running for the unit, other than nop. */
  readonly job: QueuedJob | undefined;
  /** Always there: cannot be stopped. */
  readonly perpetual: boolean;
  readonly canReload: boolean;
  readonly ignoreOnIsolate: boolean;
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

/** What a request comes to. */
export interface Transaction {
  readonly anchor: string;
  /** The anchor's job first. */
  readonly jobs: readonly PlannedJob[];
  /** Names of units whose queued jobs are cancelled first (isolate, flush). */
  readonly cancel: readonly string[];
  /** What was given up on the way, for people. */
  readonly remarks: readonly string[];
}

export interface TransactionError {
  readonly code: 'not-found' | 'masked' | 'bad-setting' | 'error' | 'not-applicable' | 'cyclic' | 'conflicting' | 'destructive';
  readonly unit: string;
  readonly message: string;
}

/** Works out the jobs that a request comes to, or why it cannot be (semantics 12.4, 12.5); each pass below is one of its steps. */
export function plan(request: RequestType, unit: string, mode: JobMode, view: TransactionView): Result<Transaction, TransactionError> {
  const anchorUnit = view.unit(unit);
  const draft = newDraft(view, mode, anchorUnit, collapse(request, anchorUnit.active));
  const failure = expand(draft);
  if (failure !== undefined) return err(failure);
  if (mode === 'isolate') addIsolated(draft);
  if (mode === 'triggering') addTriggering(draft);
  markMattering(draft);
  if (isCareful(mode)) dropNeedless(draft);
  dropRedundant(draft);
  const cycle = breakCycles(draft);
  if (cycle !== undefined) return err(cycle);
  const conflict = settleConflicts(draft);
  if (conflict !== undefined) return err(conflict);
  mergeAll(draft);
  collectUnpulled(draft);
  dropRedundant(draft);
  const destruction = findDestructive(draft);
  if (destruction !== undefined) return err(destruction);
  return ok(finished(draft));
}

/** A job while its transaction is being made. */
interface Node {
  readonly unit: TransactionUnit;
  type: JobType;
  readonly reason: Reason;
  /** Who pulls this job in; the anchor has none. */
  readonly pulledBy: Set<Link>;
  readonly pulls: Set<Link>;
  matters: boolean;
  ignoreOrder: boolean;
  alive: boolean;
}

interface Link {
  readonly from: Node;
  readonly to: Node;
  /** Without `to`, `from` makes no sense either. */
  readonly matters: boolean;
  /** `to` is there because `from` conflicts with its unit. */
  readonly conflicts: boolean;
}

interface Draft {
  readonly view: TransactionView;
  readonly mode: JobMode;
  readonly anchor: Node;
  /** One unit may have jobs of several types until they are merged. */
  readonly units: Map<string, Node[]>;
  readonly remarks: string[];
}

function newDraft(view: TransactionView, mode: JobMode, unit: TransactionUnit, type: JobType): Draft {
  const anchor = newNode(unit, type, { because: 'requested' });
  anchor.ignoreOrder = mode === 'ignore-dependencies';
  return { view, mode, anchor, units: new Map([[unit.name, [anchor]]]), remarks: [] };
}

function newNode(unit: TransactionUnit, type: JobType, reason: Reason): Node {
  return { unit, type, reason, pulledBy: new Set(), pulls: new Set(), matters: false, ignoreOrder: false, alive: true };
}

function isCareful(mode: JobMode): boolean {
  return mode === 'fail' || mode === 'lenient';
}

// Pass: expand. Each unit and type is added once; a worklist, since chains may be thousands long.

interface PullRule {
  readonly atom: Atom;
  readonly type: RequestType;
  /** An error of the pulled job is one of the puller. */
  readonly hard: boolean;
  readonly conflicts?: boolean;
}

const onStart: readonly PullRule[] = [
  { atom: 'pull-in-start', type: 'start', hard: true },
  { atom: 'pull-in-start-ignored', type: 'start', hard: false },
  { atom: 'pull-in-verify', type: 'verify-active', hard: true },
  { atom: 'pull-in-stop', type: 'stop', hard: true, conflicts: true },
  { atom: 'pull-in-stop-ignored', type: 'stop', hard: false },
];
const onStop: readonly PullRule[] = [
  { atom: 'propagate-stop', type: 'stop', hard: true },
  { atom: 'propagate-stop-graceful', type: 'stop', hard: true },
];
const onRestart: readonly PullRule[] = [
  { atom: 'propagate-stop', type: 'try-restart', hard: true },
  { atom: 'propagate-stop-graceful', type: 'stop', hard: true },
];
const onReload: readonly PullRule[] = [{ atom: 'propagate-reload', type: 'try-reload', hard: false }];

const pullRules: Readonly<Record<JobType, readonly PullRule[]>> = {
  start: onStart,
  restart: [...onStart, ...onRestart],
  stop: onStop,
  reload: onReload,
  'verify-active': [],
  nop: [],
};

function expand(draft: Draft): TransactionError | undefined {
  const anchor = draft.anchor;
  const refusal = refuse(anchor.unit, anchor.type);
  if (refusal !== undefined) return refusal;
  if (draft.mode === 'ignore-dependencies' || draft.mode === 'ignore-requirements') return undefined;
  const graceful: Node[] = [];
  const queue: Node[] = [anchor];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const failure = pullIn(draft, node, queue, graceful);
    const fatal = failure === undefined ? undefined : failUpwards(draft, node, failure);
    if (fatal !== undefined) return fatal;
  }
  stopGracefully(draft, graceful, queue);
  return undefined;
}

/** Adds what one job pulls in; gives the first error of a hard dependency. */
function pullIn(draft: Draft, node: Node, queue: Node[], graceful: Node[]): TransactionError | undefined {
  let failure: TransactionError | undefined;
  const isAnchorRestart = draft.mode === 'restart-dependencies' && node === draft.anchor && node.type === 'start';
  const rules = isAnchorRestart ? pullRules.restart : pullRules[node.type];
  for (const name of pulledNames(draft, node.unit.name, rules)) {
    const unit = draft.view.unit(name);
    const kinds = draft.view.graph.kinds(node.unit.name, unit.name);
    for (const rule of rules) {
      const carried = kinds & carriers[rule.atom];
      if (carried === 0) continue;
      if (rule.atom === 'propagate-stop-graceful') graceful.push(node);
      else {
        const error = pullOne(draft, node, unit, rule, carried, queue);
        if (error !== undefined && rule.hard) failure ??= error;
        else if (error !== undefined) draft.remarks.push(`${node.unit.name}: cannot add a job for ${name}, ignoring: ${error.message}`);
      }
    }
  }
  return failure;
}

/** A copy, since loading a unit may add to the graph. */
function pulledNames(draft: Draft, name: string, rules: readonly PullRule[]): readonly string[] {
  let wanted = 0;
  for (const rule of rules) wanted |= carriers[rule.atom];
  const names: string[] = [];
  draft.view.graph.forEach(name, (other, kinds) => {
    if ((kinds & wanted) !== 0) names.push(other);
  });
  return names;
}

function pullOne(
  draft: Draft,
  by: Node,
  unit: TransactionUnit,
  rule: PullRule,
  kinds: number,
  queue: Node[],
): TransactionError | undefined {
  const type = collapse(rule.type, unit.active);
  if (type === 'nop') return undefined;
  const refusal = refuse(unit, type);
  if (refusal?.code === 'not-applicable') return undefined;
  if (refusal !== undefined) return refusal;
  const kind = kindsIn(kinds)[0] ?? 'Wants';
  const node = addJob(draft, unit, type, { because: 'dependency', kind, of: by.unit.name }, queue);
  link(by, node, rule.hard, rule.conflicts ?? false);
  return undefined;
}

/** Finds or makes the job of this type; a new one is put on the queue. */
function addJob(draft: Draft, unit: TransactionUnit, type: JobType, reason: Reason, queue: Node[]): Node {
  const jobs = draft.units.get(unit.name);
  const present = jobs?.find((job) => job.type === type);
  if (present !== undefined) return present;
  const node = newNode(unit, type, reason);
  if (jobs === undefined) draft.units.set(unit.name, [node]);
  else jobs.push(node);
  queue.push(node);
  return node;
}

function link(from: Node, to: Node, matters: boolean, conflicts: boolean): void {
  const edge: Link = { from, to, matters, conflicts };
  from.pulls.add(edge);
  to.pulledBy.add(edge);
}

/** PropagatesStopTo=: stop the other, or restart it where this transaction starts it; so it can be judged only when all the rest is there. */
function stopGracefully(draft: Draft, graceful: readonly Node[], queue: Node[]): void {
  const rule: PullRule = { atom: 'propagate-stop-graceful', type: 'stop', hard: true };
  for (const node of new Set(graceful)) {
    for (const other of draft.view.graph.related(node.unit.name, rule.atom)) {
      const unit = draft.view.unit(other);
      const types = (draft.units.get(unit.name) ?? []).map((job) => job.type);
      if (types.includes('stop') || types.includes('restart')) continue;
      const type = types.includes('start') ? 'restart' : 'stop';
      pullOne(draft, node, unit, { ...rule, type }, carriers[rule.atom], queue);
    }
  }
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) pullIn(draft, node, queue, []);
}

/**
 * A job that cannot be made fails those who need it, up to the anchor. Jobs that are only wanted stay, as systemd 252 has it:
 * a unit that is wanted starts although something that it requires does not exist.
 */
function failUpwards(draft: Draft, failed: Node, error: TransactionError): TransactionError | undefined {
  const seen = new Set([failed]);
  const queue = [failed];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (node === draft.anchor) return error;
    for (const { from, matters, to } of node.pulledBy) {
      if (!matters) draft.remarks.push(`${from.unit.name}: cannot add all that ${to.unit.name} needs, ignoring: ${error.message}`);
      else if (!seen.has(from)) {
        seen.add(from);
        queue.push(from);
      }
    }
  }
  return undefined;
}

function refuse(unit: TransactionUnit, type: JobType): TransactionError | undefined {
  if (type !== 'stop' && unit.load.state !== 'loaded') return loadFailure(unit);
  if (!isApplicable(unit, type)) {
    return { code: 'not-applicable', unit: unit.name, message: `Job type ${type} is not applicable for unit ${unit.name}.` };
  }
  return undefined;
}

/** Why a unit that is not loaded cannot be started. */
function loadFailure(unit: TransactionUnit): TransactionError {
  const { load, name } = unit;
  switch (load.state) {
    case 'not-found':
      return { code: 'not-found', unit: name, message: `Unit ${name} not found.` };
    case 'masked':
      return { code: 'masked', unit: name, message: `Unit ${name} is masked.` };
    case 'bad-setting':
      return { code: 'bad-setting', unit: name, message: `Unit ${name} has a bad unit file setting: ${load.reason}` };
    case 'error':
      return { code: 'error', unit: name, message: `Unit ${name} failed to load properly: ${load.reason}` };
    case 'loaded':
      return { code: 'error', unit: name, message: `Unit ${name} is loaded.` };
    default:
      return unreachable(load);
  }
}

function isApplicable(unit: TransactionUnit, type: JobType): boolean {
  switch (type) {
    case 'start':
    case 'verify-active':
    case 'nop':
      return true;
    case 'stop':
    case 'restart':
      return !unit.perpetual;
    case 'reload':
      return unit.canReload;
    default:
      return unreachable(type);
  }
}

// Pass: jobs for the rest of the world.

/** isolate: whatever runs and is not wanted stops. */
function addIsolated(draft: Draft): void {
  for (const unit of draft.view.busy()) {
    if (unit.ignoreOnIsolate || unit.perpetual || draft.units.has(unit.name)) continue;
    if (isTriggeredByKept(draft, unit.name)) continue;
    addForeignStop(draft, unit, { because: 'isolate', of: draft.anchor.unit.name });
  }
}

/** A service that a kept socket or timer started may go on. */
function isTriggeredByKept(draft: Draft, name: string): boolean {
  return draft.view.graph.related(name, 'triggered-by').some((trigger) => draft.units.get(trigger)?.some((job) => job.type === 'start'));
}

/** triggering: the units that would start the anchor again stop with it. */
function addTriggering(draft: Draft): void {
  for (const name of draft.view.graph.related(draft.anchor.unit.name, 'triggered-by')) {
    const unit = draft.view.unit(name);
    if (isInactiveOrFailed(unit.active) || draft.units.has(unit.name)) continue;
    addForeignStop(draft, unit, { because: 'triggering', of: draft.anchor.unit.name });
  }
}

function addForeignStop(draft: Draft, unit: TransactionUnit, reason: Reason): void {
  const queue: Node[] = [];
  const node = addJob(draft, unit, 'stop', reason, queue);
  link(draft.anchor, node, true, false);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) pullIn(draft, next, queue, []);
}

// Pass: what matters to the anchor.

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
  for (const jobs of draft.units.values()) {
    if (!jobs.every((job) => isNeedless(draft, job))) continue;
    for (const job of jobs) remove(draft, job, { pullers: false });
  }
}

function isNeedless(draft: Draft, { unit, type }: Node): boolean {
  if (draft.anchor.unit.name === unit.name && draft.anchor.type === type) return false;
  return isRedundant(type, unit.active) && (unit.job === undefined || !areConflicting(type, unit.job.type));
}

/** Drops jobs that nobody pulls in any more; an isolating transaction keeps all. */
function collectUnpulled(draft: Draft): void {
  if (draft.mode === 'isolate') return;
  const queue = [...allJobs(draft)];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (!node.alive || node === draft.anchor || node.pulledBy.size > 0) continue;
    const pulled = [...node.pulls].map((edge) => edge.to);
    remove(draft, node, { pullers: false });
    queue.push(...pulled);
  }
}

// Pass: order.

function breakCycles(draft: Draft): TransactionError | undefined {
  for (;;) {
    collectUnpulled(draft);
    const cycle = findCycle(draft);
    if (cycle === undefined) return undefined;
    const victim = cycle.find((name) => isExpendable(draft, name));
    const path = [...cycle].toReversed().join(' → ');
    if (victim === undefined) {
      return { code: 'cyclic', unit: draft.anchor.unit.name, message: `Transaction order is cyclic: ${path} → ${cycle.at(-1) ?? ''}.` };
    }
    draft.remarks.push(`${victim}: job deleted to break the ordering cycle ${path} → ${cycle.at(-1) ?? ''}`);
    for (const job of draft.units.get(victim) ?? []) remove(draft, job, { pullers: true });
  }
}

function isExpendable(draft: Draft, name: string): boolean {
  const jobs = draft.units.get(name);
  return jobs !== undefined && !jobs.some((job) => job.matters);
}

interface Visit {
  readonly name: string;
  readonly next: readonly string[];
  position: number;
}

/** Walks "goes before" over the jobs of the transaction and those already queued; gives the first cycle, its end first. */
function findCycle(draft: Draft): readonly string[] | undefined {
  const done = new Set<string>();
  const onPath = new Set<string>();
  for (const start of draft.units.keys()) {
    if (done.has(start)) continue;
    const path: Visit[] = [];
    enter(draft, start, path, onPath);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const name = top.next[top.position];
      top.position += 1;
      if (name === undefined) {
        path.pop();
        onPath.delete(top.name);
        done.add(top.name);
      } else if (onPath.has(name)) {
        const from = path.findIndex((visit) => visit.name === name);
        return path
          .slice(from)
          .map((visit) => visit.name)
          .toReversed();
      } else if (!done.has(name)) enter(draft, name, path, onPath);
    }
  }
  return undefined;
}

function enter(draft: Draft, name: string, path: Visit[], onPath: Set<string>): void {
  onPath.add(name);
  path.push({ name, next: successors(draft, name), position: 0 });
}

/** The units whose jobs must wait for this unit's job. */
function successors(draft: Draft, name: string): readonly string[] {
  const job = jobFor(draft, name);
  if (job === undefined || job.ignoreOrder) return [];
  const found: string[] = [];
  draft.view.graph.forEach(name, (other, kinds) => {
    if ((kinds & ordering) === 0) return;
    const otherJob = jobFor(draft, other);
    if (otherJob === undefined || otherJob.ignoreOrder) return;
    const comesBefore = (kinds & carriers.before) !== 0 && goesFirst(job.type, otherJob.type) === 'a';
    const comesAfter = (kinds & carriers.after) !== 0 && goesFirst(otherJob.type, job.type) === 'b';
    if (comesBefore || comesAfter) found.push(other);
  });
  return found;
}

const ordering = carriers.before | carriers.after;

function jobFor(draft: Draft, name: string): QueuedJob | Node | undefined {
  const jobs = draft.units.get(name);
  if (jobs !== undefined) return jobs[0];
  return draft.view.queued(name);
}

// Pass: merge.

function settleConflicts(draft: Draft): TransactionError | undefined {
  for (const name of draft.units.keys()) {
    for (let clash = findClash(draft, name); clash !== undefined; clash = findClash(draft, name)) {
      const victim = chooseVictim(...clash);
      if (victim === undefined) {
        const types = clash.map((job) => job.type).join(' and ');
        return { code: 'conflicting', unit: name, message: `Transaction contains conflicting jobs ${types} for ${name}.` };
      }
      draft.remarks.push(`${name}: dropped job ${victim.type}, which conflicts with the unit's other jobs`);
      remove(draft, victim, { pullers: true });
    }
  }
  return undefined;
}

function findClash(draft: Draft, name: string): [Node, Node] | undefined {
  const jobs = draft.units.get(name) ?? [];
  for (const [index, a] of jobs.entries()) {
    const b = jobs.slice(index + 1).find((other) => areConflicting(a.type, other.type));
    if (b !== undefined) return [a, b];
  }
  return undefined;
}

/** The job that gives way; a stop gives way to a start, unless the stop is there because of a Conflicts=. */
function chooseVictim(a: Node, b: Node): Node | undefined {
  if (a.matters && b.matters) return undefined;
  if (a.matters !== b.matters) return a.matters ? b : a;
  const [stop, other] = a.type === 'stop' ? [a, b] : [b, a];
  return [...stop.pulledBy].some((edge) => edge.conflicts) ? other : stop;
}

/** Leaves one job for each unit. */
function mergeAll(draft: Draft): void {
  collectUnpulled(draft);
  for (const jobs of draft.units.values()) {
    const [first, ...rest] = jobs;
    if (first === undefined) continue;
    const kept = rest.includes(draft.anchor) ? draft.anchor : first;
    for (const job of jobs) {
      if (job !== kept) mergeInto(kept, job);
    }
    jobs.splice(0, jobs.length, kept);
  }
}

function mergeInto(kept: Node, job: Node): void {
  const type = mergeTypes(kept.type, job.type);
  if (type !== undefined) kept.type = collapse(type, kept.unit.active);
  kept.matters ||= job.matters;
  kept.ignoreOrder ||= job.ignoreOrder;
  for (const { from, matters, conflicts } of job.pulledBy) link(from, kept, matters, conflicts);
  for (const { to, matters, conflicts } of job.pulls) link(kept, to, matters, conflicts);
  for (const edge of [...job.pulledBy, ...job.pulls]) unlink(edge);
  job.alive = false;
}

// Pass: may it be?

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
  };
}

function foreignJobs(draft: Draft): readonly string[] {
  const names: string[] = [];
  for (const { name, job, ignoreOnIsolate } of draft.view.busy()) {
    if (job !== undefined && !ignoreOnIsolate && !draft.units.has(name)) names.push(name);
  }
  return names;
}

function allJobs(draft: Draft): readonly Node[] {
  return [...draft.units.values()].flat();
}

/** Takes a job out; with `pullers`, also those that make no sense without it. */
function remove(draft: Draft, node: Node, options: { readonly pullers: boolean }): void {
  const queue = [node];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (!next.alive) continue;
    next.alive = false;
    const rest = (draft.units.get(next.unit.name) ?? []).filter((job) => job !== next);
    if (rest.length > 0) draft.units.set(next.unit.name, rest);
    else draft.units.delete(next.unit.name);
    if (options.pullers) for (const { from, matters } of next.pulledBy) if (matters) queue.push(from);
    for (const edge of [...next.pulls, ...next.pulledBy]) unlink(edge);
  }
}

function unlink(edge: Link): void {
  edge.from.pulls.delete(edge);
  edge.to.pulledBy.delete(edge);
}
