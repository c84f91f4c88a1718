import type { JobMode } from '../unit/values/types.ts';
import type { JobType } from './job.ts';
import type { Cycle, Reason, TransactionUnit, TransactionView } from './transaction.ts';

/** A job while its transaction is being made. */
export interface Node {
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

/** Who pulls in whom. */
export interface Link {
  readonly from: Node;
  readonly to: Node;
  /** Without `to`, `from` makes no sense either. */
  readonly matters: boolean;
  /** `to` is there because `from` conflicts with its unit. */
  readonly conflicts: boolean;
}

/** A transaction that is being made. */
export interface Draft {
  readonly view: TransactionView;
  readonly mode: JobMode;
  readonly anchor: Node;
  /** One unit may have jobs of several types until they are merged; the latest is the first. */
  readonly units: Map<string, Node[]>;
  readonly remarks: string[];
  /** Circles in the order that were found. */
  readonly cycles: Cycle[];
}

/** A draft with nothing but the job that was asked for. */
export function newDraft(view: TransactionView, mode: JobMode, unit: TransactionUnit, type: JobType): Draft {
  const anchor = newNode(unit, type, { because: 'requested' });
  anchor.ignoreOrder = mode === 'ignore-dependencies';
  return { view, mode, anchor, units: new Map([[unit.name, [anchor]]]), remarks: [], cycles: [] };
}

function newNode(unit: TransactionUnit, type: JobType, reason: Reason): Node {
  return { unit, type, reason, pulledBy: new Set(), pulls: new Set(), matters: false, ignoreOrder: false, alive: true };
}

/** Finds or makes the job of this type. */
export function addJob(
  draft: Draft,
  unit: TransactionUnit,
  type: JobType,
  reason: Reason,
): { readonly node: Node; readonly isNew: boolean } {
  const jobs = draft.units.get(unit.name);
  const present = jobs?.find((job) => job.type === type);
  if (present !== undefined) return { node: present, isNew: false };
  const node = newNode(unit, type, reason);
  if (jobs === undefined) draft.units.set(unit.name, [node]);
  else jobs.unshift(node);
  return { node, isNew: true };
}

/** `from` pulls in `to`. */
export function link(from: Node, to: Node, matters: boolean, conflicts: boolean): void {
  if (from === to) return;
  const edge: Link = { from, to, matters, conflicts };
  from.pulls.add(edge);
  to.pulledBy.add(edge);
}

/**
 * Drops those of the jobs that nobody pulls in any more, and what only they pulled in; an isolating transaction keeps all. Of a
 * unit's jobs only the first is looked at, as in systemd: a start that nobody pulls in any more stays if a later check of the unit does.
 */
export function collectUnpulled(draft: Draft, jobs: readonly Node[] = allJobs(draft)): void {
  if (draft.mode === 'isolate') return;
  const queue = [...jobs];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (!node.alive || node === draft.anchor || node.pulledBy.size > 0 || draft.units.get(node.unit.name)?.[0] !== node) continue;
    queue.push(...remove(draft, node, { pullers: false }), ...(draft.units.get(node.unit.name)?.slice(0, 1) ?? []));
  }
}

/** All jobs of the draft. */
export function allJobs(draft: Draft): readonly Node[] {
  return [...draft.units.values()].flat();
}

/** Takes a job out; with `pullers`, also those that make no sense without it. Gives the jobs that they pulled in. */
export function remove(draft: Draft, node: Node, options: { readonly pullers: boolean }): readonly Node[] {
  const queue = [node];
  const pulled: Node[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (!next.alive) continue;
    next.alive = false;
    const rest = (draft.units.get(next.unit.name) ?? []).filter((job) => job !== next);
    if (rest.length > 0) draft.units.set(next.unit.name, rest);
    else draft.units.delete(next.unit.name);
    if (options.pullers) for (const { from, matters } of next.pulledBy) if (matters) queue.push(from);
    for (const { to } of next.pulls) pulled.push(to);
    for (const edge of next.pulls) edge.to.pulledBy.delete(edge);
    for (const edge of next.pulledBy) edge.from.pulls.delete(edge);
    next.pulls.clear();
    next.pulledBy.clear();
  }
  return pulled;
}

/** Undoes `link`. */
export function unlink(edge: Link): void {
  edge.from.pulls.delete(edge);
  edge.to.pulledBy.delete(edge);
}
