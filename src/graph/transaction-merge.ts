import { areConflicting, collapse, mergeTypes } from './job.ts';
import type { TransactionError } from './transaction.ts';
import { collectUnpulled, link, remove, unlink } from './transaction-draft.ts';
import type { Draft, Node } from './transaction-draft.ts';

/** Drops jobs until those of each unit can be merged (semantics 12.5, step 6); an error where two that matter conflict. */
export function settleConflicts(draft: Draft): TransactionError | undefined {
  for (const name of draft.units.keys()) {
    for (let clash = findClash(draft, name); clash !== undefined; clash = findClash(draft, name)) {
      const victim = chooseVictim(...clash);
      if (victim === undefined) {
        const types = clash.map((job) => `'${job.type}'`).join(' and ');
        return {
          code: 'conflicting',
          unit: name,
          message: `Transaction contains conflicting jobs ${types} for ${name}. Probably contradicting requirement dependencies configured.`,
        };
      }
      draft.remarks.push(`${name}: dropped job ${victim.type}, which conflicts with the unit's other jobs`);
      collectUnpulled(draft, remove(draft, victim, { pullers: true }));
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
export function mergeAll(draft: Draft): void {
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
