import type { JobMode } from '../unit/values/types.ts';
import { isInactiveOrFailed } from './active-state.ts';
import { collapse, type JobType } from './job.ts';
import type { Reason, TransactionError, TransactionUnit } from './transaction.ts';
import { addJob, link } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';
import { isUsual, type Pull, pullsOf, refuse } from './transaction-pulls.ts';

/** Adds all that the anchor's job pulls in, each unit and type once. Gives why the anchor cannot be, if it cannot. */
export function expand(draft: Draft): TransactionError | undefined {
  const { anchor, mode } = draft;
  const refusal = refuse(draft.view, anchor.unit, anchor.type, () => startsOf(draft));
  if (refusal !== undefined) return refusal;
  if (mode === 'ignore-dependencies' || mode === 'ignore-requirements') return undefined;
  if (restingModes.has(mode) && draft.view.resting?.surrounds(draft.view, anchor.unit.name, pullingType(draft, anchor)) === true)
    return undefined;
  return expandFrom(draft, anchor);
}

/** What pulls in units as their dependencies say, and does not look at others besides. */
const restingModes: ReadonlySet<JobMode> = new Set(['replace', 'replace-irreversibly', 'fail', 'lenient', 'restart-dependencies']);

/** A job of which some pulls are still to be followed. */
interface Frame {
  readonly node: Node;
  readonly pulls: readonly Pull[];
  /** Whether who pulled this job in cannot be without it. */
  readonly hard: boolean;
  next: number;
}

/**
 * Goes down into each job that a job pulls in before it looks at the next: without recursion, since chains may be thousands long. A
 * job that cannot be made ends the walk through the pulls of those who need it, but what was added before it stays, as systemd has
 * it: a unit that is wanted starts although something that it requires does not exist.
 */
function expandFrom(draft: Draft, node: Node): TransactionError | undefined {
  const path: Frame[] = [frameOf(draft, node, true)];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const pull = top.pulls[top.next];
    top.next += 1;
    if (pull === undefined) {
      path.pop();
      continue;
    }
    const error = follow(draft, top.node, pull, path);
    if (error === undefined) continue;
    if (pull.rule.hard && failUpwards(path)) return error;
    if (!isUsual.has(error.code)) {
      const { node: by } = path.at(-1) ?? top;
      draft.remarks.push(`${by.unit.name}: cannot add a job for ${error.unit}, ignoring: ${error.message}`);
    }
  }
  return undefined;
}

/** Leaves the jobs that cannot be without the one that failed; tells whether the first of them is among these. */
function failUpwards(path: Frame[]): boolean {
  for (let failed = path.pop(); failed !== undefined; failed = path.pop()) if (!failed.hard) return false;
  return true;
}

/** Adds the job that is pulled in, or finds it there; a new one is next on the path. */
function follow(draft: Draft, by: Node, { rule, name, kind }: Pull, path: Frame[]): TransactionError | undefined {
  const unit = draft.view.unit(name);
  const type = collapse(rule.type, unit.active);
  if (type === 'nop') return undefined;
  const refusal = refuse(draft.view, unit, type, () => startsOf(draft));
  if (refusal?.code === 'not-applicable') return undefined;
  if (refusal !== undefined) return refusal;
  const { node, isNew } = addJob(draft, unit, type, { because: 'dependency', kind, of: by.unit.name });
  link(by, node, rule.hard, rule.conflicts ?? false);
  if (isNew) path.push(frameOf(draft, node, rule.hard));
  return undefined;
}

function frameOf(draft: Draft, node: Node, hard: boolean): Frame {
  return { node, pulls: pullsOf(draft.view.graph, node.unit.name, pullingType(draft, node)), hard, next: 0 };
}

/** The type of job as which a job brings others along. */
function pullingType({ mode, anchor }: Draft, node: Node): JobType {
  return mode === 'restart-dependencies' && node === anchor && node.type === 'start' ? 'restart' : node.type;
}

/** The units that are to be started. */
function* startsOf({ units }: Draft): Iterable<string> {
  for (const [name, jobs] of units) if (jobs.some(({ type, alive }) => alive && type === 'start')) yield name;
}

/** isolate: whatever runs and is not wanted stops. */
export function addIsolated(draft: Draft): void {
  // Who is kept is settled before the first stop is added, as a stop is a job as well.
  const foreign = [...draft.view.busy()].filter((unit) => {
    const isOff = isInactiveOrFailed(unit.active) && unit.job === undefined;
    return !unit.perpetual && !isOff && !isKept(draft, unit);
  });
  for (const unit of foreign) addForeignStop(draft, unit, { because: 'isolate', of: draft.anchor.unit.name });
}

/** What a kept socket or timer started may go on. */
function isKept(draft: Draft, { name, ignoreOnIsolate }: TransactionUnit, seen: ReadonlySet<string> = new Set()): boolean {
  if (ignoreOnIsolate || draft.units.has(name)) return true;
  const triggers = draft.view.graph.related(name, 'triggered-by').filter((trigger) => !seen.has(trigger));
  return triggers.some((trigger) => isKept(draft, draft.view.unit(trigger), new Set([...seen, name])));
}

/** triggering: the units that would start the anchor again stop with it. */
export function addTriggering(draft: Draft): void {
  for (const name of draft.view.graph.related(draft.anchor.unit.name, 'triggered-by')) {
    const unit = draft.view.unit(name);
    if (isInactiveOrFailed(unit.active) || draft.units.has(unit.name)) continue;
    addForeignStop(draft, unit, { because: 'triggering', of: draft.anchor.unit.name });
  }
}

function addForeignStop(draft: Draft, unit: TransactionUnit, reason: Reason): void {
  const { node, isNew } = addJob(draft, unit, 'stop', reason);
  link(draft.anchor, node, true, false);
  if (isNew) expandFrom(draft, node);
}
