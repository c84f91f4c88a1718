import type { ServiceState } from './state.ts';
import { type Live, limits, type Turn, withDeadline } from './turn.ts';

/** The service said by itself that it reloads (sd_notify(3), RELOADING=1): its READY=1 is waited for. */
export function enterReloadByNotify(turn: Turn, live: Live): ServiceState {
  turn.effects.push({ effect: 'propagate-reload' });
  return waitForReady(turn, live, turn.context.now);
}

/** The service reloads: its READY=1 is waited for. */
export function waitForReady(turn: Turn, live: Live, beganUsec: number): ServiceState {
  return { sub: 'reload-notify', main: live.main, beganUsec, memory: withDeadline(turn, live.memory, 'timeout', limits.start(turn)) };
}

/** The service said that it is about to end (STOPPING=1), which is as if it had been sent a signal. */
export function enterStopByNotify(turn: Turn, live: Live): ServiceState {
  if (live.main === null) turn.effects.push({ effect: 'watch-group' });
  return {
    sub: 'stop-sigterm',
    main: live.main,
    control: null,
    memory: withDeadline(turn, live.memory, 'timeout', limits.stop(turn)),
  };
}
