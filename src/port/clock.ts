import type { Stamp } from './keeper.ts';

/** The door to time. */
export interface Clock {
  now(): Stamp;
  /** Calls `elapsed` once, at a CLOCK_MONOTONIC time in microseconds or as soon after as it can; returns what undoes it. */
  at(monotonicUsec: number, elapsed: () => void): () => void;
  /** Calls `turn` after everything that is waiting now. */
  soon(turn: () => void): void;
}
