import { isInactiveOrFailed } from '../graph/active-state.ts';
import type { JobResult } from '../graph/job.ts';
import type { Cycle } from '../graph/transaction.ts';
import { cycleLines } from './cycles.ts';
import type { Job } from './job.ts';
import type { World } from './world.ts';

/** What there is to say of an end: why, for people, and which unit it came from. */
export interface Ending {
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

/** Of a cycle that was broken, the unit whose job had to go. */
export function recordDropped(world: World, cycle: Cycle, cause: string, by: string | undefined): void {
  const { dropped, units } = cycle;
  if (dropped === undefined) return;
  const message = `its job was left out, as the order would be a circle: ${[...units, units[0] ?? ''].join(' → ')}`;
  recordRefused(world, dropped, { type: 'start', cause, message, by, cycles: [cycle] });
}

interface Refusal {
  readonly type: string;
  readonly cause: string;
  readonly message: string;
  readonly by: string | undefined;
  readonly cycles?: readonly Cycle[];
}

/** A request came to nothing. */
export function recordRefused(world: World, unit: string, { type, cause, message, by, cycles = [] }: Refusal): void {
  const details = cycles.flatMap((cycle) => cycleLines(world, cycle));
  world.history.add({
    what: 'refused',
    usec: world.now.realtimeUsec,
    monotonicUsec: world.now.monotonicUsec,
    unit,
    type,
    cause,
    message,
    ...(details.length === 0 ? {} : { details }),
    ...(by === undefined ? {} : { by }),
  });
}

/** A job was queued. */
export function recordJob(world: World, { id, type, unit, cause, reason }: Job, anchor: Job, by: string | undefined): void {
  world.history.add({
    what: 'job',
    usec: world.now.realtimeUsec,
    monotonicUsec: world.now.monotonicUsec,
    unit,
    job: id,
    type,
    cause,
    anchor: anchor.id,
    ...(by === undefined ? {} : { by }),
    ...(reason.because === 'requested' ? {} : { reason }),
  });
}

/** What is done is told by the states; all else is told here. */
export function recordEnd(world: World, { id, type, owner }: Job, result: JobResult, { reason, by }: Ending): void {
  const skipped = type === 'start' && result === 'done' && owner.condition?.met === false && isInactiveOrFailed(owner.look.active);
  const isTold = result === 'failed' && reason === undefined && owner.look.active === 'failed';
  if ((result === 'done' && !skipped) || isTold) return;
  const unmet = (skipped ? owner.condition?.unmet : result === 'assert' ? owner.assertion?.unmet : undefined) ?? [];
  const cause = reason ?? (unmet.length === 0 ? undefined : `${unmet.join(', ')} did not hold`);
  world.history.add({
    what: 'end',
    usec: world.now.realtimeUsec,
    monotonicUsec: world.now.monotonicUsec,
    unit: owner.name,
    job: id,
    type,
    result: skipped ? 'condition' : result,
    ...(cause === undefined ? {} : { cause }),
    ...(by === undefined ? {} : { by }),
  });
}
