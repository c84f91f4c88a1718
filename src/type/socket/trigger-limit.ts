import type { RateWindow, SocketMemory } from './state.ts';
import type { SocketTurn } from './turn.ts';

const defaultInterval = 2_000_000;
const defaultBurst = 20;
const defaultBurstOfAccept = 200;

/** Counts an activation; null where there were too many of them (TriggerLimitIntervalSec=, TriggerLimitBurst=). */
export function countTrigger({ socket, context }: SocketTurn, memory: SocketMemory): SocketMemory | null {
  const interval = socket.TriggerLimitIntervalSec ?? defaultInterval;
  const burst = socket.TriggerLimitBurst ?? (socket.Accept ? defaultBurstOfAccept : defaultBurst);
  const window = count(memory.window, { interval, burst, now: context.now });
  return window === null ? null : { ...memory, window };
}

/**
 * Counts that there is traffic (PollLimitIntervalSec=, PollLimitBurst=). Once there has been too much of it, nothing is heard until the
 * interval is over. As in systemd 252 there is no such limit unless one is set: the trigger limit comes first.
 */
export function countPoll({ socket, context }: SocketTurn, memory: SocketMemory): SocketMemory {
  const { PollLimitIntervalSec, PollLimitBurst } = socket;
  if (PollLimitIntervalSec === undefined && PollLimitBurst === undefined) return memory;
  const interval = PollLimitIntervalSec ?? defaultInterval;
  const burst = PollLimitBurst ?? (socket.Accept ? 150 : 15);
  const polls = count(memory.polls, { interval, burst, now: context.now });
  if (polls === null) return memory;
  const deafUntilUsec = interval > 0 && polls.count >= burst && burst > 0 ? polls.beganUsec + interval : 0;
  return { ...memory, polls, deafUntilUsec };
}

interface Limit {
  readonly interval: number;
  readonly burst: number;
  readonly now: number;
}

/** The window with one more in it, or null where it is full. A limit with a 0 in it is none. */
function count(window: RateWindow, { interval, burst, now }: Limit): RateWindow | null {
  if (interval === 0 || burst === 0) return window;
  if (window.count === 0 || now - window.beganUsec >= interval) return { beganUsec: now, count: 1 };
  return window.count < burst ? { ...window, count: window.count + 1 } : null;
}
