import type { Kind } from './dependency.ts';

/** A dependency, seen from the unit `of`, and where it is declared: PATH:LINE, the path of a link, `implicit` or `default`. */
export interface Edge {
  readonly of: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly at?: string;
}

/** What happens when something takes too long. */
export interface Deadline {
  /** CLOCK_REALTIME microseconds. */
  readonly usec: number;
  /** For people: "the start fails (TimeoutStartSec=)". */
  readonly outcome: string;
}

/** A job that is not done yet, and what keeps it. */
export interface WaitingJob {
  readonly job: number;
  readonly unit: string;
  /** The unit with its description. */
  readonly title: string;
  readonly type: string;
  readonly state: 'waiting' | 'running';
  /** Why it is there, for people. */
  readonly cause: string;
  /** CLOCK_REALTIME microseconds when it began to run, or was queued. */
  readonly sinceUsec: number;
  readonly deadline?: Deadline;
  /** What its unit does now, for people: "runs /bin/sleep (process 812)". */
  readonly now: string;
  /** The jobs that come before it, each with the order that says so. */
  readonly waitsFor: readonly { readonly job: number; readonly edge: Edge }[];
}
