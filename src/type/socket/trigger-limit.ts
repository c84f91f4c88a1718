import type { SocketMemory } from './state.ts';
import type { SocketTurn } from './turn.ts';

const defaultInterval = 2_000_000;
const defaultBurst = 20;
const defaultBurstOfAccept = 200;

/** Counts an activation; null where there were too many of them (TriggerLimitIntervalSec=, TriggerLimitBurst=). */
export function countTrigger({ socket, context }: SocketTurn, memory: SocketMemory): SocketMemory | null {
  const interval = socket.TriggerLimitIntervalSec ?? defaultInterval;
  const burst = socket.TriggerLimitBurst ?? (socket.Accept ? defaultBurstOfAccept : defaultBurst);
  if (interval === 0 || burst === 0) return memory;
  const { window } = memory;
  if (window.count === 0 || context.now - window.beganUsec >= interval) {
    return { ...memory, window: { beganUsec: context.now, count: 1 } };
  }
  return window.count < burst ? { ...memory, window: { ...window, count: window.count + 1 } } : null;
}
