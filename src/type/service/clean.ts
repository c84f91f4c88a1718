import { enterDead, releaseStored } from './dead.ts';
import type { CleanRequest } from '../type.ts';
import type { Memory, ServiceResult, ServiceState } from './state.ts';
import { type Turn, withDeadline } from './turn.ts';

/** Has a child of the service's group remove what was asked for; a service that only parks descriptors lets go of them at once. */
export function enterCleaning(turn: Turn, given: Memory, request: CleanRequest): ServiceState {
  const memory = releaseStored(turn, { ...given, cleanResult: 'success' }, !request.descriptors);
  if (request.plan.length === 0) return { sub: 'dead', lingering: false, memory };
  const { context, config } = turn;
  const child = context.nextChild();
  turn.effects.push({ effect: 'run', child, plan: request.plan });
  return {
    sub: 'cleaning',
    control: { child, pid: null, command: null, startUsec: context.now, startRealtimeUsec: context.realtimeUsec },
    memory: withDeadline(turn, memory, 'timeout', config.exec?.TimeoutCleanSec ?? Infinity),
  };
}

/** The removal is over; one that failed makes the unit failed, as any other of its control processes that fails. */
export function enterCleaned(turn: Turn, memory: Memory, cleanResult: ServiceResult, result: ServiceResult): ServiceState {
  return enterDead(turn, { main: null, control: null, memory: noteCleanResult(memory, cleanResult) }, result, { mayRestart: false });
}

/** Notes how the removal ended; what failed first stays. */
export function noteCleanResult(memory: Memory, result: ServiceResult): Memory {
  return (memory.cleanResult ?? 'success') === 'success' ? { ...memory, cleanResult: result } : memory;
}
