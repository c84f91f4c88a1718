import type { Marker } from '../unit/markers.ts';
import type { JobResult } from './job.ts';

/** A unit as it is now, for lists and `status`. */
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
  /** The same of asserts. */
  readonly unmetAsserts?: readonly string[];
  readonly assertUsec?: number;
  /** CLOCK_REALTIME microseconds of the last change of state; 0 for never. */
  readonly sinceUsec: number;
  /** The unit that it is but another name of, as of a device. */
  readonly following?: string;
  readonly group?: string;
  /** CLOCK_REALTIME microseconds when a timer elapses next and when it did last; 0 for no time that is known, null for never. */
  readonly timer?: { readonly nextUsec: number | null; readonly lastUsec: number };
}

/** What is counted of a unit; absent where nobody counts it. */
export interface UnitCounters {
  /** How often Restart= started it again. */
  readonly restarts?: number;
  /** Connections that were taken for instances of its service. */
  readonly accepted?: number;
  readonly cpuNsec?: number;
  readonly memoryBytes?: number;
  readonly tasks?: number;
}

/** How a job ended. */
export interface JobEnd {
  readonly result: JobResult;
  /** The unit's Result= at that moment, for a restart soon resets it; only of a job that failed, and of units that have one. */
  readonly unitResult?: string;
}

/** Of what tells more of a job, how it ended. */
export function jobEndOf({ result, unitResult }: JobEnd): JobEnd {
  return { result, ...(unitResult === undefined ? {} : { unitResult }) };
}

/** A job that was asked for, and how it ended if it has. */
export type JobOutcome = { readonly job: number } & Partial<JobEnd>;

/** A job that is queued or running. */
export interface JobInfo {
  readonly id: number;
  readonly unit: string;
  readonly type: string;
  readonly state: 'waiting' | 'running';
  /** Numbers of the jobs that it waits for, and of those that wait for it; only where they were asked for. */
  readonly waitsFor?: readonly number[];
  readonly blocks?: readonly number[];
  /** What else it waits for, for people: "room in x.slice (ConcurrencySoftMax=2)". */
  readonly heldBy?: string;
}

/** An op of a plan; the setting that asks for it, and the PATH:LINE that set it last, where there is one. */
export interface PlannedOp {
  readonly op: string;
  readonly text: string;
  readonly setting?: string;
  readonly at?: string;
}

/** What one Exec*= command of a unit would do, op by op. */
export interface PlannedCommand {
  readonly list: string;
  readonly ops: readonly PlannedOp[];
  /** Settings of the unit that are not carried out, each with the reason. */
  readonly notApplied: readonly string[];
}

/** A change, as subscribers hear it. */
export type Change =
  | { readonly change: 'unit'; readonly unit: string; readonly active: string; readonly sub: string }
  /** `anchor` is the job that was asked for, for which this one was queued. */
  | { readonly change: 'job-new'; readonly job: number; readonly anchor: number; readonly unit: string; readonly type: string }
  | ({ readonly change: 'job-removed'; readonly job: number; readonly unit: string } & JobEnd)
  | { readonly change: 'reloading'; readonly active: boolean }
  | { readonly change: 'startup-finished' };

/** A unit that somebody has marked as in need of something (systemctl(1), --marked). */
export interface MarkedUnit {
  readonly unit: string;
  readonly markers: readonly Marker[];
}
