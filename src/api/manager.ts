import type { Result } from '../base/result.ts';
import type { JobMode } from '../unit/values/types.ts';

/** The manager, as the handlers of the API see it; manager/manager.ts satisfies it. */
export interface ManagerApi {
  readonly info: ManagerInfo;
  /** Queues a job. With mode `isolate` the job must be `start`. */
  request(job: RequestedJob, unit: string, mode: JobMode, cause: string): Result<Ticket, RequestFailure>;
  /** The jobs that `request` would queue, without queueing them. */
  preview(job: RequestedJob, unit: string, mode: JobMode): Result<readonly PreviewedJob[], RequestFailure>;
  jobs(): readonly JobInfo[];
  cancel(job: number): boolean;
  /** What is known of a unit; loads it if it is not loaded. Undefined only for names that are no unit names. */
  unit(name: string): UnitInfo | undefined;
  /** All loaded units, by their own names, sorted. */
  units(): readonly UnitInfo[];
  /** Properties as `systemctl show` names and prints them. */
  properties(name: string): Readonly<Record<string, string>> | undefined;
  /** The properties of the manager itself. */
  managerProperties(): Readonly<Record<string, string>>;
  /** What each Exec*= command of the unit would do, op by op. */
  plan(name: string): Result<readonly PlannedCommand[], RequestFailure>;
  dependencies(name: string): readonly { readonly key: string; readonly unit: string }[];
  kill(unit: string, whom: 'all' | 'main' | 'control', signal: number): Result<undefined, RequestFailure>;
  /** Clears `failed`, the start limit and the restart counter; of all units without a name. */
  resetFailed(unit?: string): Result<undefined, RequestFailure>;
  /** Reads all unit files afresh. */
  reload(): void;
  /** Stops everything by way of this target, then ends. */
  exit(action: 'exit' | 'reboot' | 'poweroff' | 'halt' | 'kexec', force: boolean, status?: number): void;
  environment(): readonly string[];
  setEnvironment(assignments: readonly string[]): void;
  unsetEnvironment(names: readonly string[]): void;
  /** Calls back at each change; returns what undoes it. */
  subscribe(listener: (change: Change) => void): () => void;
}

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

/** Why a request was not queued, with systemctl's distinctions (semantics of its exit statuses). */
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

export interface Ticket {
  readonly job: number;
  readonly unit: string;
}

export type JobResult =
  | 'done'
  | 'canceled'
  | 'timeout'
  | 'failed'
  | 'dependency'
  | 'skipped'
  | 'invalid'
  | 'assert'
  | 'unsupported'
  | 'collected'
  | 'once';

export interface JobInfo {
  readonly id: number;
  readonly unit: string;
  readonly type: string;
  readonly state: 'waiting' | 'running';
}

export interface PreviewedJob {
  readonly unit: string;
  readonly type: string;
  /** Why the job is there, for people: "Wants= of a.target (a.target:4)". */
  readonly reason: string;
}

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
  /** CLOCK_REALTIME microseconds of the last change of state; 0 for never. */
  readonly sinceUsec: number;
  readonly group?: string;
}

export interface PlannedCommand {
  readonly list: string;
  readonly ops: readonly { readonly op: string; readonly text: string }[];
  /** Settings of the unit that are not carried out, each with the reason. */
  readonly notApplied: readonly string[];
}

export interface ManagerInfo {
  readonly version: string;
  readonly scope: 'system' | 'user';
  readonly unitPath: readonly string[];
  readonly runtimeDirectory: string;
  readonly stateDirectory: string;
  readonly tracking: string;
  readonly cgroupRoot: string;
}

export type Change =
  | { readonly change: 'unit'; readonly unit: string; readonly active: string; readonly sub: string }
  | { readonly change: 'job-new'; readonly job: number; readonly unit: string; readonly type: string }
  | { readonly change: 'job-removed'; readonly job: number; readonly unit: string; readonly result: JobResult }
  | { readonly change: 'reloading'; readonly active: boolean }
  | { readonly change: 'startup-finished' };
