import type { ActiveState } from '../../graph/active-state.ts';

/** The state of a timer unit (systemd.timer(5)), a union by `sub`. Clocks in microseconds; 0 is never. */
export type TimerState = { readonly memory: TimerMemory } & TimerBody;

export type TimerBody =
  | { readonly sub: 'dead' | 'failed' | 'running' | 'elapsed' }
  /** When it elapses next, by CLOCK_MONOTONIC and by CLOCK_REALTIME; 0 where nothing counts by that clock. */
  | { readonly sub: 'waiting'; readonly monotonicUsec: number; readonly realtimeUsec: number };

export type TimerSub = TimerState['sub'];

export type TimerResult = 'success' | 'resources' | 'start-limit-hit';

/** What a timer knows besides its stage. */
export interface TimerMemory {
  readonly result: TimerResult;
  readonly startLimitHit: boolean;
  /** When it was started. */
  readonly activated: Moment;
  /** When it elapsed last; by the stamp file of Persistent= only CLOCK_REALTIME is known. */
  readonly lastTrigger: Moment;
  /** When each On*= line elapses next, in the order of the settings. */
  readonly elapses: readonly number[];
  /** The lines that elapse once and have done so, as `OnActiveSec=1000000`. */
  readonly spent: readonly string[];
  /** In [0, 1): how much of RandomizedDelaySec= is waited this time. */
  readonly random: number;
  /** The alarm clocks of WakeSystem=. */
  readonly wake?: readonly Alarm[];
}

/** The clocks by which a timer elapses. */
export type TimerClock = 'monotonic' | 'realtime';

/** An alarm clock of the kernel that wakes the machine, held by the keeper. */
export interface Alarm {
  readonly clock: TimerClock;
  readonly usec: number;
  /** The child that makes it, or made it. */
  readonly child: number;
  /** The name under which the keeper holds it. */
  readonly held: string;
  readonly made: boolean;
}

export interface Moment {
  readonly monotonicUsec: number;
  readonly realtimeUsec: number;
}

/** No moment at all. */
export const never: Moment = { monotonicUsec: 0, realtimeUsec: 0 };

/** A timer that was never started. */
export const initialTimerState: TimerState = {
  sub: 'dead',
  memory: { result: 'success', startLimitHit: false, activated: never, lastTrigger: never, elapses: [], spent: [], random: 0 },
};

/** sub → ActiveState=. */
export const timerActiveStates: Readonly<Record<TimerSub, ActiveState>> = {
  dead: 'inactive',
  failed: 'failed',
  waiting: 'active',
  running: 'active',
  elapsed: 'active',
};
