import type { Clock } from './clock.ts';
import type { Stamp } from './keeper.ts';

/**
 * The machine's clock. JavaScript has no CLOCK_MONOTONIC, so its offset is taken from a stamp of the keeper's that has
 * only just come (`inventory.at`): times then agree with those of events to within the time that the stamp travelled.
 */
export function realClock(stamp: Stamp): Clock {
  const offsetUsec = stamp.monotonicUsec - performance.now() * 1000;
  const monotonicUsec = () => Math.floor(performance.now() * 1000 + offsetUsec);
  return {
    now: () => ({ monotonicUsec: monotonicUsec(), realtimeUsec: Date.now() * 1000 }),
    at: (deadlineUsec, elapsed) => arm(deadlineUsec, elapsed, monotonicUsec),
    soon: (turn) => void setImmediate(turn),
  };
}

/** Timers of JavaScript are not longer than this; a later deadline is armed in steps. */
const longestDelayMs = 0x7fff_ffff;

function arm(deadlineUsec: number, elapsed: () => void, monotonicUsec: () => number): () => void {
  const step = () => {
    const left = deadlineUsec - monotonicUsec();
    if (left <= 0) elapsed();
    else timer = setTimeout(step, Math.min(Math.ceil(left / 1000), longestDelayMs));
  };
  let timer = setTimeout(step, Math.min(Math.max(Math.ceil((deadlineUsec - monotonicUsec()) / 1000), 0), longestDelayMs));
  return () => clearTimeout(timer);
}
