/** What can be asked of a unit; some of these depend on what the unit can do (systemctl(1), "Unit Commands"). */
export const requestedJobs = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'reload-or-restart',
  'try-reload-or-restart',
  'verify-active',
  'nop',
] as const;

export type RequestedJob = (typeof requestedJobs)[number];

/** Ways in which a request is refused, with systemctl's distinctions. */
export const requestFailures = [
  'no-such-unit',
  'masked',
  'load-failed',
  'bad-name',
  'not-applicable',
  'refused',
  'no-isolate',
  'destructive',
  'cyclic',
  'conflicting',
  'invalid',
  'shutting-down',
] as const;

/** Why a request was not queued; `message` is a sentence for people. */
export interface RequestFailure {
  readonly code: (typeof requestFailures)[number];
  readonly message: string;
}

/** A job that was queued, and the unit's own name. */
export interface Ticket {
  readonly job: number;
  readonly unit: string;
}

/** A job that a request would queue. */
export interface PreviewedJob {
  readonly unit: string;
  readonly type: string;
  /** Why the job is there, for people: "Wants= of a.target (a.target:4)". */
  readonly reason: string;
}
