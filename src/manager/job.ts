import type { JobType } from '../graph/job.ts';
import type { QueueEntry } from '../graph/run-queue.ts';
import type { Reason } from '../graph/transaction.ts';
import type { UnitTypeName } from '../unit/config.ts';
import type { TriggerDetails } from '../type/type.ts';
import type { Unit } from './unit.ts';

/** A queued or running job. */
export class Job implements QueueEntry {
  readonly id: number;
  readonly owner: Unit;
  type: JobType;
  state: 'waiting' | 'running' = 'waiting';
  ignoreOrder: boolean;
  irreversible: boolean;
  readonly reason: Reason;
  /** Who asked, for people. */
  readonly cause: string;
  /** CLOCK_MONOTONIC microseconds when it was queued, and when it began to run. */
  readonly queuedUsec: number;
  runningUsec = 0;
  /** What the unit that triggered it says; of two the older stays. */
  details: TriggerDetails | undefined;
  /** It came of what units did; no client asked for it, and the boot did not. */
  automatic: boolean;
  /** It waits for nobody, since those that it would wait for wait for it. */
  released = false;
  /** What the clients that asked for it said of themselves: they may ask again for its result. */
  askers: readonly string[] = [];
  /** The keeper has a blob for this job. */
  stored = false;

  constructor(
    owner: Unit,
    given: {
      readonly id: number;
      readonly type: JobType;
      readonly ignoreOrder: boolean;
      readonly irreversible: boolean;
      readonly reason: Reason;
      readonly cause: string;
      readonly queuedUsec: number;
      readonly automatic: boolean;
    },
  ) {
    this.owner = owner;
    this.id = given.id;
    this.type = given.type;
    this.ignoreOrder = given.ignoreOrder;
    this.irreversible = given.irreversible;
    this.reason = given.reason;
    this.cause = given.cause;
    this.queuedUsec = given.queuedUsec;
    this.automatic = given.automatic;
  }

  get unit(): string {
    return this.owner.name;
  }

  get unitType(): UnitTypeName {
    return this.owner.config.type;
  }

  get nice(): number {
    return this.owner.config.exec?.Nice ?? 0;
  }
}
