import { unreachable } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';
import { kindsIn } from '../graph/dependency.ts';
import type { RequestType } from '../graph/job.ts';
import { plan as planTransaction } from '../graph/transaction.ts';
import type { Reason, TransactionError } from '../graph/transaction.ts';
import type { EndAction } from '../port/keeper.ts';
import { parseUnitName } from '../unit/name.ts';
import type { JobMode } from '../unit/values/types.ts';
import { endManager, shutdownTarget, startShutdown } from './emergency.ts';
import { changeEnvironment } from './environment.ts';
import type { Job, JobResult } from './job.ts';
import { finishJob, queueJob } from './jobs.ts';
import { send, turn } from './loop.ts';
import type { ManagerOptions } from './options.ts';
import { managerProperties, unitProperties } from './properties.ts';
import { planCommands } from './plan-text.ts';
import type { PlannedCommand } from './plan-text.ts';
import { log } from './records.ts';
import { recover } from './recover.ts';
import { snapshot } from './state-blob.ts';
import { deliver } from './step.ts';
import type { Transition, Unit } from './unit.ts';
import { World } from './world.ts';
import type { WorldChange } from './world.ts';

/** What can be asked of a unit; some of these depend on what the unit can do. */
export type RequestedJob =
  | 'start'
  | 'stop'
  | 'restart'
  | 'try-restart'
  | 'reload'
  | 'reload-or-restart'
  | 'try-reload-or-restart'
  | 'verify-active'
  | 'nop';

/** Why a request was not queued. */
export interface RequestFailure {
  readonly code:
    | 'no-such-unit'
    | 'masked'
    | 'load-failed'
    | 'bad-name'
    | 'not-applicable'
    | 'refused'
    | 'no-isolate'
    | 'destructive'
    | 'cyclic'
    | 'conflicting'
    | 'invalid'
    | 'shutting-down';
  readonly message: string;
}

/** A change, as subscribers hear it. */
export type Change =
  | { readonly change: 'unit'; readonly unit: string; readonly active: string; readonly sub: string }
  | { readonly change: 'job-new'; readonly job: number; readonly unit: string; readonly type: string }
  | { readonly change: 'job-removed'; readonly job: number; readonly unit: string; readonly result: JobResult }
  | { readonly change: 'reloading'; readonly active: boolean }
  | { readonly change: 'startup-finished' };

/** A unit, for lists and `status`. */
export interface UnitInfo {
  readonly name: string;
  readonly names: readonly string[];
  readonly description: string;
  readonly load: string;
  readonly loadReason?: string;
  readonly active: string;
  readonly sub: string;
  readonly result: string;
  readonly fragment: string;
  readonly dropIns: readonly string[];
  readonly job?: { readonly id: number; readonly type: string };
  readonly mainPid?: number;
  readonly controlPid?: number;
  readonly statusText?: string;
  /** The conditions that the last start found not to hold, as `ConditionPathExists=/nope`. */
  readonly unmetConditions?: readonly string[];
  /** CLOCK_REALTIME microseconds when they were found not to hold. */
  readonly conditionUsec?: number;
  readonly sinceUsec: number;
  readonly group?: string;
}

/** Starts a manager on a keeper: for the first time, or in the place of one that is gone. */
export function startManager(options: ManagerOptions): Manager {
  return new Manager(options);
}

/** The manager: what others may ask of the world, and the one who takes turns. It satisfies ManagerApi of src/api/manager.ts. */
export class Manager {
  #options: ManagerOptions;
  readonly #listeners = new Set<(change: Change) => void>();
  #world: World;
  #turnIsDue = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#world = this.#newWorld();
    recover(this.#world, options.keeper.inventory);
    this.#queueDefault();
    options.keeper.receive((event) => {
      this.#world.inbox.push(event);
      this.#wake();
    });
    this.#wake();
  }

  get info() {
    const { version, scope, unitPath, runtimeDirectory, stateDirectory, keeper } = this.#options;
    const { tracking, cgroupRoot } = keeper.inventory;
    return { version, scope, unitPath, runtimeDirectory, stateDirectory, tracking, cgroupRoot };
  }

  request(
    job: RequestedJob,
    unit: string,
    mode: JobMode,
    cause: string,
  ): Result<{ readonly job: number; readonly unit: string }, RequestFailure> {
    const world = this.#fresh();
    const prepared = this.#prepare(job, unit, mode);
    if (!prepared.ok) return prepared;
    const queued = queueJob(world, prepared.value.type, prepared.value.unit.name, mode, cause);
    if (!queued.ok) return err(failureOf(queued.error));
    this.#wake();
    return ok({ job: queued.value.id, unit: queued.value.unit });
  }

  preview(
    job: RequestedJob,
    unit: string,
    mode: JobMode,
  ): Result<readonly { readonly unit: string; readonly type: string; readonly reason: string }[], RequestFailure> {
    const prepared = this.#prepare(job, unit, mode);
    if (!prepared.ok) return prepared;
    const planned = planTransaction(prepared.value.type, prepared.value.unit.name, mode, this.#world);
    this.#wake();
    if (!planned.ok) return err(failureOf(planned.error));
    return ok(
      planned.value.jobs.map(({ unit: name, type, reason }) => ({ unit: name, type, reason: reasonText(this.#world, name, reason) })),
    );
  }

  jobs(): readonly { readonly id: number; readonly unit: string; readonly type: string; readonly state: 'waiting' | 'running' }[] {
    return [...this.#world.jobs.values()].map(({ id, unit, type, state }) => ({ id, unit, type, state }));
  }

  cancel(id: number): boolean {
    const job = this.#world.jobs.get(id);
    if (job === undefined) return false;
    finishJob(this.#fresh(), job, 'canceled', { recursive: true });
    this.#wake();
    return true;
  }

  unit(name: string): UnitInfo | undefined {
    const unit = this.#find(name);
    if (unit === undefined) return undefined;
    const statusText = unit.type.properties(unit.state, unit.config, this.#options.config.defaults)['StatusText'];
    const info = this.#describe(unit);
    return statusText === undefined || statusText === '' ? info : { ...info, statusText };
  }

  units(): readonly UnitInfo[] {
    return [...this.#world.units.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((unit) => this.#describe(unit));
  }

  properties(name: string): Readonly<Record<string, string>> | undefined {
    const unit = this.#find(name);
    return unit === undefined ? undefined : unitProperties(this.#world, unit);
  }

  managerProperties(): Readonly<Record<string, string>> {
    return managerProperties(this.#world);
  }

  plan(name: string): Result<readonly PlannedCommand[], RequestFailure> {
    const unit = this.#find(name);
    if (unit === undefined) return err(badName(name));
    if (unit.load.state !== 'loaded') return err(loadFailure(unit));
    return ok(planCommands(this.#world, unit));
  }

  dependencies(name: string): readonly { readonly key: string; readonly unit: string }[] {
    const unit = this.#find(name);
    const found: { readonly key: string; readonly unit: string }[] = [];
    if (unit === undefined) return found;
    this.#world.graph.forEach(unit.name, (other, kinds) => {
      for (const key of kindsIn(kinds)) found.push({ key, unit: other });
    });
    return found;
  }

  kill(name: string, whom: 'all' | 'main' | 'control', signal: number): Result<undefined, RequestFailure> {
    const world = this.#fresh();
    const unit = world.peek(name);
    if (unit === undefined) {
      return err(parseUnitName(name).ok ? { code: 'no-such-unit', message: `Unit ${name} not loaded.` } : badName(name));
    }
    const pid = whom === 'all' ? undefined : unit.type.pids(unit.state)[whom];
    if (whom !== 'all' && pid === undefined) return err({ code: 'invalid', message: `No ${whom} process to kill` });
    if (pid !== undefined) world.command({ do: 'signal-pid', group: unit.name, pid, signal });
    else if (unit.groupMark !== '') world.command({ do: 'signal-group', group: unit.name, signal, except: [] });
    this.#wake();
    return ok(undefined);
  }

  resetFailed(name?: string): Result<undefined, RequestFailure> {
    const world = this.#fresh();
    const unit = name === undefined ? undefined : world.peek(name);
    if (name !== undefined && unit === undefined) {
      if (!parseUnitName(name).ok) return err(badName(name));
      return err({ code: 'no-such-unit', message: `Unit ${name} not loaded.` });
    }
    for (const each of unit === undefined ? [...world.units.values()] : [unit]) resetFailed(world, each);
    this.#wake();
    return ok(undefined);
  }

  reload(): void {
    const old = this.#fresh();
    this.#announce({ change: 'reloading', active: true });
    log(old, 6, 'Reloading.', undefined);
    send(old);
    const blobs = snapshot(old);
    old.timers.close();
    for (const unit of old.units.values()) unit.unwatchPidFile?.();
    const { config, readConfig } = this.#options;
    this.#options = { ...this.#options, config: readConfig?.() ?? config };
    const world = this.#newWorld();
    takeOver(world, old);
    recover(world, { blobs, descriptors: [], groups: [] });
    this.#world = world;
    this.#announce({ change: 'reloading', active: false });
    this.#wake();
  }

  exit(action: Exclude<EndAction, 'reexec'>, force: boolean, status?: number): void {
    const world = this.#fresh();
    if (status !== undefined) {
      world.exitStatus = status;
      world.dirtyManager = true;
    }
    if (force) endManager(world, action);
    else startShutdown(world, shutdownTarget(this.#options.scope === 'user' ? 'exit' : action), `${action} was asked for`);
    this.#wake();
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

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The latest changes of state of a unit and their causes, oldest first. */
  history(name: string): readonly Transition[] {
    return this.#world.peek(name)?.history ?? [];
  }

  #newWorld(): World {
    const world = new World(this.#options, () => this.#wake());
    world.listen((change) => {
      if (this.#listeners.size > 0) this.#announce(changeOf(change));
    });
    return world;
  }

  /** The world, at the present time: for what comes from outside of a turn. */
  #fresh(): World {
    this.#world.now = this.#options.clock.now();
    return this.#world;
  }

  #wake(): void {
    if (this.#turnIsDue) return;
    this.#turnIsDue = true;
    this.#options.clock.soon(() => {
      this.#turnIsDue = false;
      turn(this.#world);
      if (!this.#world.reloadWanted) return;
      this.#world.reloadWanted = false;
      this.reload();
    });
  }

  /** At the very first start nothing is there yet: begin with the default unit. */
  #queueDefault(): void {
    const world = this.#world;
    if (world.started) return;
    world.started = true;
    world.dirtyManager = true;
    // A fresh network namespace has its loopback down, and nobody but its init to bring it up.
    if (this.#options.init) world.command({ do: 'run', child: world.nextChild(), group: '', plan: [{ op: 'loopback' }] });
    const unit = this.#options.config.defaultUnit;
    const refusals: string[] = [];
    for (const [target, mode] of [
      [unit, 'isolate'],
      [unit, 'replace'],
      ['rescue.target', 'replace'],
    ] as const) {
      if (mode === 'isolate' && !world.unit(target).config.unit.AllowIsolate) continue;
      const queued = queueJob(world, 'start', target, mode, 'boot');
      if (queued.ok) return;
      refusals.push(queued.error.message);
      log(world, 3, `Cannot start ${target}: ${queued.error.message}`, undefined);
    }
    log(world, 0, `There is nothing to start: ${refusals.join(' ')}`, undefined);
  }

  #prepare(job: RequestedJob, name: string, mode: JobMode): Result<{ readonly unit: Unit; readonly type: RequestType }, RequestFailure> {
    const parsed = parseUnitName(name);
    if (parsed.ok && parsed.value.isTemplate) return err({ code: 'invalid', message: `Unit name ${name} is missing the instance name.` });
    const unit = this.#find(name);
    if (unit === undefined) return err(badName(name));
    const type = requestType(job, unit);
    const { RefuseManualStart, RefuseManualStop, AllowIsolate } = unit.config.unit;
    if (mode === 'isolate' && type !== 'start') return err({ code: 'invalid', message: 'Job mode isolate is only for start.' });
    if (this.#world.ended) return err({ code: 'shutting-down', message: 'The manager is ending.' });
    const starts = type === 'start' || type === 'restart' || type === 'try-restart' || type === 'reload-or-start';
    const stops = type === 'stop' || type === 'restart' || type === 'try-restart';
    const isUseless = unit.load.state !== 'loaded' && unit.load.state !== 'masked';
    if (type === 'stop' && isUseless && unit.look.active === 'inactive' && unit.job === undefined) {
      return err({ code: 'no-such-unit', message: `Unit ${name} not loaded.` });
    }
    if (type !== 'stop' && unit.load.state !== 'loaded') return err(loadFailure(unit));
    if ((starts && RefuseManualStart) || (stops && RefuseManualStop)) {
      const message = `Operation refused, unit ${unit.name} may be requested by dependency only (it is configured to refuse manual start/stop).`;
      return err({ code: 'refused', message });
    }
    if (mode === 'isolate' && !AllowIsolate) return err({ code: 'no-isolate', message: 'Operation refused, unit may not be isolated.' });
    return ok({ unit, type });
  }

  /** The unit, loaded if need be; it is let go of again in the turn that follows. */
  #find(name: string): Unit | undefined {
    if (!parseUnitName(name).ok) return undefined;
    const unit = this.#world.unit(name);
    this.#world.toCollect.add(unit);
    this.#wake();
    return unit;
  }

  #describe(unit: Unit): UnitInfo {
    const { config, look, job, load } = unit;
    const { main, control } = unit.type.pids(unit.state);
    return {
      name: unit.name,
      names: config.names,
      description: config.unit.Description === '' ? unit.name : config.unit.Description,
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
      ...conditionInfo(unit),
      sinceUsec: unit.stamps.stateChange?.realtimeUsec ?? 0,
      ...(unit.groupMark === '' ? {} : { group: unit.name }),
    };
  }

  #changeEnvironment(assignments: readonly string[], names: readonly string[]): void {
    const world = this.#fresh();
    world.setEnvironment = changeEnvironment(world.setEnvironment, assignments, names);
    world.dirtyManager = true;
    this.#wake();
  }

  #announce(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Moves what is not in blobs from the world before a reload to the one after it. */
function takeOver(world: World, old: World): void {
  world.inbox.push(...old.inbox);
  world.acknowledge = old.acknowledge;
  world.acknowledged = old.acknowledged;
  world.lastChild = old.lastChild;
  world.failedJobs = old.failedJobs;
  world.interrupts = old.interrupts;
  world.ended = old.ended;
}

function conditionInfo({ condition }: Unit): Pick<UnitInfo, 'unmetConditions' | 'conditionUsec'> {
  if (condition?.unmet === undefined) return {};
  return { unmetConditions: condition.unmet, conditionUsec: condition.at.realtimeUsec };
}

function resetFailed(world: World, unit: Unit): void {
  if (unit.startWindow !== undefined) {
    unit.startWindow = undefined;
    world.dirtyUnits.add(unit);
  }
  if (unit.look.active === 'failed') deliver(world, unit, { event: 'reset-failed' });
  world.toCollect.add(unit);
}

function requestType(job: RequestedJob, unit: Unit): RequestType {
  if (job === 'reload-or-restart') return unit.canReload ? 'reload-or-start' : 'restart';
  if (job === 'try-reload-or-restart') return unit.canReload ? 'try-reload' : 'try-restart';
  return job;
}

function changeOf(change: WorldChange): Change {
  switch (change.change) {
    case 'unit':
      return { change: 'unit', unit: change.unit.name, active: change.unit.look.active, sub: change.unit.look.sub };
    case 'job-new':
      return { change: 'job-new', ...jobOf(change.job), type: change.job.type };
    case 'job-removed':
      return { change: 'job-removed', ...jobOf(change.job), result: change.result };
    case 'startup-finished':
      return change;
    default:
      return unreachable(change);
  }
}

function jobOf({ id, unit }: Job): { readonly job: number; readonly unit: string } {
  return { job: id, unit };
}

function badName(name: string): RequestFailure {
  return { code: 'bad-name', message: `Unit name ${name} is not valid.` };
}

function loadFailure(unit: Unit): RequestFailure {
  const { load, name } = unit;
  if (load.state === 'not-found') return { code: 'no-such-unit', message: `Unit ${name} not found.` };
  if (load.state === 'masked') return { code: 'masked', message: `Unit ${name} is masked.` };
  return {
    code: 'load-failed',
    message: `Unit ${name} ${load.state === 'bad-setting' ? 'has a bad unit file setting' : 'failed to load properly'}: ${'reason' in load ? load.reason : load.state}`,
  };
}

const failureCodes: Readonly<Record<TransactionError['code'], RequestFailure['code']>> = {
  'not-found': 'no-such-unit',
  masked: 'masked',
  'bad-setting': 'load-failed',
  error: 'load-failed',
  'not-applicable': 'not-applicable',
  cyclic: 'cyclic',
  conflicting: 'conflicting',
  destructive: 'destructive',
};

function failureOf({ code, message }: TransactionError): RequestFailure {
  return { code: failureCodes[code], message };
}

/** Why a job is there, for people; with the line of the file that asks for it where there is one. */
function reasonText(world: World, unit: string, reason: Reason): string {
  switch (reason.because) {
    case 'requested':
      return 'requested';
    case 'isolate':
      return `not part of what isolating ${reason.of} keeps`;
    case 'triggering':
      return `triggers ${reason.of}`;
    case 'dependency':
      return `${reason.kind}= of ${reason.of}${whereDeclared(world, unit, reason)}`;
    default:
      return unreachable(reason);
  }
}

function whereDeclared(world: World, unit: string, reason: Extract<Reason, { readonly because: 'dependency' }>): string {
  const declared = world.peek(reason.of)?.declared.find((each) => each.key === reason.kind && world.peek(each.unit)?.name === unit);
  if (declared === undefined) return '';
  const { origin } = declared;
  if (origin.from === 'file') return ` (${origin.path}:${origin.line})`;
  return ` (${origin.from === 'link' ? origin.path : origin.from})`;
}
