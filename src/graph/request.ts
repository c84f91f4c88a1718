import type { Property } from '../unit/property.ts';

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
  'exists',
  'bad-property',
] as const;

/** Why a request was not queued; `message` is a sentence for people. */
export interface RequestFailure {
  readonly code: (typeof requestFailures)[number];
  readonly message: string;
}

/** A unit that is to be made at run time, as if a file held these properties. */
export interface TransientUnit {
  readonly unit: string;
  readonly properties: readonly Property[];
}

/** A unit to be made and started, with those that it needs beside it, as a timer needs its service. */
export interface TransientRequest extends TransientUnit {
  readonly auxiliary: readonly TransientUnit[];
  /** The processes that a scope begins with. */
  readonly pids: readonly number[];
  /** What `expectDescriptors` gave, for standard input, output and error of a service. */
  readonly descriptors?: string;
}

/** What is to be mounted where the main process of a service sees it. */
export interface MountRequest {
  readonly unit: string;
  /** A file or directory to bind, or an image of a file system. */
  readonly source: string;
  readonly target: string;
  /** Options of the image's file system; undefined where the source is bound. */
  readonly image: { readonly options: string } | undefined;
  readonly readOnly: boolean;
  /** Whether what is missing of the target is made. */
  readonly make: boolean;
}

/** A job that was queued, and the unit's own name. */
export interface Ticket {
  readonly job: number;
  readonly unit: string;
  /** The unit's files have changed since they were read. */
  readonly changedOnDisk?: true;
}
