import { otherJournalListens } from './hands-over.ts';
import type { TimestampForm } from '../base/timestamp.ts';
import { err, ok, type Result } from '../base/result.ts';
import { kindsIn, type Kind } from '../graph/dependency.ts';
import { managerStarted } from '../graph/history.ts';
import type { HistoryEntry } from '../graph/history.ts';
import type { Change, JobInfo, JobOutcome, MarkedUnit, PlannedCommand, UnitCounters, UnitInfo } from '../graph/report.ts';
import type { PendingUnit } from '../graph/pending.ts';
import type { Preview } from '../graph/preview.ts';
import type { MountRequest, RequestedJob, RequestFailure, Ticket, TransientRequest } from '../graph/request.ts';
import type { WaitingJob } from '../graph/waiting.ts';
import type { EndAction } from '../port/keeper.ts';
import type { Property } from '../unit/property.ts';
import type { Reading } from '../unit/reading.ts';
import type { UnitBytes } from '../unit/replaced.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import type { JobMode } from '../unit/values/types.ts';
import { outcomeOf } from './answers.ts';
import { queueDefault } from './default-unit.ts';
import { reachStage } from './boot-stages.ts';
import { cleanUnit } from './clean.ts';
import { changeOf, describeJob, describeUnit } from './describe.ts';
import { endManager, shutdownTarget, startShutdown } from './emergency.ts';
import { changeEnvironment } from './environment.ts';
import { freezeUnit } from './freeze.ts';
import { isInTheMaking, startGenerators } from './generators.ts';
import { hold, letGo } from './keep.ts';
import { killUnit } from './kill.ts';
import { finishJob } from './jobs.ts';
import { mountIntoUnit } from './live-mount.ts';
import { closeTables, heldTables } from './kernel-tables.ts';
import { carryOutReady, send, turn } from './loop.ts';
import type { ManagerOptions } from './options.ts';
import { pendingChanges } from './pending.ts';
import { notAppliedOf, planCommands } from './plan-text.ts';
import { setLogLevel } from './log-level.ts';
import { managerProperties } from './manager-properties.ts';
import { unitProperties } from './properties.ts';
import { unitCounters } from './group-usage.ts';
import { log } from './records.ts';
import { Recovery, type Remembered } from './recover.ts';
import { badName, findUnit, loadFailure, notLoaded, previewJob, requestJob } from './requests.ts';
import { setProperties } from './set-property.ts';
import { snapshot } from './state-blob.ts';
import { apply, deliver } from './step.ts';
import { restUntil } from './rest.ts';
import { locateEdge } from './reason-text.ts';
import { expectDescriptors, forgetDescriptors } from './streams.ts';
import { discardTransient, makeTransient } from './transient.ts';
import { count } from './rate-limit.ts';
import type { Unit } from './unit.ts';
import { waitingJobs } from './waiting.ts';
import { World } from './world.ts';

/** Starts a manager on a keeper: for the first time, or in the place of one that is gone. */
export function startManager(options: ManagerOptions): Manager {
  return new Manager(options);
}

/** The manager: what others may ask of the world, and the one who takes turns. It satisfies ManagerApi of src/api/manager.ts. */
export class Manager {
  #options: ManagerOptions;
  readonly #listeners = new Set<(change: Change) => void>();
  #current: World;
  /** What is not back of it. */
  #recovery: Recovery | undefined;
  #turnIsDue = false;
  /** Who waits for the generators that run, and who for those that are to run after them. */
  readonly #reloading: (() => void)[] = [];
  readonly #reloadingNext: (() => void)[] = [];
  /** Who waits for units of generators. */
  readonly #awaitingMade: (() => void)[] = [];

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#current = this.#newWorld();
    // One that comes back from a rest is as good as the one that went.
    if (options.woken !== true)
      recordManager(this.#current, options.keeper.inventory.blobs.size === 0 ? managerStarted : 'took the place of the one before it');
    this.#recovery = new Recovery(this.#current, options.keeper.inventory);
    if (this.#recovery.left === 0) this.#begin();
    options.keeper.receive((event) => {
      this.#current.inbox.push(event);
      this.#wake();
    });
    this.#wake();
  }

  /** Everything that is known. Whoever wants to see more than one unit, or to change something, does not get to see half of it. */
  get #world(): World {
    if (this.#recovery !== undefined) {
      this.#begin();
      // What has happened comes before what is asked.
      if (this.#hasNews) this.#takeTurn();
    }
    return this.#current;
  }

  /** Something has happened; that the keeper asks whether anybody is there is nothing. */
  get #hasNews(): boolean {
    return this.#current.inbox.some(({ event }) => event !== 'ping');
  }

  /** The world is back, and goes on. */
  #begin(): void {
    const recovery = this.#recovery;
    this.#recovery = undefined;
    recovery?.finish();
    this.#options.keeper.forget?.();
    this.#options.recovered?.();
    const isGenerating = this.#current.generatorRun !== undefined || (!this.#current.started && startGenerators(this.#current));
    if (!isGenerating) queueDefault(this.#current);
  }

  /** Until when there is nothing to do unless the keeper hears of something (CLOCK_MONOTONIC in microseconds, Infinity for ever); undefined while there is. */
  get restUntil(): number | undefined {
    return this.#recovery === undefined && !this.#turnIsDue ? restUntil(this.#current) : undefined;
  }

  get loaded(): number {
    return this.#current.units.count();
  }

  get info() {
    const { version, scope, unitPath, runtimeDirectory, notifySocket, stateDirectory, keeper } = this.#options;
    const { tracking, cgroupRoot } = keeper.inventory;
    const controllers = Object.fromEntries(keeper.inventory.controllers);
    const journal: 'own' | 'system' = otherJournalListens(this.#options) ? 'system' : 'own';
    return { version, scope, unitPath, runtimeDirectory, notifySocket, stateDirectory, journal, tracking, cgroupRoot, controllers };
  }

  request(job: RequestedJob, unit: string, mode: JobMode, cause: string, asker?: string): Result<Ticket, RequestFailure> {
    return requestJob(this.#atRest(), job, unit, mode, cause, asker);
  }

  startTransient(request: TransientRequest, mode: JobMode, cause: string): Result<Ticket, RequestFailure> {
    const world = this.#atRest();
    if (world.ended) return err({ code: 'shutting-down', message: 'The manager is ending.' });
    const made = makeTransient(world, request);
    if (!made.ok) return made;
    const ticket = requestJob(world, 'start', made.value.name, mode, cause);
    if (ticket.ok) return ticket;
    for (const { unit } of [request, ...request.auxiliary]) discardTransient(world, world.unit(unit));
    return ticket;
  }

  expectDescriptors(): string {
    return expectDescriptors(this.#fresh());
  }

  forgetDescriptors(token: string): void {
    forgetDescriptors(this.#fresh(), token);
  }

  hold(name: string): boolean {
    const world = this.#fresh();
    const unit = world.peek(name);
    if (unit !== undefined) hold(world, unit);
    return unit !== undefined;
  }

  letGo(name: string): void {
    letGo(this.#fresh(), name);
  }

  abandon(name: string): Result<undefined, RequestFailure> {
    const world = this.#fresh();
    const unit = world.peek(name);
    if (unit === undefined) return err(notLoaded(name));
    const state = unit.type.abandon?.(unit.state);
    if (state === undefined) return err({ code: 'invalid', message: `Scope ${name} is not running, cannot abandon.` });
    apply(world, unit, { state, effects: [{ effect: 'disarm', timer: 'timeout' }] }, 'abandoned');
    return ok(undefined);
  }

  setProperties(unit: string, properties: readonly Property[], options: { readonly runtime: boolean }): Result<undefined, RequestFailure> {
    return setProperties(this.#fresh(), unit, properties, options);
  }

  preview(job: RequestedJob, unit: string, mode: JobMode): Result<Preview, RequestFailure> {
    this.#wake();
    return previewJob(this.#world, job, unit, mode);
  }

  jobs(options: { readonly order: boolean } = { order: false }): readonly JobInfo[] {
    return [...this.#world.jobs.values()].map((job) => describeJob(this.#world, job, options));
  }

  outcome(unit: string, asker: string): JobOutcome | undefined {
    return outcomeOf(this.#world, unit, asker);
  }

  waiting(): readonly WaitingJob[] {
    return waitingJobs(this.#fresh());
  }

  cancel(id: number): boolean {
    const job = this.#world.jobs.get(id);
    if (job === undefined) return false;
    finishJob(this.#fresh(), job, 'canceled', { recursive: true });
    return true;
  }

  unit(name: string): UnitInfo | undefined {
    const unit = this.#findEarly(name) ?? this.#find(name);
    if (unit === undefined) return undefined;
    const statusText = unit.type.statusText?.(unit.state) ?? '';
    const info = describeUnit(unit, this.#options.clock.now());
    return statusText === '' ? info : { ...info, statusText };
  }

  units(): readonly UnitInfo[] {
    this.#wake();
    this.#world.loadMentioned();
    const now = this.#options.clock.now();
    return [...this.#world.units.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((unit) => describeUnit(unit, now));
  }

  marked(): readonly MarkedUnit[] {
    return [...this.#world.units.values()].flatMap(({ name, markers }) => (markers.length === 0 ? [] : [{ unit: name, markers }]));
  }

  pending(): readonly PendingUnit[] {
    return pendingChanges(this.#world);
  }

  properties(name: string, form?: TimestampForm): Readonly<Record<string, string>> | undefined {
    const unit = this.#find(name);
    this.#world.loadMentioned();
    return unit === undefined ? undefined : unitProperties(this.#world, unit, form);
  }

  counters(name: string): UnitCounters | undefined {
    const unit = this.#world.peek(name);
    return unit === undefined ? undefined : unitCounters(this.#world, unit);
  }

  managerProperties(form?: TimestampForm): Readonly<Record<string, string>> {
    return managerProperties(this.#world, form);
  }

  plan(name: string, file?: UnitBytes): Result<readonly PlannedCommand[], RequestFailure> {
    const unit = this.#find(name);
    if (unit === undefined) return err(badName(name));
    if (unit.load.state !== 'loaded' && file === undefined) return err(loadFailure(unit));
    return ok(planCommands(this.#world, unit, file));
  }

  notApplied(name: string): Result<readonly string[], RequestFailure> {
    const unit = this.#find(name);
    return unit === undefined ? err(badName(name)) : ok(notAppliedOf(this.#world, unit));
  }

  dependencies(name: string): readonly { readonly key: string; readonly unit: string }[] {
    const unit = this.#find(name);
    const found: { readonly key: string; readonly unit: string }[] = [];
    if (unit === undefined) return found;
    this.#world.loadMentioned();
    this.#world.graph.forEach(unit.name, (other, kinds) => {
      for (const key of kindsIn(kinds)) found.push({ key, unit: other });
    });
    return found;
  }

  kill(name: string, whom: 'all' | 'main' | 'control', signal: number): Result<undefined, RequestFailure> {
    const world = this.#fresh();
    const unit = this.#loaded(name);
    if (unit === undefined) return err(notLoaded(name));
    return killUnit(world, unit, whom, signal);
  }

  clean(unit: string, what: readonly string[]): Result<undefined, RequestFailure> {
    return cleanUnit(this.#fresh(), unit, what);
  }

  freeze(unit: string, frozen: boolean): Result<undefined, RequestFailure> {
    return freezeUnit(this.#fresh(), unit, frozen);
  }

  mount(request: MountRequest): Promise<Result<undefined, RequestFailure>> {
    const world = this.#fresh();
    const unit = this.#loaded(request.unit);
    if (unit === undefined) return Promise.resolve(err({ code: 'no-such-unit', message: `Unit ${request.unit} not loaded.` }));
    return new Promise((done) => mountIntoUnit(world, unit, request, done));
  }

  resetFailed(name?: string): Result<undefined, RequestFailure> {
    const world = this.#fresh();
    const unit = name === undefined ? undefined : this.#loaded(name);
    if (name !== undefined && unit === undefined) return err(notLoaded(name));
    const isNamed = unit !== undefined;
    for (const each of isNamed ? [unit] : [...world.units.values()]) resetFailed(world, each, { isNamed });
    return ok(undefined);
  }

  grantReload(): boolean {
    const world = this.#fresh();
    const { window, allowed } = count(world.reloads, world.now.monotonicUsec, this.#options.config.reloadLimit ?? noLimit);
    if (window !== world.reloads) world.dirtyManager = true;
    world.reloads = window;
    if (allowed) forgetStarts(world);
    return allowed;
  }

  reload(done: () => void = () => undefined): void {
    const world = this.#fresh();
    // A run that goes on may have been too early for what was changed since.
    if (world.generatorRun !== undefined) this.#reloadingNext.push(done);
    else if (startGenerators(world)) this.#reloading.push(done);
    else {
      this.#readAfresh();
      done();
    }
  }

  made(units: readonly string[] | undefined): Promise<void> | undefined {
    const world = this.#current;
    if (world.generatorRun === undefined || units?.some((name) => isInTheMaking(world, name)) === false) return undefined;
    return new Promise((resolve) => this.#awaitingMade.push(resolve));
  }

  #generatorsDone(): void {
    this.#world.generatorsDone = false;
    this.#readAfresh();
    queueDefault(this.#world);
    for (const done of [...this.#reloading.splice(0), ...this.#awaitingMade.splice(0)]) done();
    const next = this.#reloadingNext.splice(0);
    if (next.length > 0) this.reload(() => next.forEach((done) => done()));
  }

  #readAfresh(): void {
    const { world, remembered, readings } = this.#leaveWorld();
    const { unitsLoadStart } = world.stages;
    world.loadAtOnce(readings, () => new Recovery(world, remembered).finish());
    // What was read before the generators ran does not count.
    if (!world.started) world.stages = { ...world.stages, ...(unitsLoadStart === undefined ? {} : { unitsLoadStart }) };
    else reachStage(world, 'unitsLoad');
    // The files may say other things of them now.
    for (const unit of world.units.values()) world.toCheck.add(unit);
    this.#announce({ change: 'reloading', active: false });
    this.#wake();
  }

  /** Makes an empty world the present one, and gives what is to come into it. Nothing holds on to the old one, since two of thousands of units would be collected for long. */
  #leaveWorld(): { readonly world: World; readonly remembered: Remembered; readonly readings: ReadonlyMap<string, Reading> } {
    const old = this.#fresh();
    this.#announce({ change: 'reloading', active: true });
    log(old, 6, 'Reloading.', undefined);
    recordManager(old, 'read all unit files afresh');
    send(old);
    const { blobs, units } = snapshot(old);
    old.timers.close();
    old.busNames.close();
    for (const unit of old.units.values()) unit.unwatchPidFile?.();
    closeTables(old);
    const { config, readConfig } = this.#options;
    this.#options = { ...this.#options, config: readConfig?.() ?? config };
    const world = this.#newWorld();
    takeOver(world, old);
    this.#current = world;
    return { world, remembered: { blobs, units, descriptors: heldTables(old), groups: [] }, readings: old.readings() };
  }

  exit(action: Exclude<EndAction, 'reexec'>, force: boolean, status?: number): void {
    const world = this.#fresh();
    if (status !== undefined) {
      world.exitStatus = status;
      world.dirtyManager = true;
    }
    if (!force) return startShutdown(world, shutdownTarget(this.#options.scope === 'user' ? 'exit' : action), `${action} was asked for`);
    endManager(world, action, { force });
    // Of one that has ended there are no turns any more.
    send(world);
  }

  environment(): readonly string[] {
    return this.#world.environment;
  }

  setEnvironment(assignments: readonly string[]): void {
    this.#changeEnvironment(assignments, []);
  }

  unsetEnvironment(names: readonly string[]): void {
    this.#changeEnvironment([], names);
  }

  setLogLevel(level: LogLevel): void {
    setLogLevel(this.#fresh(), level);
  }

  setServiceWatchdogs(enforced: boolean): void {
    const world = this.#fresh();
    world.serviceWatchdogs = enforced;
    world.dirtyManager = true;
  }

  whenTold(then: () => void): void {
    this.#options.keeper.whenTold(then);
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  history(name?: string): readonly HistoryEntry[] {
    return this.#world.history.entries(name === undefined ? undefined : (this.#world.peek(name)?.name ?? name));
  }

  locateEdge(of: string, kind: Kind, unit: string): string | undefined {
    // Who is asked may have been forgotten since.
    this.#find(of);
    this.#find(unit);
    return locateEdge(this.#world, of, kind, unit);
  }

  #newWorld(): World {
    const world = new World(this.#options, () => this.#wake());
    world.listen((change) => {
      if (this.#listeners.size > 0) this.#announce(changeOf(change));
    });
    return world;
  }

  /** The world, at the present time, with a turn to follow: for what comes from outside of a turn. */
  #fresh(): World {
    // First of all: the turn must come before anybody hears of what is decided now, since a manager that dies in between forgets it.
    this.#wake();
    this.#world.now = this.#options.clock.now();
    return this.#world;
  }

  /** As #fresh, when all is carried out that can be of what was asked before, as systemd does with each request. */
  #atRest(): World {
    const world = this.#fresh();
    carryOutReady(world);
    return world;
  }

  #wake(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    this.#options.clock.soon(() => {
      this.#turnIsDue = false;
      if (this.#recovery !== undefined && this.#recovery.left > 0) {
        this.#recovery.advance();
        this.#wake();
        return;
      }
      if (this.#recovery !== undefined) this.#begin();
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    const hasNews = this.#hasNews;
    const hasDecided = turn(this.#current);
    if (hasNews || hasDecided) this.#options.busy?.();
    if (this.#current.generatorsDone) this.#generatorsDone();
    if (!this.#current.reloadWanted) return;
    this.#current.reloadWanted = false;
    forgetStarts(this.#current);
    this.reload();
  }

  /** While units come back, one of them is looked at before its turn: as it was, which is as it is if nothing has happened since. */
  #findEarly(name: string): Unit | undefined {
    if (this.#recovery === undefined || this.#hasNews || !this.#recovery.hurry(name)) return undefined;
    const unit = this.#current.peek(name);
    return unit?.name === name ? unit : undefined;
  }

  #find(name: string): Unit | undefined {
    this.#wake();
    return findUnit(this.#world, name);
  }

  /** The unit of that name if it is loaded or something loaded mentions it: for systemd that is the same. */
  #loaded(name: string): Unit | undefined {
    const unit = this.#world.peek(name);
    if (unit !== undefined) return unit;
    this.#world.loadMentioned();
    return this.#world.peek(name);
  }

  #changeEnvironment(assignments: readonly string[], names: readonly string[]): void {
    const world = this.#fresh();
    world.setEnvironment = changeEnvironment(world.setEnvironment, assignments, names);
    world.dirtyManager = true;
  }

  #announce(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

const noLimit = { intervalUsec: 0, burst: 0 };

/** Moves what is not in blobs from the world before a reload to the one after it. */
function takeOver(world: World, old: World): void {
  world.history = old.history;
  world.inbox.push(...old.inbox);
  world.acknowledge = old.acknowledge;
  world.acknowledged = old.acknowledged;
  world.lastChild = old.lastChild;
  world.failedJobs = old.failedJobs;
  world.interrupts = old.interrupts;
  world.showStatus = old.showStatus;
  world.ended = old.ended;
  world.liveMounts = old.liveMounts;
  for (const [name, holders] of old.holders) world.holders.set(name, holders);
  for (const [token, names] of old.expected) world.expected.set(token, names);
}

function recordManager(world: World, cause: string): void {
  world.history.add({ what: 'manager', usec: world.now.realtimeUsec, monotonicUsec: world.now.monotonicUsec, unit: '', cause });
}

/** What was started too often may be started again once somebody has it read anew, as systemd's limits do not outlast a reload. */
function forgetStarts(world: World): void {
  for (const unit of world.units.values()) {
    if (unit.startWindow === undefined && unit.ruleWindow === undefined) continue;
    unit.startWindow = undefined;
    unit.ruleWindow = undefined;
    world.dirtyUnits.add(unit);
  }
}

function resetFailed(world: World, unit: Unit, { isNamed }: { readonly isNamed: boolean }): void {
  if (unit.startWindow !== undefined) {
    unit.startWindow = undefined;
    world.dirtyUnits.add(unit);
  }
  // One that runs forgets how often it was restarted, too. Of all that are off most were never on.
  if (isNamed || unit.look.active !== 'inactive') deliver(world, unit, { event: 'reset-failed' });
  world.toCollect.add(unit);
}
