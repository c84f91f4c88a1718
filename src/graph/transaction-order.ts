import { carriers } from './dependency.ts';
import { goesFirst } from './job.ts';
import type { QueuedJob, TransactionError } from './transaction.ts';
import { collectUnpulled, remove } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';

/** Deletes jobs that do not matter until the order has no cycle (semantics 12.5, step 5); an error where all on a cycle matter. */
export function breakCycles(draft: Draft): TransactionError | undefined {
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
