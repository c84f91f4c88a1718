import { unreachable } from '../base/assert.ts';
import { isActive, isActiveOrActivating, isInactiveOrFailed } from './active-state.ts';
import type { ActiveState } from './active-state.ts';

/** The types of jobs that can be queued. */
export type JobType = 'start' | 'verify-active' | 'stop' | 'reload' | 'restart' | 'nop';

/** What can be asked for: some of these become another type, by the unit's state at that moment. */
export type RequestType = JobType | 'try-restart' | 'try-reload' | 'reload-or-start';

/** How a job can end (semantics 12.6). */
export const jobResults = [
  'done',
  'canceled',
  'timeout',
  'failed',
  'dependency',
  'skipped',
  'invalid',
  'assert',
  'unsupported',
  'collected',
  'once',
] as const;

export type JobResult = (typeof jobResults)[number];

/** The type of job that the request means for a unit in this state. */
export function collapse(request: RequestType, active: ActiveState): JobType {
  switch (request) {
    case 'try-restart':
      return isActiveOrActivating(active) ? 'restart' : 'nop';
    case 'try-reload':
      return isActive(active) ? 'reload' : 'nop';
    case 'reload-or-start':
      return isActive(active) ? 'reload' : 'start';
    default:
      return request;
  }
}

type Mergeable = Exclude<JobType, 'nop'>;

/** Two jobs of one unit become one of this type; undefined where they conflict. The table is symmetric. */
const merged: Readonly<Record<Mergeable, Readonly<Record<Mergeable, RequestType | undefined>>>> = {
  start: { start: 'start', 'verify-active': 'start', stop: undefined, reload: 'reload-or-start', restart: 'restart' },
  'verify-active': { start: 'start', 'verify-active': 'verify-active', stop: undefined, reload: 'reload', restart: 'restart' },
  stop: { start: undefined, 'verify-active': undefined, stop: 'stop', reload: undefined, restart: undefined },
  reload: { start: 'reload-or-start', 'verify-active': 'reload', stop: undefined, reload: 'reload', restart: 'restart' },
  restart: { start: 'restart', 'verify-active': 'restart', stop: undefined, reload: 'restart', restart: 'restart' },
};

/** What two jobs of one unit merge to before its state is looked at; undefined where they conflict. */
export function mergeTypes(a: JobType, b: JobType): RequestType | undefined {
  if (a === 'nop') return b;
  if (b === 'nop') return a;
  return merged[a][b];
}

/** The two jobs cannot both be carried out. */
export function areConflicting(a: JobType, b: JobType): boolean {
  return mergeTypes(a, b) === undefined;
}

/** `a` does all that `b` would. */
export function isSuperset(a: JobType, b: JobType): boolean {
  return mergeTypes(a, b) === a;
}

/** The job would change nothing for a unit in this state. */
export function isRedundant(type: JobType, active: ActiveState): boolean {
  switch (type) {
    case 'start':
    case 'verify-active':
      return isActive(active);
    case 'stop':
      return isInactiveOrFailed(active);
    case 'reload':
    case 'restart':
      return false;
    case 'nop':
      return true;
    default:
      return unreachable(type);
  }
}

/** Where unit `a` is ordered before unit `b` and both have a job: whose job goes first. A job that takes a unit down precedes both ways. */
export function goesFirst(a: JobType, b: JobType): 'a' | 'b' | 'either' {
  if (a === 'nop' || b === 'nop') return 'either';
  return b === 'stop' || b === 'restart' ? 'b' : 'a';
}
