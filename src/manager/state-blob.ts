import type { Result } from '../base/result.ts';
import type { SmallMap } from '../base/small-map.ts';
import { err, ok } from '../base/result.ts';
import type { Space } from '../exec/request.ts';
import type { JobType } from '../graph/job.ts';
import type { JobEnd } from '../graph/report.ts';
import type { Reason } from '../graph/transaction.ts';
import type { Stamp } from '../port/keeper.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import type { TriggerDetails } from '../type/type.ts';
import type { BootStages } from './boot-stages.ts';
import { sliceOfGroup } from './group-place.ts';
import type { Watch, WatchName } from './clock-watch.ts';
import type { Marker } from '../unit/markers.ts';
import type { Cleaner } from './cleaner.ts';
import type { GeneratorRun } from './generators.ts';
import type { Traffic } from './options.ts';
import type { DelayedEnd } from './minimum-uptime.ts';
import type { Window } from './rate-limit.ts';
import type { Job } from './job.ts';
import type { Alarm, Refusal, Stamps, Unit, Verdict } from './unit.ts';
import type { ZoneSetting } from './time-zone.ts';
import type { World } from './world.ts';

/** What outlives the manager of a unit, as JSON. Short keys, since there is one for each unit. */
export interface UnitBlob {
  /** The type's state, packed. */
  readonly s: unknown;
  readonly invocation?: string;
  readonly details?: TriggerDetails;
  readonly group?: string;
  /** The name of its group, where that is not the unit's. */
  readonly groupName?: string;
  /** The slice that its group is in; absent of units whose place is in their name, and of a tysd that did not note it. */
  readonly slice?: string;
  readonly cpu?: number;
  readonly traffic?: Traffic;
  /** Processor time and KiB of those processes of the run that have ended. */
  readonly used?: readonly [number, number];
  /** What was written to its cgroup. */
  readonly attributes?: readonly (readonly [string, string])[];
  readonly children?: readonly (readonly [number, string])[];
  readonly tolerates?: readonly (readonly [number, ReadonlyArray<readonly [number, string]>])[];
  readonly refusals?: readonly (readonly [string, Refusal])[];
  readonly frozen?: true;
  readonly markers?: readonly Marker[];
  readonly cleaner?: Cleaner;
  readonly kept?: true;
  /** A program made it, and its file goes with it. */
  readonly transient?: true;
  readonly space?: Space;
  readonly streams?: readonly string[];
  /** Name, when it is due, and where that is later, until when it may be answered. */
  readonly timers?: readonly (readonly [string, number, number?])[];
  /** In the order of `stampNames`; 0 for never. */
  readonly stamps?: readonly (Moment | 0)[];
  readonly condition?: VerdictBlob;
  readonly assertion?: VerdictBlob;
  readonly starts?: Window;
  readonly rules?: Window;
}

/** Whether they held, when that was found, and those that did not. */
type VerdictBlob = readonly [boolean, ...Moment, ...string[]];

/** CLOCK_MONOTONIC and CLOCK_REALTIME in microseconds. */
type Moment = readonly [number, number];

const stampNames = [
  'stateChange',
  'inactiveExit',
  'activeEnter',
  'activeExit',
  'inactiveEnter',
] as const satisfies readonly (keyof Stamps)[];

/** The stamps of a unit, as its blob has them. */
export function stampsOf(blob: UnitBlob): Stamps {
  const stamps: Stamps = {};
  for (const [index, name] of stampNames.entries()) {
    const moment = blob.stamps?.[index] ?? 0;
    if (moment !== 0) stamps[name] = stampOf(moment);
  }
  return stamps;
}

/** What became of conditions or asserts, as the blob has it. */
export function verdictOf(verdict: VerdictBlob | undefined): Verdict | undefined {
  if (verdict === undefined) return undefined;
  const [met, monotonicUsec, realtimeUsec, ...unmet] = verdict;
  const at = { monotonicUsec, realtimeUsec };
  return unmet.length === 0 ? { met, at } : { met, at, unmet };
}

function verdictBlob({ met, at, unmet }: Verdict): VerdictBlob {
  const { monotonicUsec, realtimeUsec } = at;
  return unmet === undefined ? [met, monotonicUsec, realtimeUsec] : [met, monotonicUsec, realtimeUsec, ...unmet];
}

function stampOf([monotonicUsec, realtimeUsec]: Moment): Stamp {
  return { monotonicUsec, realtimeUsec };
}

function momentOf(stamp: Stamp | undefined): Moment | 0 {
  return stamp === undefined ? 0 : [stamp.monotonicUsec, stamp.realtimeUsec];
}

function momentsOf({ stateChange, inactiveExit, activeEnter, activeExit, inactiveEnter }: Stamps): readonly (Moment | 0)[] {
  return [momentOf(stateChange), momentOf(inactiveExit), momentOf(activeEnter), momentOf(activeExit), momentOf(inactiveEnter)];
}

export interface JobBlob {
  readonly unit: string;
  readonly type: JobType;
  readonly state: 'waiting' | 'running';
  readonly ignoreOrder: boolean;
  readonly irreversible: boolean;
  readonly released?: true;
  readonly reason: Reason;
  readonly cause: string;
  readonly queued: number;
  readonly running: number;
  readonly details?: TriggerDetails;
  readonly automatic?: true;
  readonly askers?: readonly string[];
}

/** How a job ended that a client asked for, and when. */
export interface AnswerBlob extends JobEnd {
  readonly unit: string;
  readonly askers: readonly string[];
  /** CLOCK_MONOTONIC microseconds. */
  readonly at: number;
}

export interface ManagerBlob {
  readonly nextJob: number;
  readonly nextStream: number;
  /** Only what set-environment has set. */
  readonly environment: readonly string[];
  readonly started: boolean;
  readonly startup?: Stamp;
  readonly stages?: BootStages;
  readonly idlePipe: boolean;
  readonly idlePipeMaker?: number;
  readonly logLevel?: LogLevel;
  readonly noWatchdogs?: true;
  readonly exitStatus: number;
  readonly rebootArgument?: string;
  readonly delayedEnd?: DelayedEnd;
  readonly reloads?: Window;
  readonly zone?: ZoneSetting;
  readonly generated?: readonly string[];
  readonly generators?: GeneratorRun;
  /** How many jobs have failed. */
  readonly failed?: number;
  /** What signals asked for. */
  readonly showStatus?: boolean;
  readonly watches?: readonly (readonly [WatchName, Watch])[];
}

export const managerKey = 'manager';

/** Adds to the batch the blob of everything that changed in this turn, once. */
export function writeState(world: World): void {
  for (const key of world.deleted.splice(0)) world.command({ do: 'delete', key });
  for (const unit of world.dirtyUnits) putUnit(world, unit);
  world.dirtyUnits.clear();
  for (const unit of world.untold) if (!unit.stored && unit.job === undefined) putUnit(world, unit);
  world.untold.clear();
  for (const job of world.dirtyJobs) {
    put(world, `job/${job.id}`, jobBlob(job));
    job.stored = true;
  }
  world.dirtyJobs.clear();
  for (const id of world.newAnswers) {
    const answer = world.answers.get(id);
    if (answer !== undefined) put(world, `answer/${id}`, answer);
  }
  world.newAnswers.clear();
  if (!world.dirtyManager) return;
  world.dirtyManager = false;
  put(world, managerKey, managerBlob(world));
}

/**
 * All blobs as the keeper has them once the batch is sent: what a world that is put in this one's place begins with. Those of units, of which there may
 * be thousands, have not become bytes.
 */
export function snapshot(world: World): { readonly blobs: ReadonlyMap<string, Uint8Array>; readonly units: ReadonlyMap<string, UnitBlob> } {
  const units = new Map<string, UnitBlob>();
  for (const unit of world.units.values()) if (unit.stored) units.set(unit.name, unitBlob(world, unit));
  const blobs = new Map<string, Uint8Array>([[managerKey, encoded(managerBlob(world))]]);
  for (const job of world.jobs.values()) blobs.set(`job/${job.id}`, encoded(jobBlob(job)));
  for (const [id, answer] of world.answers) blobs.set(`answer/${id}`, encoded(answer));
  return { blobs, units };
}

/** Reads a blob. Who wrote it is this program, perhaps in an earlier version; a blob that is none is an error. */
export function readBlob<Blob>(bytes: Uint8Array | string, isBlob: (value: unknown) => value is Blob): Result<Blob, string> {
  try {
    const value: unknown = JSON.parse(typeof bytes === 'string' ? bytes : decoder.decode(bytes));
    return isBlob(value) ? ok(value) : err('it has not the form that this version writes');
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

export function isUnitBlob(value: unknown): value is UnitBlob {
  return isRecord(value) && 's' in value && isRecord(value['s']) && typeof value['s']['sub'] === 'string';
}

export function isJobBlob(value: unknown): value is JobBlob {
  return isRecord(value) && typeof value['unit'] === 'string' && typeof value['type'] === 'string' && isRecord(value['reason']);
}

export function isAnswerBlob(value: unknown): value is AnswerBlob {
  if (!isRecord(value) || typeof value['unit'] !== 'string' || !Array.isArray(value['askers'])) return false;
  return typeof value['result'] === 'string' && ['string', 'undefined'].includes(typeof value['unitResult']);
}

export function isManagerBlob(value: unknown): value is ManagerBlob {
  return isRecord(value) && typeof value['nextJob'] === 'number' && Array.isArray(value['environment']);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function put(world: World, key: string, blob: UnitBlob | JobBlob | AnswerBlob | ManagerBlob): void {
  world.command({ do: 'put', key, bytes: JSON.stringify(blob) });
}

function encoded(blob: UnitBlob | JobBlob | AnswerBlob | ManagerBlob): Uint8Array {
  return encoder.encode(JSON.stringify(blob));
}

function putUnit(world: World, unit: Unit): void {
  put(world, `unit/${unit.name}`, unitBlob(world, unit));
  unit.stored = true;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function unitBlob({ options }: World, unit: Unit): UnitBlob {
  const blob: Mutable<UnitBlob> = { s: packState(unit.state, unit.type.initial) };
  if (unit.invocationId !== '') blob.invocation = unit.invocationId;
  if (unit.details !== undefined) blob.details = unit.details;
  if (unit.cpuUsec !== undefined) blob.cpu = unit.cpuUsec;
  if (unit.traffic !== undefined) blob.traffic = unit.traffic;
  if (unit.used !== undefined) blob.used = [unit.used.cpuUsec, unit.used.largestKib];
  if (unit.groupMark !== '') blob.group = unit.groupMark;
  const slice = unit.groupMark === '' || unit.config.type === 'slice' ? undefined : sliceOfGroup(unit, options.scope);
  if (slice !== undefined) blob.slice = slice;
  if (unit.groupName !== undefined) blob.groupName = unit.groupName;
  if (unit.attributes !== undefined) blob.attributes = [...unit.attributes];
  if (unit.children?.isEmpty === false) blob.children = unit.children.entries();
  if (unit.tolerates !== undefined && unit.tolerates.size > 0)
    blob.tolerates = [...unit.tolerates].map(([child, ops]) => [child, [...ops]]);
  if (unit.refusals !== undefined && unit.refusals.size > 0) blob.refusals = [...unit.refusals];
  if (unit.markers.length > 0) blob.markers = unit.markers;
  if (unit.frozen) blob.frozen = true;
  if (unit.cleaner !== undefined) blob.cleaner = unit.cleaner;
  if (unit.kept) blob.kept = true;
  if (unit.config.transient === true) blob.transient = true;
  if (unit.space !== undefined) blob.space = unit.space;
  if (unit.streams.length > 0) blob.streams = unit.streams;
  if (unit.timers?.isEmpty === false) blob.timers = alarmsOf(unit.timers);
  if (unit.stamps.stateChange !== undefined) blob.stamps = momentsOf(unit.stamps);
  if (unit.condition !== undefined) blob.condition = verdictBlob(unit.condition);
  if (unit.assertion !== undefined) blob.assertion = verdictBlob(unit.assertion);
  if (unit.startWindow !== undefined) blob.starts = unit.startWindow;
  if (unit.ruleWindow !== undefined) blob.rules = unit.ruleWindow;
  return blob;
}

function alarmsOf(timers: SmallMap<string, Alarm>): NonNullable<UnitBlob['timers']> {
  return timers.entries().map(([name, { atUsec, latestUsec }]) => (latestUsec === atUsec ? [name, atUsec] : [name, atUsec, latestUsec]));
}

/** The state without what its memory has in common with that of a unit that never ran: most of it, for most units. */
function packState(state: unknown, initial: unknown): unknown {
  const known = memoryOf(initial);
  const memory = memoryOf(state);
  if (known === undefined || memory === undefined || !isRecord(state)) return state;
  const told: Record<string, unknown> = {};
  for (const key in memory) if (memory[key] !== known[key]) told[key] = memory[key];
  return { ...state, memory: told };
}

/** The state that `packState` was given. */
export function unpackState(packed: unknown, initial: unknown): unknown {
  const memory = memoryOf(packed);
  return memory === undefined || !isRecord(packed) ? packed : { ...packed, memory: { ...memoryOf(initial), ...memory } };
}

function memoryOf(state: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(state) && isRecord(state['memory']) ? state['memory'] : undefined;
}

function jobBlob(job: Job): JobBlob {
  const blob: Mutable<JobBlob> = {
    unit: job.unit,
    type: job.type,
    state: job.state,
    ignoreOrder: job.ignoreOrder,
    irreversible: job.irreversible,
    reason: job.reason,
    cause: job.cause,
    queued: job.queuedUsec,
    running: job.runningUsec,
  };
  if (job.released) blob.released = true;
  if (job.details !== undefined) blob.details = job.details;
  if (job.automatic) blob.automatic = true;
  if (job.askers.length > 0) blob.askers = job.askers;
  return blob;
}

function managerBlob(world: World): ManagerBlob {
  return {
    nextJob: world.nextJobId,
    nextStream: world.nextStream,
    environment: world.setEnvironment,
    started: world.started,
    ...(world.startup === undefined ? {} : { startup: world.startup }),
    stages: world.stages,
    idlePipe: world.idlePipeHeld,
    ...(world.idlePipeMaker === undefined ? {} : { idlePipeMaker: world.idlePipeMaker }),
    ...(world.logLevel === undefined ? {} : { logLevel: world.logLevel }),
    ...(world.serviceWatchdogs ? {} : { noWatchdogs: true }),
    exitStatus: world.exitStatus,
    ...(world.rebootArgument === '' ? {} : { rebootArgument: world.rebootArgument }),
    ...(world.delayedEnd === undefined ? {} : { delayedEnd: world.delayedEnd }),
    ...(world.reloads === undefined ? {} : { reloads: world.reloads }),
    ...(world.zone === undefined ? {} : { zone: world.zone }),
    ...(world.generatedEnvironment.length === 0 ? {} : { generated: world.generatedEnvironment }),
    ...(world.generatorRun === undefined ? {} : { generators: world.generatorRun }),
    ...(world.failedJobs === 0 ? {} : { failed: world.failedJobs }),
    ...(world.showStatus === undefined ? {} : { showStatus: world.showStatus }),
    ...(world.clockWatches.size === 0 ? {} : { watches: [...world.clockWatches] }),
  };
}
