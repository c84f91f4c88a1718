import { type JobEnd, jobEndOf, type JobOutcome } from '../graph/report.ts';
import type { Job } from './job.ts';
import { isAnswerBlob, readBlob, type AnswerBlob } from './state-blob.ts';
import type { World } from './world.ts';

/** How long and how many answers are remembered for clients whose connection is lost with the manager that owed it. */
const keptUsec = 30_000_000;
const mostKept = 1024;

/** A job that a client asked for has ended: the answer is kept, so that a client that did not get it can ask the next manager for it. */
export function keepAnswer(world: World, job: Job, end: JobEnd): void {
  if (job.askers.length === 0) return;
  world.answers.set(job.id, { unit: job.unit, askers: job.askers, ...end, at: world.now.monotonicUsec });
  world.newAnswers.add(job.id);
  forgetOld(world);
}

/** Puts an answer of the last manager back; one that cannot be read is lost without harm. */
export function recoverAnswer(world: World, key: string, bytes: Uint8Array): void {
  const blob = readBlob(bytes, isAnswerBlob);
  if (blob.ok) world.answers.set(Number(key.slice('answer/'.length)), blob.value);
  else world.deleted.push(key);
}

/** What became of the job that a client asked for, by what it said of itself (`cause`) then; undefined if it never came to be, or long ago. */
export function outcomeOf(world: World, name: string, asker: string): JobOutcome | undefined {
  const unit = world.peek(name)?.name ?? name;
  const asked = ({ unit: of, askers }: Pick<AnswerBlob, 'unit' | 'askers'>) => of === unit && askers.includes(asker);
  for (const job of world.jobs.values()) if (asked(job)) return { job: job.id };
  for (const [job, answer] of [...world.answers].toReversed()) if (asked(answer)) return { job, ...jobEndOf(answer) };
  return undefined;
}

/** They are in the order in which they came. */
function forgetOld(world: World): void {
  for (const [id, { at }] of world.answers) {
    if (world.answers.size <= mostKept && at + keptUsec > world.now.monotonicUsec) return;
    world.answers.delete(id);
    if (!world.newAnswers.delete(id)) world.deleted.push(`answer/${id}`);
  }
}
