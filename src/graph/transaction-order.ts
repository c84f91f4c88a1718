import { carriers } from './dependency.ts';
import { goesFirst } from './job.ts';
import type { QueuedJob, TransactionError } from './transaction.ts';
import { collectUnpulled, remove } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';

/**
 * Deletes jobs that do not matter until the order has no cycle (semantics 12.5, step 5); an error where all on a cycle matter. What
 * was found to lead to no cycle stays so when jobs go, and is not walked again.
 */
export function breakCycles(draft: Draft): TransactionError | undefined {
  collectUnpulled(draft);
  const done = new Set<string>();
  for (const start of draft.units.keys()) {
    for (let cycle = findCycle(draft, start, done); cycle !== undefined; cycle = findCycle(draft, start, done)) {
      const failure = breakOne(draft, cycle);
      if (failure !== undefined) return failure;
    }
  }
  return undefined;
}

/** Deletes the first job that does not matter, going back from where the cycle closes, as systemd chooses it. */
function breakOne(draft: Draft, cycle: readonly string[]): TransactionError | undefined {
  const victim = cycle.find((name) => isExpendable(draft, name));
  draft.remarks.push(...tellCycle(draft, cycle, victim));
  draft.cycles.push({ units: shortened(draft, cycle.toReversed()), ...(victim === undefined ? {} : { dropped: victim }) });
  if (victim === undefined) {
    const path = [...cycle].toReversed().join(' → ');
    const message = `Transaction order is cyclic: ${path} → ${cycle.at(-1) ?? ''}.`;
    return { code: 'cyclic', unit: draft.anchor.unit.name, message, remarks: draft.remarks, cycles: draft.cycles };
  }
  for (const job of draft.units.get(victim) ?? []) collectUnpulled(draft, remove(draft, job, { pullers: true }));
  return undefined;
}

/** The cycle without detours: as long as one of its units comes right before another than the next, what lies between is left out. */
function shortened(draft: Draft, cycle: readonly string[]): readonly string[] {
  for (let units = cycle; ;) {
    const shorter = cutShort(draft, units);
    if (shorter === undefined) return units;
    units = shorter;
  }
}

/** The shortest cycle that is made of a part of this one and one more step; undefined where there is none that is shorter. */
function cutShort(draft: Draft, units: readonly string[]): readonly string[] | undefined {
  const places = new Map(units.map((name, index) => [name, index]));
  let best: readonly [from: number, length: number] | undefined;
  for (const [index, name] of units.entries()) {
    // Two units are the least that a cycle can have.
    if (units.length === 2) break;
    for (const next of successors(draft, name)) {
      const place = places.get(next);
      const length = place === undefined ? Infinity : ((index - place + units.length) % units.length) + 1;
      if (place !== undefined && length < (best?.[1] ?? units.length)) best = [place, length];
    }
  }
  return best === undefined
    ? undefined
    : Array.from({ length: best[1] }, (_, step) => units[((best?.[0] ?? 0) + step) % units.length] ?? '');
}

/** systemd's messages, line by line. */
function tellCycle(draft: Draft, cycle: readonly string[], victim: string | undefined): readonly string[] {
  const start = cycle.at(-1) ?? '';
  const shown = (name: string): string => `${name}/${jobFor(draft, name)?.type ?? 'start'}`;
  return [
    `${start}: Found ordering cycle on ${shown(cycle[0] ?? start)}`,
    ...cycle.slice(1).map((name) => `${start}: Found dependency on ${shown(name)}`),
    victim === undefined
      ? `${start}: Unable to break cycle starting with ${shown(start)}`
      : `${start}: Job ${shown(victim)} deleted to break ordering cycle starting with ${shown(start)}`,
  ];
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

/** Walks "goes before" from one unit over the jobs of the transaction and those already queued; gives the first cycle, its end first. */
function findCycle(draft: Draft, start: string, done: Set<string>): readonly string[] | undefined {
  if (done.has(start) || !draft.units.has(start)) return undefined;
  const onPath = new Set<string>();
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
