import { SmallMap } from '../base/small-map.ts';
import { heldRoot } from '../exec/ephemeral-root.ts';
import { heldSpace, sharedKinds } from '../exec/space.ts';
import { ok } from '../base/result.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import { sliceOf } from '../graph/slice-of.ts';
import type { Inventory } from '../port/keeper.ts';
import type { Look } from '../type/type.ts';
import { checkZone } from './clock-watch.ts';
import { watchCleaner } from './cleaner.ts';
import { acceptedPrefix, bindConnection } from './connections.ts';
import { perpetualNames } from '../unit/builtin.ts';
import { parseUnitName } from '../unit/name.ts';
import { setRun } from './generators.ts';
import { Job } from './job.ts';
import { restoreJob } from './jobs.ts';
import { setLogLevel } from './log-level.ts';
import { log } from './records.ts';
import { showStatus } from './show-status.ts';
import { recoverAnswer } from './answers.ts';
import { carryOut } from './effects.ts';
import { keepForAWhile } from './keep.ts';
import { knowTables, openTables } from './kernel-tables.ts';
import { processesOf } from './main-process.ts';
import { loadLeftovers } from './transient.ts';
import { removeOwnDirectories } from './transient-files.ts';
import { unknownMark } from './spawn.ts';
import { isJobBlob, isManagerBlob, isUnitBlob, managerKey, readBlob, stampsOf, unpackState, verdictOf } from './state-blob.ts';
import type { JobBlob, UnitBlob } from './state-blob.ts';
import { apply } from './step.ts';
import { setDelayedEnd } from './minimum-uptime.ts';
import { UnitContext } from './unit-context.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** What a manager finds where it begins. */
export type Remembered = Pick<Inventory, 'blobs' | 'descriptors' | 'groups'> & {
  /** Units whose blobs another world of the same manager has made just now. */
  readonly units?: ReadonlyMap<string, UnitBlob>;
};

/**
 * Puts a new world where the last one was: the only way in which a manager begins, be it for the first time, after a crash,
 * for a reload or for an upgrade. What is remembered is what the keeper has; at the very first start that is nothing.
 *
 * Thousands of unit files take their time to read, and clients wait. So units come back one at a time, and one that is asked for
 * before its turn. Until all are there nothing is decided: no event is taken, no job is run, the keeper hears nothing.
 */
export class Recovery {
  readonly #world: World;
  readonly #remembered: Remembered;
  /** Units that are not back, and their states. */
  readonly #pending = new Map<string, Uint8Array | UnitBlob>();
  readonly #lost = new Set<Unit>();
  /** Units with a job. */
  #busy: ReadonlySet<string> | undefined;

  constructor(world: World, remembered: Remembered) {
    this.#world = world;
    this.#remembered = remembered;
    recoverManager(world, remembered.blobs);
    knowTables(world);
    const units = [...remembered.blobs].filter(([key]) => key.startsWith('unit/'));
    // Targets last: one that wants a hundred services takes as long to read as a dozen of these, and clients would wait for it.
    for (const isTarget of [false, true])
      for (const [key, bytes] of units) if (key.endsWith('.target') === isTarget) this.#pending.set(key.slice('unit/'.length), bytes);
    for (const [name, blob] of remembered.units ?? []) this.#pending.set(name, blob);
  }

  /** How many units are not back. */
  get left(): number {
    return this.#pending.size;
  }

  /** Brings one more unit back. A client waits for half a dozen of these steps: to be taken, to have read what it asks. */
  advance(): void {
    const [name] = this.#pending.keys();
    if (name !== undefined) this.#recover(name);
  }

  /** Brings a unit back before its turn, so that it can be looked at; false for one that the keeper does not know, or that has a job, which comes after all units. */
  hurry(name: string): boolean {
    if (!this.#remembered.blobs.has(`unit/${name}`) || this.#hasJob(name)) return false;
    this.#recover(name);
    return true;
  }

  #hasJob(name: string): boolean {
    this.#busy ??= new Set(jobsInOrder(this.#remembered.blobs).map(([, bytes]) => unitOfJob(bytes)));
    return this.#busy.has(name);
  }

  /** Brings back all that is left, and lets it go on. */
  finish(): void {
    const world = this.#world;
    const { blobs, groups, descriptors } = this.#remembered;
    for (const name of this.#pending.keys()) this.#recover(name);
    for (const unit of this.#lost) if (groups.includes(unit.name)) keepGroup(world, unit);
    for (const [key, bytes] of jobsInOrder(blobs)) recoverJob(world, key, bytes, this.#lost);
    for (const [key, bytes] of blobs) if (key.startsWith('answer/')) recoverAnswer(world, key, bytes);
    for (const unit of world.units.values()) resume(world, unit);
    // Nobody needs to ask for those that are there as long as the manager is.
    for (const name of perpetualNames(world.options.scope)) world.unit(name);
    loadLeftovers(world);
    world.resources.recovered();
    openTables(world, descriptors);
    checkZone(world);
    closeUnclaimed(world, this.#remembered);
    world.busNames.recheck();
  }

  #recover(name: string): void {
    const blob = this.#pending.get(name);
    if (blob === undefined) return;
    this.#pending.delete(name);
    const unit = recoverUnit(this.#world, name, blob, { hasJob: this.#hasJob(name), recoverFirst: (other) => this.#recover(other) });
    if (unit !== undefined) this.#lost.add(unit);
  }
}

function recoverManager(world: World, blobs: ReadonlyMap<string, Uint8Array>): void {
  const bytes = blobs.get(managerKey);
  if (bytes === undefined) {
    world.dirtyManager = true;
    removeOwnDirectories(world);
    return;
  }
  const blob = readBlob(bytes, isManagerBlob);
  if (!blob.ok) {
    log(world, 3, `The manager's own saved state cannot be read, and is lost: ${blob.error}`, undefined);
    // Ids must not come again: begin far above what can have been given out.
    world.nextJobId = 1 + Math.floor(world.now.monotonicUsec / 1000);
    world.started = true;
    return;
  }
  world.nextJobId = blob.value.nextJob;
  // A crash may have lost the last few.
  world.nextStream = blob.value.nextStream + 65_536;
  world.setEnvironment = blob.value.environment;
  world.started = blob.value.started;
  world.startup = blob.value.startup;
  world.stages = blob.value.stages ?? {};
  world.serviceWatchdogs = blob.value.noWatchdogs !== true;
  if (blob.value.logLevel !== undefined) setLogLevel(world, blob.value.logLevel);
  world.idlePipeHeld = blob.value.idlePipe;
  world.idlePipeMaker = blob.value.idlePipeMaker;
  world.exitStatus = blob.value.exitStatus;
  world.rebootArgument = blob.value.rebootArgument ?? '';
  if (blob.value.delayedEnd !== undefined) setDelayedEnd(world, blob.value.delayedEnd);
  world.reloads = blob.value.reloads;
  world.failedJobs = blob.value.failed ?? 0;
  if (blob.value.showStatus !== undefined) showStatus(world, blob.value.showStatus);
  world.generatedEnvironment = blob.value.generated ?? [];
  if (blob.value.generators !== undefined) setRun(world, blob.value.generators);
  if (blob.value.zone !== undefined) world.zone = blob.value.zone;
  for (const [name, watch] of blob.value.watches ?? []) world.clockWatches.set(name, watch);
}

/** Gives the unit if its state is lost. */
function recoverUnit(world: World, name: string, stored: Uint8Array | UnitBlob, { hasJob, recoverFirst }: Recovering): Unit | undefined {
  const blob = stored instanceof Uint8Array ? readBlob(stored, isUnitBlob) : ok(stored);
  if (!blob.ok) {
    log(world, 3, `${name}: the saved state cannot be read, and is lost: ${blob.error}`, undefined);
    world.deleted.push(`unit/${name}`);
    return parseUnitName(name).ok ? world.unit(name) : undefined;
  }
  const unit = world.unit(name);
  if (unit.name !== name) {
    // The name has become an alias since; the blob is kept under the name that counts now.
    world.deleted.push(`unit/${name}`);
    world.dirtyUnits.add(unit);
    recoverFirst(unit.name);
    if (!givesWay(unit, blob.value)) {
      setAside(world, name, unit, blob.value);
      return undefined;
    }
  }
  if (!hasJob && isDeparted(unit, blob.value)) {
    world.deleted.push(`unit/${name}`);
    world.toCollect.add(unit);
    return undefined;
  }
  try {
    restoreUnit(world, name, unit, blob.value);
    return undefined;
  } catch (error) {
    log(world, 3, `${name}: the saved state is none of a ${unit.type.name}, and is lost: ${String(error)}`, unit);
    world.deleted.push(`unit/${name}`);
    return unit;
  }
}

interface Recovering {
  readonly hasJob: boolean;
  /** Has another unit be brought back before this one. */
  readonly recoverFirst: (name: string) => void;
}

/** Of two units that have become one, what is up counts, else what the name that counts now had. */
function givesWay(unit: Unit, blob: UnitBlob): boolean {
  return !unit.stored || (isInactiveOrFailed(unit.look.active) && !isInactiveOrFailed(lookOf(unit, blob).active));
}

/** Both were up: nobody asked for the end of what ran under the other name, but it is of no unit any more. */
function setAside(world: World, name: string, unit: Unit, blob: UnitBlob): void {
  if (blob.group === undefined) return;
  world.command({ do: 'watch-group', group: blob.groupName ?? name });
  log(world, 4, `${name} is ${unit.name} now, which was up itself: what ran under the other name runs on, and belongs to no unit.`, unit);
}

function lookOf({ type }: Unit, blob: UnitBlob): Look {
  return type.look(unpackState(blob.s, type.initial));
}

/** The last manager was letting the unit go and had removed its file, but the keeper never heard of it. */
function isDeparted(unit: Unit, blob: UnitBlob): boolean {
  if (blob.transient !== true || unit.load.state !== 'not-found') return false;
  return isInactiveOrFailed(lookOf(unit, blob).active);
}

function restoreUnit(world: World, formerName: string, unit: Unit, blob: UnitBlob): void {
  const state = unpackState(blob.s, unit.type.initial);
  const look = unit.type.look(state);
  unit.state = state;
  unit.look = look;
  unit.stored = true;
  unit.invocationId = blob.invocation ?? '';
  unit.details = blob.details;
  unit.groupMark = blob.group ?? '';
  const groupName = blob.groupName ?? formerName;
  if (unit.groupMark !== '' && groupName !== unit.name) {
    unit.groupName = groupName;
    world.renamedGroups.set(groupName, unit);
  }
  if (unit.groupMark !== '' && blob.slice !== undefined && blob.slice !== sliceOf(unit.config, world.options.scope)) {
    unit.groupSlice = blob.slice;
    world.resources.loaded(unit);
  }
  unit.tolerates = blob.tolerates === undefined ? undefined : new Map(blob.tolerates.map(([child, ops]) => [child, new Map(ops)]));
  unit.refusals = blob.refusals === undefined ? undefined : new Map(blob.refusals);
  unit.attributes = blob.attributes === undefined ? undefined : new Map(blob.attributes);
  unit.cpuUsec = blob.cpu;
  unit.traffic = blob.traffic;
  unit.used = blob.used === undefined ? undefined : { cpuUsec: blob.used[0], largestKib: blob.used[1] };
  if (!unit.perpetual) unit.stamps = stampsOf(blob);
  unit.condition = verdictOf(blob.condition);
  unit.assertion = verdictOf(blob.assertion);
  unit.startWindow = blob.starts;
  unit.ruleWindow = blob.rules;
  for (const [child, path] of blob.children ?? []) {
    unit.children ??= new SmallMap();
    unit.children.set(child, path);
    world.children.set(child, unit);
  }
  unit.markers = blob.markers ?? [];
  unit.frozen = blob.frozen === true;
  if (blob.cleaner !== undefined) watchCleaner(world, unit, blob.cleaner);
  unit.space = blob.space;
  if (blob.space?.root !== undefined) world.held.set(heldRoot(blob.space), unit);
  if (blob.space !== undefined) for (const kind of sharedKinds) world.held.set(heldSpace(blob.space, kind), unit);
  if (blob.kept === true) keepForAWhile(world, unit);
  unit.streams = blob.streams ?? [];
  for (const name of unit.streams) world.held.set(name, unit);
  for (const [timer, atUsec, latestUsec = atUsec] of blob.timers ?? []) {
    unit.timers ??= new SmallMap();
    unit.timers.set(timer, { atUsec, latestUsec });
    world.timers.arm(unit, timer, atUsec, latestUsec);
  }
  for (const name of unit.type.descriptors(unit.state)) world.held.set(name, unit);
  const connection = unit.type.connection?.(unit.state);
  if (connection !== undefined) bindConnection(world, unit, connection);
  world.noteBusy(unit);
  world.toCollect.add(unit);
}

/** A state that is lost is no reason to end what runs well: it stays, as something that the next start or stop of the unit finds. */
function keepGroup(world: World, unit: Unit): void {
  unit.groupMark = unknownMark;
  world.dirtyUnits.add(unit);
  world.command({ do: 'watch-group', group: unit.group });
  const pids = processesOf(world, unit);
  const which = pids.length === 0 ? '' : ` (${pids.join(' ')})`;
  log(world, 4, `${unit.name}: its processes${which} run on, although the unit counts as inactive`, unit);
}

/** Jobs keep their order. */
function jobsInOrder(blobs: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, Uint8Array])[] {
  return [...blobs]
    .filter(([key]) => key.startsWith('job/'))
    .toSorted(([a], [b]) => Number(a.slice('job/'.length)) - Number(b.slice('job/'.length)));
}

/** The unit that a job is of; of one that cannot be read none. */
function unitOfJob(bytes: Uint8Array): string {
  const blob = readBlob(bytes, isJobBlob);
  return blob.ok ? blob.value.unit : '';
}

function recoverJob(world: World, key: string, bytes: Uint8Array, lost: ReadonlySet<Unit>): void {
  const blob = readBlob(bytes, isJobBlob);
  const id = Number(key.slice('job/'.length));
  if (!blob.ok || !Number.isSafeInteger(id)) {
    log(
      world,
      3,
      `Job ${id}: the saved state cannot be read, and the job is lost: ${blob.ok ? 'its key is no number' : blob.error}`,
      undefined,
    );
    world.deleted.push(key);
    return;
  }
  const unit = world.unit(blob.value.unit);
  if (unit.job !== undefined && blob.value.type !== 'nop') {
    log(world, 4, `Job ${id} of ${unit.name} is dropped: the unit has another under its present name`, unit);
    world.deleted.push(key);
    return;
  }
  const job = jobOf(unit, id, blob.value);
  // A unit that does not know that a job runs would never end it.
  if (lost.has(unit)) job.state = 'waiting';
  restoreJob(world, job);
}

function jobOf(unit: Unit, id: number, blob: JobBlob): Job {
  const { type, ignoreOrder, irreversible, reason, cause, queued } = blob;
  const job = new Job(unit, { id, type, ignoreOrder, irreversible, reason, cause, queuedUsec: queued, automatic: blob.automatic === true });
  job.state = blob.state;
  job.runningUsec = blob.running;
  job.released = blob.released === true;
  job.details = blob.details;
  job.askers = blob.askers ?? [];
  return job;
}

/** Asks again what only the manager answers and what was not answered when the last one ended, and lets the unit see its configuration, which may be new. */
function resume(world: World, unit: Unit): void {
  const questions = unit.type.resume?.(unit.state, unit.config) ?? [];
  if (questions.length > 0) carryOut(world, unit, questions);
  const reconsidered = unit.stored ? unit.type.recovered?.(unit.state, unit.config, new UnitContext(world, unit)) : undefined;
  if (reconsidered !== undefined) apply(world, unit, reconsidered, 'recovered');
}

/** Lets go of what no unit claims: the leavings of units whose state was lost or whose last turn did not come to an end. */
function closeUnclaimed(world: World, { descriptors, groups }: Remembered): void {
  for (const name of descriptors) {
    if (world.held.has(name) || isOfManager(name)) continue;
    world.command({ do: 'close', name });
  }
  for (const group of groups) {
    const unit = world.ofGroup(group) ?? world.peek(group);
    if (unit !== undefined && unit.groupMark !== '') continue;
    log(world, 4, `Group ${group} belongs to no unit any more; what runs in it is ended`, undefined);
    world.command({ do: 'signal-group', group, signal: SIGKILL, except: [] });
    world.command({ do: 'watch-group', group });
  }
}

const SIGKILL = 9;

/** Descriptors that came with events not yet acted on, and the manager's own, are no unit's. */
function isOfManager(name: string): boolean {
  return ['manager/', acceptedPrefix, 'notify/', 'control/'].some((prefix) => name.startsWith(prefix));
}
