import { SmallMap } from '../base/small-map.ts';
import { isSameList } from '../base/same-list.ts';
import { DependencyGraph } from '../graph/dependency-graph.ts';
import { defaultDependencies, targetFollows } from '../graph/default-dependencies.ts';
import { carriers, kindBit } from '../graph/dependency.ts';
import { isInactiveOrFailed } from '../graph/active-state.ts';
import { implicitDependencies, triggerDependencies } from '../graph/implicit-dependencies.ts';
import type { AnswerBlob } from './state-blob.ts';
import type { ImplicitContext } from '../graph/implicit-dependencies.ts';
import { RunQueue } from '../graph/run-queue.ts';
import { Resting } from '../graph/resting.ts';
import type { QueuedJob, TransactionView } from '../graph/transaction.ts';
import type { Command, KeeperEvent, Stamp } from '../port/keeper.ts';
import type { TableName } from '../type/table.ts';
import { isReadOnlyMount } from '../type/mount/parse.ts';
import { unitTypes } from '../type/index.ts';
import { perpetualState } from '../type/perpetual.ts';
import type { TriggerDetails, UnitEvent } from '../type/type.ts';
import { isPerpetual } from '../unit/builtin.ts';
import type { Dependency, UnitConfig } from '../unit/config.ts';
import { modifiedUsec, type Reading } from '../unit/reading.ts';
import type { UnitText } from '../unit/syntax.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import type { JobMode } from '../unit/values/types.ts';
import type { RequestType } from '../graph/job.ts';
import type { JobEnd } from '../graph/report.ts';
import type { BootStages } from './boot-stages.ts';
import { BusNames } from './bus-names.ts';
import { changeEnvironment, overlayEnvironment } from './environment.ts';
import type { GeneratorRun } from './generators.ts';
import { History } from './history.ts';
import type { Job } from './job.ts';
import type { LiveMounting } from './live-mount.ts';
import type { Lookup } from './lookups.ts';
import type { ManagerOptions } from './options.ts';
import { log } from './records.ts';
import type { Window } from './rate-limit.ts';
import { releaseStreams } from './streams.ts';
import type { KnownTable } from './kernel-tables.ts';
import { MountNeeds } from './mount-needs.ts';
import { type Watch, watchClock, type WatchName } from './clock-watch.ts';
import { rasterOf } from './coalesce.ts';
import type { ZoneSetting } from './time-zone.ts';
import { Resources } from './resources.ts';
import { Timers } from './timers.ts';
import { removeTransientFiles } from './transient-files.ts';
import { Concurrency } from './concurrency.ts';
import type { DelayedEnd } from './minimum-uptime.ts';
import { Unit } from './unit.ts';
import { UnitTable } from './unit-table.ts';
import type { UnitSource } from './unit-source.ts';

/** What changed, as those who watch hear it. */
export type WorldChange =
  | { readonly change: 'unit'; readonly unit: Unit }
  | { readonly change: 'job-new'; readonly job: Job; readonly anchor: Job }
  | ({ readonly change: 'job-removed'; readonly job: Job } & JobEnd)
  | { readonly change: 'startup-finished' };

/** A job that something in the manager itself wants, queued when its turn comes. */
export interface WantedJob {
  readonly request: RequestType;
  readonly unit: string;
  readonly mode: JobMode;
  readonly cause: string;
  /** The unit that triggers the other. */
  readonly by?: Unit;
  /** The unit whose state is the cause, where that is not `by`. */
  readonly after?: string;
  /** What the unit that wants it tells the processes of the other. */
  readonly details?: TriggerDetails;
  /** Called where the job cannot be queued. */
  readonly refused?: (message: string) => void;
}

/** After so many loads it is looked whether the keeper has to be told that the manager is at work, as it is each second. */
const loadsPerLook = 64;
const busyUsec = 1_000_000;

/** Units whose end a unit handles. */
const handled = kindBit('OnFailureOf') | kindBit('OnSuccessOf');

/** Everything that the manager knows at this moment, and what it has decided in this turn but not yet told the keeper. */
export class World implements TransactionView {
  readonly options: ManagerOptions;
  readonly graph = new DependencyGraph();
  readonly resting = new Resting(this.graph);
  /** Loaded units by each of their names. */
  readonly names = new Map<string, Unit>();
  readonly units = new UnitTable(this.names);
  readonly jobs = new Map<number, Job>();
  readonly runQueue = new RunQueue<Job>(this.graph);
  readonly timers: Timers<Unit | Job | World>;
  readonly busNames = new BusNames(this);
  readonly resources: Resources;
  readonly concurrency = new Concurrency(this);
  /** Which unit a child belongs to, while it lives. */
  readonly children = new Map<number, Unit>();
  /** Of children that make a view of the file system or enter a namespace: what is told where each op fails. */
  readonly opsToTell = new Map<number, readonly string[]>();
  /** Which unit a held descriptor that is polled belongs to. */
  readonly held = new Map<string, Unit>();
  /** Results of jobs that clients asked for, by the job's id, oldest first; and those that the keeper does not have yet. */
  readonly answers = new Map<number, AnswerBlob>();
  readonly newAnswers = new Set<number>();
  /** How many clients want to know what becomes of a unit, by its name. */
  readonly holders = new Map<string, number>();
  /** Descriptors that clients were told to send, by the token that goes with them; the names under which they are held once they have come. */
  readonly expected = new Map<string, readonly string[]>();
  /** There are device units: /sys can be written, as in no container. */
  readonly hasDevices: boolean;
  /** What the kernel tells of, as it was read last. */
  readonly tables = new Map<TableName, KnownTable>();
  /** Units with a job or a state other than inactive. */
  readonly #busy = new Set<Unit>();

  /** Events of the keeper and elapsed timers that no turn has taken yet. */
  readonly inbox: KeeperEvent[] = [];
  /** What the manager has to tell units itself, in order. */
  readonly told: { readonly unit: Unit; readonly event: UnitEvent }[] = [];
  readonly wanted: WantedJob[] = [];
  /** What happened and why; a reload hands it on. */
  history = new History();
  /** Units that are to be put into `failed`. */
  readonly failures: { readonly unit: Unit; readonly result: string }[] = [];
  /** Held descriptors that got another name in this turn. */
  readonly renamed = new Set<string>();
  /** Units whose groups have another name than they, by that name. */
  readonly renamedGroups = new Map<string, Unit>();
  /** How many notifications of processes of no unit were told of lately. */
  strangers: Window | undefined = undefined;
  /** Nop jobs, which are over as soon as their turn comes. */
  readonly nops: Job[] = [];
  /** Units that changed: the continuous rules are to be looked at for them and for those that depend on it. */
  toCheck = new Set<Unit>();
  /** Units of which a job ended: the rules are to be looked at for them alone. */
  toCheckItself = new Set<Unit>();
  readonly toCollect = new Set<Unit>();
  /** Units that want to hear when no job is queued. */
  readonly quietWatchers = new Set<Unit>();
  /** What is watched for them. */
  readonly clockWatches = new Map<WatchName, Watch>();

  /** The batch of this turn. */
  commands: Command[] = [];
  acknowledge = 0;
  /** What the last batch acknowledged. */
  acknowledged = 0;
  readonly dirtyUnits = new Set<Unit>();
  /** Loaded units of which the keeper may have neither a blob nor a job that names them. */
  readonly untold = new Set<Unit>();
  readonly dirtyJobs = new Set<Job>();
  dirtyManager = false;
  readonly deleted: string[] = [];

  nextJobId = 1;
  lastChild: number;
  nextStream = 1;
  /** What set-environment has set, apart from what is configured, which a reload may change. */
  setEnvironment: readonly string[] = [];
  idlePipeHeld = false;
  /** Children that mount something for a unit that runs. */
  liveMounts = new Map<number, LiveMounting>();
  /** Children that ask the name service. */
  readonly lookups = new Map<number, Lookup>();
  /** The child that makes the idle pipe. */
  idlePipeMaker: number | undefined;
  /** The default unit was queued. */
  started = false;
  /** When the queue was empty for the first time. */
  startup: Stamp | undefined;
  /** What else is on record of how the manager came up. */
  stages: BootStages;
  failedJobs = 0;
  /** The level that was set while the manager ran. */
  logLevel: LogLevel | undefined;
  /** Whether what happens is told on the console, as a signal said. */
  showStatus: boolean | undefined;
  /** Whether watchdogs of services, and what units ask to be done about the machine when they fail, are acted on. */
  serviceWatchdogs = true;
  now: Stamp;
  /** The local time zone, once somebody has asked for it. */
  zone: ZoneSetting | undefined;
  /** The status that the keeper is to end with. */
  exitStatus = 0;
  /** The end of the unit of --exit-code-from= has been acted on. */
  endedWith = false;
  /** What the firmware is told at a reboot. */
  rebootArgument = '';
  ended = false;
  /** What generators said of the environment. */
  generatedEnvironment: readonly string[] = [];
  /** Generators that run. */
  generatorRun: GeneratorRun | undefined;
  /** They have ended in this turn: units are to be read afresh. */
  generatorsDone = false;
  /** The unit files are to be read afresh when this turn is over. */
  reloadWanted = false;
  /** The end of the machine, which waits for MinimumUptimeSec=. */
  delayedEnd: DelayedEnd | undefined;
  /** How often clients asked for a reload of late. */
  reloads: Window | undefined;
  /** How often SIGINT came of late. */
  interrupts: Window | undefined;

  readonly #changed = new Set<string>();
  /** Names that loaded units mention and that were not loaded themselves then. */
  readonly #mentioned = new Set<string>();
  /** Transient units that were unloaded, of which the keeper has not been told yet: their files are still there. */
  readonly #departed = new Map<string, Unit>();
  /** The turn in which the unit directories were last looked at. */
  #refreshedAt: Stamp;
  #loads = 0;
  #saidBusyUsec = 0;
  readonly #mountNeeds = new MountNeeds();
  readonly #source: UnitSource;
  /** The readings of the world whose place this one takes, while it begins. */
  #earlier: ReadonlyMap<string, Reading> | undefined;
  readonly #implicit: ImplicitContext;
  readonly #listeners = new Set<(change: WorldChange) => void>();

  /** Has a turn begin soon. */
  readonly wake: () => void;

  constructor(options: ManagerOptions, wake: () => void) {
    this.options = options;
    this.wake = wake;
    this.stages = { unitsLoadStart: options.clock.now() };
    this.#source = options.openUnits();
    this.hasDevices = isWritableSys(options.files);
    this.#implicit = {
      scope: options.scope,
      directories: options.facts.directories,
      defaultStandardOutput: options.config.defaultStandardOutput,
      defaultStandardError: options.config.defaultStandardError,
      mount: (name, needer) => this.#mount(name, needer),
      devices: this.hasDevices,
    };
    this.resources = new Resources(this);
    this.timers = new Timers(options.clock, wake, ownerName, rasterOf(options.facts.machineId));
    this.lastChild = options.keeper.inventory.lastChild;
    this.now = options.clock.now();
    this.#refreshedAt = this.now;
  }

  /** The unit of that name; loaded now if it was not, or if its file has come since. A unit without a file is there too, as `not-found`. */
  unit(name: string): Unit {
    const known = this.names.get(name);
    if (known === undefined) {
      this.#refresh();
      return this.#load(name);
    }
    if (known.load.state !== 'not-found' || known.job !== undefined || known.look.active !== 'inactive') return known;
    this.#refresh();
    if (!this.#source.hasFile(name) && !this.#source.knows(name)) return known;
    this.unload(known);
    return this.#load(name);
  }

  /**
   * Loads all that loaded units mention, and so on, so that each unit's properties tell of all others. systemd does so at once;
   * here it is done when somebody looks, as what is off and has no job has no effect.
   */
  loadMentioned(): void {
    for (const name of this.#mentioned) {
      this.#mentioned.delete(name);
      if (!this.names.has(name) && this.graph.isMentioned(name)) this.toCollect.add(this.#load(name));
    }
  }

  /** What has been read of loaded units, by each of their names. */
  readings(): ReadonlyMap<string, Reading> {
    return new Map([...this.names].map(([name, { reading }]) => [name, reading]));
  }

  /** Loads units as they are on disk at this moment; of those that were read before only what has changed is read. */
  loadAtOnce(earlier: ReadonlyMap<string, Reading>, load: () => void): void {
    this.#earlier = earlier;
    this.#source.atOnce(load);
    this.#earlier = undefined;
  }

  fullSlice(name: string, planned: () => Iterable<string>): string | undefined {
    return this.concurrency.fullSlice(name, planned);
  }

  /** The block that every process starts from. */
  get environment(): readonly string[] {
    const { environment } = this.options.config;
    if (this.setEnvironment.length === 0 && this.generatedEnvironment.length === 0) return environment;
    return overlayEnvironment(changeEnvironment(environment, this.generatedEnvironment, []), this.setEnvironment);
  }

  /** Says how a unit is that is there without a file; undefined where it is gone. */
  know(name: string, text: UnitText | undefined): void {
    this.#source.know(name, text);
  }

  /** The unit of that name if it is loaded. */
  peek(name: string): Unit | undefined {
    return this.names.get(name);
  }

  /** The unit whose processes are in this group of the keeper's. */
  ofGroup(group: string): Unit | undefined {
    const unit = this.renamedGroups.get(group) ?? this.names.get(group);
    return unit?.group === group ? unit : undefined;
  }

  queued(name: string): QueuedJob | undefined {
    return this.names.get(name)?.job;
  }

  busy(): Iterable<Unit> {
    return this.#busy;
  }

  /** Keeps track of who is busy; to be called when a unit's state or job changed. */
  noteBusy(unit: Unit): void {
    this.concurrency.changed(unit);
    if (unit.job !== undefined || unit.nop !== undefined || unit.look.active !== 'inactive') this.#busy.add(unit);
    else if (this.#busy.delete(unit)) this.#letGo(unit);
    if (unit.look.active === 'failed' && unit.config.unit.CollectMode === 'inactive-or-failed') this.toCollect.add(unit);
  }

  /** The unit may be unloaded now, and so may those whose end it has handled. */
  #letGo(unit: Unit): void {
    this.toCollect.add(unit);
    if (!this.graph.mayHave(unit.name, handled)) return;
    this.graph.forEach(unit.name, (name, kinds) => {
      const source = (kinds & handled) === 0 ? undefined : this.names.get(name);
      if (source !== undefined) this.toCollect.add(source);
    });
  }

  command(command: Command): void {
    this.commands.push(command);
  }

  tell(unit: Unit, event: UnitEvent): void {
    this.told.push({ unit, event });
  }

  /** A fresh child id. */
  nextChild(): number {
    this.lastChild += 1;
    return this.lastChild;
  }

  announce(change: WorldChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  listen(listener: (change: WorldChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets a unit that nobody needs. */
  unload(unit: Unit): void {
    const others = this.graph.forget(unit.name);
    this.units.delete(unit);
    this.dirtyUnits.delete(unit);
    this.untold.delete(unit);
    this.#mountNeeds.forget(unit.name);
    if (unit.stored) this.deleted.push(`unit/${unit.name}`);
    for (const timer of unit.timers?.keys() ?? []) this.timers.disarm(unit, timer);
    unit.unwatchPidFile?.();
    this.resources.unloaded(unit);
    this.busNames.remove(unit);
    releaseStreams(this, unit);
    if (unit.stored && unit.config.transient === true) this.#departed.set(unit.name, unit);
    else removeTransientFiles(this, unit);
    if (this.graph.isMentioned(unit.name)) this.#mentioned.add(unit.name);
    for (const other of others) {
      const neighbour = this.names.get(other);
      if (neighbour !== undefined && isInactiveOrFailed(neighbour.look.active)) this.toCollect.add(neighbour);
    }
  }

  /**
   * Removes the files of transient units that were unloaded, when the keeper is being told. Of a manager that is killed in between the next finds a file
   * without its unit, or a unit without its file, and lets either go.
   */
  removeDeparted(): void {
    for (const name of this.#departed.keys()) this.#removeDeparted(name);
  }

  #removeDeparted(name: string): void {
    const unit = this.#departed.get(name);
    if (unit === undefined) return;
    this.#departed.delete(name);
    removeTransientFiles(this, unit);
  }

  /** The unit's files are not any more what they were when they were read. */
  isStale(unit: Unit): boolean {
    const paths = unit.config.fragment === undefined ? unit.config.dropIns : [unit.config.fragment, ...unit.config.dropIns];
    if (this.#changed.size > 0) this.#refresh();
    // As in systemd, what is not listed yet, which is done when a unit is loaded, is not seen.
    if (unit.load.state === 'loaded' && !isSameList(this.#source.dropIns(unit.config), unit.config.dropIns)) return true;
    return paths.some((path) => {
      const { kind, mtimeUsec } = this.options.files.statFollow(path);
      // As in systemd, an older file in its place is not seen.
      return kind === 'missing' || mtimeUsec > (unit.modified.get(path) ?? 0);
    });
  }

  /** What this file says is in the unit by now, for the manager itself has just written it. */
  noteRead(unit: Unit, path: string): void {
    unit.modified.set(path, this.options.files.statFollow(path).mtimeUsec);
  }

  /** When the files of a unit were changed last before they were read; those that were changed while that was done are asked for it now. */
  #modified(reading: Reading): SmallMap<string, number> {
    const { fragment, dropIns } = reading.config;
    const modified = new SmallMap<string, number>();
    for (const path of fragment === undefined ? dropIns : [fragment, ...dropIns])
      modified.set(path, modifiedUsec(reading, path) ?? this.options.files.statFollow(path).mtimeUsec);
    return modified;
  }

  /** A unit file that the manager itself has just written or removed. */
  noteFile(directory: string, name: string): void {
    this.#source.noteFile(directory, name);
  }

  /** A directory of the search path in which the manager itself has just written or removed something. */
  noteChanged(directory: string): void {
    this.#changed.add(directory);
  }

  /** Once in a turn is enough: what comes in between is found in the next. */
  #refresh(): void {
    if (this.#refreshedAt === this.now && this.#changed.size === 0) return;
    this.#refreshedAt = this.now;
    this.#source.refresh(this.#changed);
    this.#changed.clear();
  }

  /** Reading thousands of unit files may take longer than the keeper waits for a manager that says nothing: an empty batch says that this one is at work. */
  #sayBusy(): void {
    this.#loads += 1;
    if (this.#loads % loadsPerLook !== 0) return;
    const { monotonicUsec } = this.options.clock.now();
    if (monotonicUsec < Math.max(this.now.monotonicUsec, this.#saidBusyUsec) + busyUsec) return;
    this.#saidBusyUsec = monotonicUsec;
    this.options.keeper.send({ acknowledge: this.acknowledged, commands: [] });
  }

  #load(name: string): Unit {
    this.#sayBusy();
    this.#removeDeparted(name);
    const reading = this.#source.load(name, this.#earlier?.get(name));
    const config = this.#withOwnName(reading.config);
    const present = this.units.get(config.name);
    const unit = present ?? this.#add(config, reading);
    this.#name(unit, name);
    for (const alias of config.names) if (alias !== name) this.#name(unit, alias);
    if (present === undefined) this.#orderTargets(unit);
    return unit;
  }

  #name(unit: Unit, name: string): void {
    this.units.name(unit, name);
    if (name !== unit.name) this.graph.merge(name, unit.name);
  }

  #add(config: UnitConfig, reading: Reading): Unit {
    const declared = this.#declare(config);
    const unit = new Unit(config, unitTypes[config.type], {
      reading,
      declared,
      perpetual: perpetualState(config),
      modified: this.#modified(reading),
      graph: this.graph,
    });
    if (unit.perpetual) {
      // It has been there since the very first manager began.
      const { startedAt: at } = this.options.keeper.inventory;
      unit.stamps = { stateChange: at, inactiveExit: at, activeEnter: at };
    }
    this.units.name(unit, unit.name);
    this.#mentioned.delete(unit.name);
    if (unit.type.can.followClock === true) watchClock(this);
    for (const { key, unit: other } of declared) {
      const known = this.names.get(other);
      if (known === undefined) this.#mentioned.add(other);
      this.graph.add(unit.name, key, known?.name ?? other);
    }
    if (config.type === 'mount' && config.load.state === 'loaded') this.#orderNeeders(unit);
    // What it declares counts for others, so the next manager has to load it again.
    if (config.load.state === 'loaded' && !unit.perpetual) this.untold.add(unit);
    if (unit.perpetual) this.#busy.add(unit);
    else this.toCollect.add(unit);
    this.resources.loaded(unit);
    this.#tellDiagnostics(unit);
    this.busNames.add(unit);
    return unit;
  }

  /** Says what is wrong in the unit's files; what is right but not carried out is told by `verify`. */
  #tellDiagnostics(unit: Unit): void {
    for (const { severity, path, line, message } of unit.config.diagnostics) {
      if (severity !== 'notice') log(this, severity === 'error' ? 3 : 4, `${path}${line > 0 ? `:${line}` : ''}: ${message}`, unit);
    }
  }

  #declare(config: UnitConfig): readonly Dependency[] {
    if (config.load.state === 'bad-setting') return [...config.dependencies, ...triggerDependencies(config)];
    if (config.load.state !== 'loaded') return config.dependencies;
    const implicit = implicitDependencies(config, this.#implicit);
    const defaults = config.perpetual === true ? [] : defaultDependencies(config, this.options);
    return [...config.dependencies, ...implicit, ...defaults];
  }

  /** Targets come after what they pull in; that depends on both sides, so it is settled when the second of them is loaded. */
  #orderTargets(unit: Unit): void {
    const relevant = carriers['default-target'] | carriers['default-target-inverse'];
    if (!this.graph.mayHave(unit.name, relevant)) return;
    const found: [Unit, Unit][] = [];
    this.graph.forEach(unit.name, (name, kinds) => {
      const other = (kinds & relevant) === 0 ? undefined : this.names.get(name);
      if (other === undefined) return;
      if ((kinds & carriers['default-target']) !== 0) found.push([other, unit]);
      if ((kinds & carriers['default-target-inverse']) !== 0) found.push([unit, other]);
    });
    for (const [target, follower] of found) {
      if (targetFollows(target.config, follower.config, this.graph.has(target.name, 'before', follower.name))) {
        this.graph.add(target.name, 'After', follower.name);
      }
    }
  }

  /** Two services cannot have one name on the bus: the second is refused, as systemd does. */
  #withOwnName(config: UnitConfig): UnitConfig {
    const holder = config.load.state === 'loaded' ? this.busNames.holder(config.service?.BusName ?? '') : undefined;
    if (holder === undefined || holder.name === config.name) return config;
    return { ...config, load: { state: 'error', reason: `${holder.name} has the same BusName=${config.service?.BusName ?? ''}` } };
  }

  /** The unit uses a path below the mount point, if anything is to be mounted there, now or later. */
  #mount(name: string, needer: { readonly unit: string; readonly key: 'Requires' | 'Wants' }): 'file' | 'known' | 'none' {
    if (this.#source.hasFile(name)) return 'file';
    if (isPerpetual(name, this.options.scope) || this.#source.knows(name)) return 'known';
    this.#mountNeeds.note(name, needer);
    return 'none';
  }

  /** A mount that was not there when those who need it were loaded comes before them all the same. */
  #orderNeeders(mount: Unit): void {
    for (const { unit, key } of this.#mountNeeds.of(mount.name)) {
      if (unit === mount.name) continue;
      this.graph.add(unit, 'After', mount.name);
      if (mount.config.fragment !== undefined) this.graph.add(unit, key, mount.name);
    }
  }
}

/** Where /sys can only be read, as in most containers, no device units are to be had (systemd.device(5)). */
function isWritableSys(files: ManagerOptions['files']): boolean {
  const mountinfo = files.read('/proc/self/mountinfo');
  return mountinfo !== undefined && !isReadOnlyMount(new TextDecoder().decode(mountinfo), '/sys');
}

/** Whose deadline it is, by name. */
function ownerName(owner: Unit | Job | World): string {
  if (owner instanceof World) return '';
  return owner instanceof Unit ? owner.name : owner.unit;
}
