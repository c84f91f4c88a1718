import type { TimestampForm } from '../base/timestamp.ts';
import type { Result } from '../base/result.ts';
import type { Kind } from '../graph/dependency.ts';
import type { HistoryEntry } from '../graph/history.ts';
import type { PendingUnit } from '../graph/pending.ts';
import type { Change, JobInfo, JobOutcome, MarkedUnit, PlannedCommand, UnitCounters, UnitInfo } from '../graph/report.ts';
import type { Preview } from '../graph/preview.ts';
import type { MountRequest, RequestedJob, RequestFailure, Ticket, TransientRequest } from '../graph/request.ts';
import type { WaitingJob } from '../graph/waiting.ts';
import type { Property } from '../unit/property.ts';
import type { UnitBytes } from '../unit/replaced.ts';
import type { LogLevel } from '../unit/values/syslog.ts';
import type { JobMode } from '../unit/values/types.ts';

export type { Change };

/** The manager, as the handlers of the API see it; manager/manager.ts satisfies it. */
export interface ManagerApi {
  readonly info: ManagerInfo;
  /** Queues a job. With mode `isolate` the job must be `start`. Under the name of an `asker` its result can be asked for later. */
  request(job: RequestedJob, unit: string, mode: JobMode, cause: string, asker?: string): Result<Ticket, RequestFailure>;
  /** Makes units of properties and queues the start of the first. */
  startTransient(request: TransientRequest, mode: JobMode, cause: string): Result<Ticket, RequestFailure>;
  /** A token under which descriptors may be sent to $NOTIFY_SOCKET, for one transient unit. */
  expectDescriptors(): string;
  forgetDescriptors(token: string): void;
  /** Keeps a unit loaded until `letGo`, whatever becomes of it; false where it is not loaded. */
  hold(unit: string): boolean;
  letGo(unit: string): void;
  /** Lets go of the processes of a scope: they are ended with it no more because of its time limit. */
  abandon(unit: string): Result<undefined, RequestFailure>;
  /** Sets properties that can change while a unit is there, now and by drop-ins; all or none. */
  setProperties(unit: string, properties: readonly Property[], options: { readonly runtime: boolean }): Result<undefined, RequestFailure>;
  /** The jobs that `request` would queue, without queueing them. */
  preview(job: RequestedJob, unit: string, mode: JobMode): Result<Preview, RequestFailure>;
  /** With `order`, each job says which others it waits for and which wait for it. */
  jobs(options?: { readonly order: boolean }): readonly JobInfo[];
  /** The jobs that are not done, and what keeps each. */
  waiting(): readonly WaitingJob[];
  cancel(job: number): boolean;
  /** What became of a request whose answer was lost, by the `asker` that it came with; undefined if it never came to be. */
  outcome(unit: string, asker: string): JobOutcome | undefined;
  /** What happened of late, oldest first; to one unit, where one is named. */
  history(unit?: string): readonly HistoryEntry[];
  /** Where it is declared that the unit `of` has this dependency on `unit`; undefined where no loaded unit declares it. */
  locateEdge(of: string, kind: Kind, unit: string): string | undefined;
  /** What is known of a unit; loads it if it is not loaded. Undefined only for names that are no unit names. */
  unit(name: string): UnitInfo | undefined;
  /** All loaded units, by their own names, sorted. */
  units(): readonly UnitInfo[];
  /** The loaded units that are marked, and with what. */
  marked(): readonly MarkedUnit[];
  /** What `reload` would change of the loaded units. */
  pending(): readonly PendingUnit[];
  /** Properties as `systemctl show` names and prints them; points in time in this form. */
  properties(name: string, form?: TimestampForm): Readonly<Record<string, string>> | undefined;
  /** What is counted of a loaded unit that has or had processes; undefined for others. */
  counters(name: string): UnitCounters | undefined;
  /** The properties of the manager itself. */
  managerProperties(form?: TimestampForm): Readonly<Record<string, string>>;
  /** What each Exec*= command of the unit would do, op by op; with a file, if that were the unit's main file. */
  plan(name: string, file?: UnitBytes): Result<readonly PlannedCommand[], RequestFailure>;
  /** What of the unit's files this machine does not carry out, or in another way, a sentence for each setting. */
  notApplied(name: string): Result<readonly string[], RequestFailure>;
  dependencies(name: string): readonly { readonly key: string; readonly unit: string }[];
  kill(unit: string, whom: 'all' | 'main' | 'control', signal: number): Result<undefined, RequestFailure>;
  /** Has what the unit keeps on disk removed, by the words of --what=; calls back to nobody, its state says when that is over. */
  clean(unit: string, what: readonly string[]): Result<undefined, RequestFailure>;
  /** Freezes the processes of the unit, or lets them go on; the property FreezerState says when they are frozen. */
  freeze(unit: string, frozen: boolean): Result<undefined, RequestFailure>;
  /** Mounts something where the main process of a service sees it, if it has mounts of its own. */
  mount(request: MountRequest): Promise<Result<undefined, RequestFailure>>;
  /** Clears `failed`, the start limit and the restart counter; of all units without a name. */
  resetFailed(unit?: string): Result<undefined, RequestFailure>;
  /** Counts a client's wish for a reload, and whether it is within ReloadLimitBurst=; then the start limits of all units begin anew. */
  grantReload(): boolean;
  /**
   * While generators run, the units that they make are gone or half made: then a promise that these units (all, without names) are there as far as they
   * will be, if one of them may be such a unit.
   */
  made(units: readonly string[] | undefined): Promise<void> | undefined;
  /** Runs the generators, then reads all unit files afresh; calls back when that is done. */
  reload(done?: () => void): void;
  /** Stops everything by way of this target, then ends. */
  exit(action: 'exit' | 'reboot' | 'poweroff' | 'halt' | 'kexec', force: boolean, status?: number): void;
  environment(): readonly string[];
  setEnvironment(assignments: readonly string[]): void;
  unsetEnvironment(names: readonly string[]): void;
  /** The least important messages of the manager itself that are logged from now on. */
  setLogLevel(level: LogLevel): void;
  /** Whether watchdogs of services are acted on. */
  setServiceWatchdogs(enforced: boolean): void;
  /** Calls back when the keeper has all that was decided: from then on no death of the manager can undo it. */
  whenTold(then: () => void): void;
  /** Calls back at each change; returns what undoes it. */
  subscribe(listener: (change: Change) => void): () => void;
}

/** How this manager was started. */
export interface ManagerInfo {
  readonly version: string;
  readonly scope: 'system' | 'user';
  readonly unitPath: readonly string[];
  readonly runtimeDirectory: string;
  /** Where descriptors are sent to. */
  readonly notifySocket: string;
  readonly stateDirectory: string;
  /** Whose journal has what services say: ours, or the one of the machine. */
  readonly journal: 'own' | 'system';
  readonly tracking: string;
  readonly cgroupRoot: string;
  /** The root of our cgroups in the hierarchy of each controller of cgroup v1. */
  readonly controllers: Readonly<Record<string, string>>;
}
