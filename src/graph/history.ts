import type { Reason } from './transaction.ts';

/** What all entries of the record have in common: when it was, by both clocks in microseconds, and which unit it is about; '' for the manager. */
interface Entry {
  readonly usec: number;
  readonly monotonicUsec: number;
  readonly unit: string;
}

/** A unit changed its state. States are written as `active (running)`. */
export interface StateEntry extends Entry {
  readonly what: 'state';
  readonly from: string;
  readonly to: string;
  /** Result= where it is not success. */
  readonly result?: string;
  /** What brought it about, for people. */
  readonly cause: string;
  /** The unit's job at that moment. */
  readonly job?: number;
  /** The run that the change belongs to. */
  readonly invocation?: string;
  /** Where a run ended: how its last process that counts did, and what all of them used. */
  readonly used?: RunUsage;
}

/** What the processes of a run used, as far as it is known. */
export interface RunUsage {
  /** Processor time in microseconds. */
  readonly cpuUsec: number;
  /** What the largest process had in memory at most, in KiB. */
  readonly largestKib: number;
  /** What all of them together had at most, in bytes; absent where nobody counted. */
  readonly peakBytes?: number;
  /** The end of the main process: a status, or a signal. */
  readonly exit?: { readonly how: 'exited' | 'killed' | 'dumped'; readonly status: number };
}

/** A job was queued. */
export interface JobEntry extends Entry {
  readonly what: 'job';
  readonly job: number;
  readonly type: string;
  /** Who asked, for people. */
  readonly cause: string;
  /** The job that was asked for, for which this one was queued. */
  readonly anchor: number;
  /** The unit whose state brought it about, where it was none of those who ask. */
  readonly by?: string;
  /** Why it is part of what was asked for; absent where it is that itself. */
  readonly reason?: Exclude<Reason, { readonly because: 'requested' }>;
}

/** A job ended in another way than by being done, or did nothing. */
export interface EndEntry extends Entry {
  readonly what: 'end';
  readonly job: number;
  readonly type: string;
  readonly result: string;
  /** More than the result says, for people. */
  readonly cause?: string;
  /** The unit whose job it depended on, and which failed. */
  readonly by?: string;
}

/** A request came to no job, or the job of a unit was left out of what was asked for, as its order would be a circle. */
export interface RefusedEntry extends Entry {
  readonly what: 'refused';
  /** What was asked for, as `start`. */
  readonly type: string;
  /** Who asked, for people. */
  readonly cause: string;
  readonly message: string;
  /** More lines that belong to the message. */
  readonly details?: readonly string[];
  /** The unit whose state brought the request about, where it was none of those who ask. */
  readonly by?: string;
}

/** The cause of the entry of a manager that has nobody's place to take: with it begins another tysd, or the same machine anew. */
export const managerStarted = 'started';

/** The manager itself did something. */
export interface ManagerEntry extends Entry {
  readonly what: 'manager';
  readonly cause: string;
}

/** One thing that happened, as the record of the manager has it. */
export type HistoryEntry = StateEntry | JobEntry | EndEntry | RefusedEntry | ManagerEntry;

/** Whether a value that was read from outside is an entry, as far as its kind and what all entries have go. */
export function isHistoryEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== 'object' || value === null || !('what' in value) || !('unit' in value)) return false;
  const hasTimes = 'usec' in value && typeof value.usec === 'number' && 'monotonicUsec' in value && typeof value.monotonicUsec === 'number';
  if (!hasTimes || typeof value.unit !== 'string') return false;
  const texts = needed[String(value.what)];
  const fields = Object.entries(value);
  return texts !== undefined && texts.every((name) => fields.some(([key, field]) => key === name && typeof field === typeOf(name)));
}

const needed: Readonly<Record<string, readonly string[]>> = {
  state: ['from', 'to', 'cause'],
  job: ['job', 'type', 'cause', 'anchor'],
  end: ['job', 'type', 'result'],
  refused: ['type', 'cause', 'message'],
  manager: ['cause'],
};

function typeOf(name: string): 'number' | 'string' {
  return name === 'job' || name === 'anchor' ? 'number' : 'string';
}
