import { unreachable } from '../base/assert.ts';
import type { Change, JobInfo, UnitInfo } from '../graph/report.ts';
import type { Stamp } from '../port/keeper.ts';
import { describeLimit } from './concurrency.ts';
import type { Job } from './job.ts';
import type { Unit } from './unit.ts';
import type { World, WorldChange } from './world.ts';

/** A unit as it is at this time. */
export function describeUnit(unit: Unit, now: Stamp): UnitInfo {
  const { config, look, job, load } = unit;
  const { main, control } = unit.type.pids(unit.state);
  return {
    name: unit.name,
    names: config.names,
    description: unit.description,
    load: load.state,
    ...('reason' in load ? { loadReason: load.reason } : {}),
    active: look.active,
    sub: look.sub,
    result: look.result,
    fragment: config.fragment ?? '',
    dropIns: config.dropIns,
    ...(job === undefined ? {} : { job: { id: job.id, type: job.type } }),
    ...(main === undefined ? {} : { mainPid: main }),
    ...(control === undefined ? {} : { controlPid: control }),
    ...followingInfo(unit),
    ...verdictInfo(unit),
    sinceUsec: unit.stamps.stateChange?.realtimeUsec ?? 0,
    ...(unit.groupMark === '' ? {} : { group: unit.group }),
    ...timerInfo(unit, now),
  };
}

/** A job that is queued or running; with its place in the order, if that is asked for. */
export function describeJob(world: World, job: Job, { order }: { readonly order: boolean }): JobInfo {
  const { id, unit, type, state } = job;
  if (!order) return { id, unit, type, state };
  const { waitsFor, blocks } = job.type === 'nop' ? { waitsFor: [], blocks: [] } : world.runQueue.around(unit);
  const limit = world.concurrency.limitOf(job.owner);
  const held = limit === undefined ? {} : { heldBy: describeLimit(limit) };
  return { id, unit, type, state, waitsFor: idsOf(waitsFor), blocks: idsOf(blocks), ...held };
}

function idsOf(jobs: readonly Job[]): readonly number[] {
  return jobs.map(({ id }) => id).toSorted((a, b) => a - b);
}

/** A change of the world, in the words of those who follow it. */
export function changeOf(change: WorldChange): Change {
  switch (change.change) {
    case 'unit':
      return { change: 'unit', unit: change.unit.name, active: change.unit.look.active, sub: change.unit.look.sub };
    case 'job-new':
      return { change: 'job-new', ...jobOf(change.job), anchor: change.anchor.id, type: change.job.type };
    case 'job-removed':
      return { ...change, job: change.job.id, unit: change.job.unit };
    case 'startup-finished':
      return change;
    default:
      return unreachable(change);
  }
}

function timerInfo({ type, state }: Unit, now: Stamp): Pick<UnitInfo, 'timer'> {
  const schedule = type.schedule?.(state);
  if (schedule === undefined) return {};
  const { next, lastUsec } = schedule;
  if (next === undefined) return { timer: { nextUsec: null, lastUsec } };
  const { monotonicUsec, realtimeUsec } = next;
  const mapped = monotonicUsec === 0 ? 0 : now.realtimeUsec + monotonicUsec - now.monotonicUsec;
  const nextUsec = mapped === 0 || realtimeUsec === 0 ? mapped + realtimeUsec : Math.min(mapped, realtimeUsec);
  return { timer: { nextUsec, lastUsec } };
}

function jobOf({ id, unit }: Job): { readonly job: number; readonly unit: string } {
  return { job: id, unit };
}

type VerdictInfo = Pick<UnitInfo, 'unmetConditions' | 'conditionUsec' | 'unmetAsserts' | 'assertUsec'>;

function verdictInfo({ condition, assertion }: Unit): VerdictInfo {
  return {
    ...(condition?.unmet === undefined ? {} : { unmetConditions: condition.unmet, conditionUsec: condition.at.realtimeUsec }),
    ...(assertion?.unmet === undefined ? {} : { unmetAsserts: assertion.unmet, assertUsec: assertion.at.realtimeUsec }),
  };
}

function followingInfo({ type, state }: Unit): Pick<UnitInfo, 'following'> {
  const following = type.following?.(state) ?? '';
  return following === '' ? {} : { following };
}
