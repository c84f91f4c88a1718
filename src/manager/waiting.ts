import type { ActiveState } from '../graph/active-state.ts';
import { carriers } from '../graph/dependency.ts';
import type { Deadline, Edge, WaitingJob } from '../graph/waiting.ts';
import { describeLimit } from './concurrency.ts';
import type { Job } from './job.ts';
import { jobDeadline } from './jobs.ts';
import { locateEdge, reasonText } from './reason-text.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** All jobs that are not done, in the order in which they were queued, and what keeps each. */
export function waitingJobs(world: World): readonly WaitingJob[] {
  return [...world.jobs.values()].map((job) => describe(world, job));
}

function describe(world: World, job: Job): WaitingJob {
  const { owner, reason } = job;
  const deadline = deadlineOf(world, job);
  const blockers = job.type === 'nop' ? [] : world.runQueue.around(owner.name).waitsFor;
  return {
    job: job.id,
    unit: owner.name,
    title: owner.title,
    type: job.type,
    state: job.state,
    cause: reason.because === 'requested' ? job.cause : reasonText(world, owner.name, reason),
    sinceUsec: realtimeOf(world, job.runningUsec === 0 ? job.queuedUsec : job.runningUsec),
    ...(deadline === undefined ? {} : { deadline }),
    now: presentOf(world, owner),
    // One that was let go ahead waits for nobody.
    waitsFor: job.released ? [] : blockers.map((blocker) => ({ job: blocker.id, edge: orderOf(world, owner.name, blocker.unit) })),
  };
}

function realtimeOf({ now }: World, monotonicUsec: number): number {
  return now.realtimeUsec + monotonicUsec - now.monotonicUsec;
}

/** What the unit does at this moment. */
function presentOf(world: World, unit: Unit): string {
  const limit = world.concurrency.limitOf(unit);
  if (limit !== undefined) return `it waits for ${describeLimit(limit)}; there are ${limit.users.join(', ')}`;
  const { main, control } = unit.type.pids(unit.state);
  const paths = (unit.children?.entries() ?? []).flatMap(([, path]) => (path === '' ? [] : [path]));
  const pid = control ?? main;
  if (pid !== undefined && pid > 0) return `${unit.look.sub}: ${paths.at(-1) ?? 'a process'} runs (process ${pid})`;
  if (unit.config.type === 'device' && unit.look.active !== 'active') return 'the device has not appeared';
  return `it is ${unit.look.active} (${unit.look.sub})`;
}

/** Whichever comes first: the end of the job's time, or of the step that the unit is at. */
function deadlineOf(world: World, job: Job): Deadline | undefined {
  const { owner } = job;
  const ofJob = jobDeadline(world, job);
  const step = owner.timers?.get('timeout');
  const pause = owner.timers?.get('restart');
  const all = [
    { atUsec: ofJob, outcome: `the ${job.type} job fails (JobTimeoutSec= or JobRunningTimeoutSec=)` },
    { atUsec: step?.atUsec ?? Infinity, outcome: afterStep(owner) },
    { atUsec: pause?.atUsec ?? Infinity, outcome: 'it is started again (RestartSec=)' },
  ].toSorted((a, b) => a.atUsec - b.atUsec);
  const [first] = all;
  return first === undefined || first.atUsec === Infinity ? undefined : { usec: realtimeOf(world, first.atUsec), outcome: first.outcome };
}

/** What comes of it when the present step takes too long. */
function afterStep({ look, config }: Unit): string {
  const setting = settings[config.type] ?? (look.active === 'deactivating' ? 'TimeoutStopSec=' : 'TimeoutStartSec=');
  if (look.sub.endsWith('sigkill')) return `it is given up, with processes left (${setting})`;
  return `${outcomes[look.active] ?? 'it fails'} (${setting})`;
}

const settings: Readonly<Record<string, string>> = { mount: 'TimeoutSec=', swap: 'TimeoutSec=', socket: 'TimeoutSec=' };

const outcomes: Readonly<Partial<Record<ActiveState, string>>> = {
  activating: 'it is stopped, and its start has failed',
  reloading: 'its reload has failed',
  deactivating: 'what is left of it is ended by force',
};

/** The order by which one unit's job waits for another's. */
function orderOf(world: World, unit: string, blocker: string): Edge {
  const kind = (world.graph.kinds(unit, blocker) & carriers.after) === 0 ? 'Before' : 'After';
  const at = locateEdge(world, unit, kind, blocker);
  return { of: unit, kind, unit: blocker, ...(at === undefined ? {} : { at }) };
}
