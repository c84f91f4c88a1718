import type { Answer } from '../../api/contract.ts';

export type WaitingJob = Answer<'jobs.waiting'>[number];

/** A job that waits for no other, and those that wait for it. */
export interface Blocker {
  readonly job: WaitingJob;
  /** Those that come right after it, with the dependency that says so. */
  readonly next: readonly { readonly job: WaitingJob; readonly edge: WaitingJob['waitsFor'][number]['edge'] }[];
  /** How many cannot go on before it is done, directly or not. */
  readonly count: number;
}

/** The jobs that all others wait for, in the end; those first that keep most others. */
export function blockersOf(jobs: readonly WaitingJob[]): readonly Blocker[] {
  const after = new Map<number, Blocker['next'][number][]>();
  for (const job of jobs) {
    if (job.state === 'running') continue;
    for (const { job: id, edge } of job.waitsFor) {
      const others = after.get(id);
      if (others === undefined) after.set(id, [{ job, edge }]);
      else others.push({ job, edge });
    }
  }
  return jobs
    .filter(({ state, waitsFor }) => state === 'running' || waitsFor.length === 0)
    .map((job) => ({ job, next: after.get(job.job) ?? [], count: countAfter(after, job.job) }))
    .toSorted((a, b) => b.count - a.count || a.job.job - b.job.job);
}

/** Of the jobs that these come after, directly or not, those that wait for no other; these too. */
export function blockersBefore(all: readonly WaitingJob[], jobs: readonly WaitingJob[]): readonly Blocker[] {
  const byId = new Map(all.map((each) => [each.job, each]));
  const before = new Set(jobs);
  for (const each of before) {
    if (each.state === 'running') continue;
    for (const { job: id } of each.waitsFor) {
      const other = byId.get(id);
      if (other !== undefined) before.add(other);
    }
  }
  return blockersOf([...before]);
}

function countAfter(after: ReadonlyMap<number, Blocker['next']>, first: number): number {
  const seen = new Set<number>([first]);
  for (const id of seen) for (const { job } of after.get(id) ?? []) seen.add(job.job);
  return seen.size - 1;
}
