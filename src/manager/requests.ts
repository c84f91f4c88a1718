import { err, ok, type Result } from '../base/result.ts';
import type { RequestType } from '../graph/job.ts';
import type { Preview, PreviewedJob } from '../graph/preview.ts';
import type { RequestedJob, RequestFailure, Ticket } from '../graph/request.ts';
import { misuseOf, plan as planTransaction } from '../graph/transaction.ts';
import type { PlannedJob, TransactionError } from '../graph/transaction.ts';
import { isUnit, parseUnitName } from '../unit/name.ts';
import type { JobMode } from '../unit/values/types.ts';
import { recordRefused } from './job-history.ts';
import { queueJob } from './jobs.ts';
import { cycleLines, edgesOf } from './cycles.ts';
import { locateEdge, reasonText } from './reason-text.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** Queues a job that a person or program asked for, with all that it needs; or says why not. `asker` is who may ask for its result later. */
export function requestJob(
  world: World,
  job: RequestedJob,
  name: string,
  mode: JobMode,
  cause: string,
  asker?: string,
): Result<Ticket, RequestFailure> {
  const prepared = prepare(world, job, name, mode);
  if (!prepared.ok) {
    const unit = job === 'stop' ? undefined : world.peek(name)?.name;
    if (unit !== undefined) recordRefused(world, unit, { type: job, cause, message: prepared.error.message, by: undefined });
    return prepared;
  }
  const queued = queueJob(world, prepared.value.type, prepared.value.unit.name, mode, cause);
  if (!queued.ok) return err(failureOf(world, queued.error));
  const { id, unit } = queued.value;
  if (asker !== undefined && world.jobs.get(id) === queued.value) {
    queued.value.askers = [...queued.value.askers, asker].slice(-mostAskers);
    world.dirtyJobs.add(queued.value);
  }
  return ok({ job: id, unit, ...(isStale(world, job, prepared.value.unit) ? { changedOnDisk: true } : {}) });
}

/** What is asked for is done by what was read and is not on disk any more. A stop without a process is over at once, and then the unit is read anew. */
function isStale(world: World, job: RequestedJob, unit: Unit): boolean {
  const { main, control } = unit.type.pids(unit.state);
  return (job !== 'stop' || main !== undefined || control !== undefined) && world.isStale(unit);
}

/** Of one job; a bound, as anybody may ask again and again. */
const mostAskers = 64;

/** The jobs that requestJob would queue, without queueing them. */
export function previewJob(world: World, job: RequestedJob, name: string, mode: JobMode): Result<Preview, RequestFailure> {
  const prepared = prepare(world, job, name, mode);
  if (!prepared.ok) return prepared;
  const planned = planTransaction(prepared.value.type, prepared.value.unit.name, mode, world);
  if (!planned.ok) return err(failureOf(world, planned.error));
  const { jobs, cycles, remarks } = planned.value;
  return ok({
    jobs: jobs.map((each) => previewed(world, each)),
    cycles: cycles.map((cycle) => ({ edges: edgesOf(world, cycle), ...(cycle.dropped === undefined ? {} : { dropped: cycle.dropped }) })),
    // What is said of circles is in them.
    remarks: remarks.filter((remark) => !/: (?:Found|Unable to break|Job \S+ deleted)/.test(remark)),
  });
}

function previewed(world: World, { unit, type, reason }: PlannedJob): PreviewedJob {
  const text = reasonText(world, unit, reason);
  if (reason.because === 'requested') return { unit, type, reason: text };
  if (reason.because !== 'dependency') return { unit, type, reason: text, of: reason.of };
  const { of, kind } = reason;
  const at = locateEdge(world, of, kind, unit);
  return { unit, type, reason: text, of, edge: { of, kind, unit, ...(at === undefined ? {} : { at }) } };
}

/** The unit, loaded if need be; it is let go of again in the turn that follows. Undefined for names that no unit can have. */
export function findUnit(world: World, name: string): Unit | undefined {
  const parsed = parseUnitName(name);
  if (!parsed.ok || !isUnit(parsed.value)) return undefined;
  const unit = world.unit(name);
  world.toCollect.add(unit);
  return unit;
}

/** The failure of what is asked of a unit by a name that no unit can have. */
export function badName(name: string): RequestFailure {
  return { code: 'bad-name', message: `Unit name ${name} is not valid.` };
}

/** The failure of what is asked only of units that are there already. */
export function notLoaded(name: string): RequestFailure {
  return parseUnitName(name).ok ? { code: 'no-such-unit', message: `Unit ${name} not loaded.` } : badName(name);
}

/** The failure of what needs a unit whose file was read. */
export function loadFailure(unit: Unit): RequestFailure {
  const { load, name } = unit;
  if (load.state === 'not-found') return { code: 'no-such-unit', message: `Unit ${name} not found.` };
  if (load.state === 'masked') return { code: 'masked', message: `Unit ${name} is masked.` };
  return {
    code: 'load-failed',
    message: `Unit ${name} ${load.state === 'bad-setting' ? 'has a bad unit file setting' : 'failed to load properly'}: ${'reason' in load ? load.reason : load.state}`,
  };
}

/** The request's unit, loaded, and what the request means for it. */
function prepare(
  world: World,
  job: RequestedJob,
  name: string,
  mode: JobMode,
): Result<{ readonly unit: Unit; readonly type: RequestType }, RequestFailure> {
  const parsed = parseUnitName(name);
  if (parsed.ok && parsed.value.isTemplate) return err({ code: 'invalid', message: `Unit name ${name} is missing the instance name.` });
  const unit = findUnit(world, name);
  if (unit === undefined) return err(badName(name));
  const type = requestType(job, unit);
  if (world.ended) return err({ code: 'shutting-down', message: 'The manager is ending.' });
  const refusal = refuse(world, unit, name, type, mode);
  return refusal === undefined ? ok({ unit, type }) : err(refusal);
}

/** Why the request is not even tried. */
function refuse(world: World, unit: Unit, name: string, type: RequestType, mode: JobMode): RequestFailure | undefined {
  const { RefuseManualStart, RefuseManualStop } = unit.config.unit;
  const { state } = unit.load;
  const isUseless = state !== 'loaded' && state !== 'masked' && unit.look.active === 'inactive' && unit.job === undefined;
  if (type === 'stop' && isUseless) return notLoaded(name);
  if ((starting.has(type) && RefuseManualStart) || (stopping.has(type) && RefuseManualStop)) {
    const message = `Operation refused, unit ${unit.name} may be requested by dependency only (it is configured to refuse manual start/stop).`;
    return { code: 'refused', message };
  }
  const misuse = misuseOf(mode, type, unit);
  if (misuse !== undefined) return failureOf(world, misuse);
  return type !== 'stop' && state !== 'loaded' ? loadFailure(unit) : undefined;
}

const starting: ReadonlySet<RequestType> = new Set(['start', 'restart', 'try-restart', 'reload-or-start']);
const stopping: ReadonlySet<RequestType> = new Set(['stop', 'restart', 'try-restart']);

function requestType(job: RequestedJob, unit: Unit): RequestType {
  if (job === 'reload-or-restart') return unit.canReload ? 'reload-or-start' : 'restart';
  if (job === 'try-reload-or-restart') return unit.canReload ? 'try-reload' : 'try-restart';
  return job;
}

const failureCodes: Readonly<Record<TransactionError['code'], RequestFailure['code']>> = {
  'no-isolate': 'no-isolate',
  invalid: 'invalid',
  'not-found': 'no-such-unit',
  masked: 'masked',
  'bad-setting': 'load-failed',
  error: 'load-failed',
  'not-applicable': 'not-applicable',
  cyclic: 'cyclic',
  conflicting: 'conflicting',
  destructive: 'destructive',
  concurrency: 'refused',
};

/** A circle is told step by step: who is in it can then be read in the files. */
function failureOf(world: World, { code, message, cycles = [] }: TransactionError): RequestFailure {
  const last = code === 'cyclic' ? cycles.at(-1) : undefined;
  const steps = last === undefined ? [] : cycleLines(world, last).map((line) => `\n  ${line}`);
  return { code: failureCodes[code], message: message + steps.join('') };
}
