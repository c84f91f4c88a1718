import type { ServiceState, ServiceSub } from './state.ts';
import { liveOf } from './elapsed.ts';
import { enterSignal, enterStop } from './stop.ts';
import { noteResult, type Turn } from './turn.ts';

/** The kernel killed processes of the service for want of memory (systemd.service(5), OOMPolicy=). */
export function memoryRanOut(turn: Turn, state: ServiceState): ServiceState {
  const policy = turn.service.OOMPolicy ?? turn.context.defaults.oomPolicy;
  return policy === 'continue' ? state : answers[state.sub](turn, state, policy);
}

type Answer = (turn: Turn, state: ServiceState, policy: 'stop' | 'kill') => ServiceState;

const stays: Answer = (_turn, state) => state;

/** The start is given up. */
const givesUp: Answer = (turn, state, policy) =>
  enterSignal(turn, liveOf(state), policy === 'stop' ? 'stop-sigterm' : 'final-sigkill', 'oom-kill');

const stops: Answer = (turn, state, policy) =>
  policy === 'stop' ? enterStop(turn, liveOf(state), 'oom-kill') : enterSignal(turn, liveOf(state), 'stop-sigkill', 'oom-kill');

const hastens: Answer = (turn, state) => enterSignal(turn, liveOf(state), 'stop-sigkill', 'oom-kill');
const hastensTheEnd: Answer = (turn, state) => enterSignal(turn, liveOf(state), 'final-sigkill', 'oom-kill');
const notes: Answer = (_turn, state) => ({ ...state, memory: noteResult(state.memory, 'oom-kill') });

/** sub → what follows. */
const answers: Readonly<Record<ServiceSub, Answer>> = {
  dead: stays,
  failed: stays,
  'dead-before-auto-restart': stays,
  'failed-before-auto-restart': stays,
  'auto-restart': stays,
  cleaning: stays,
  'auto-restart-queued': stays,
  condition: givesUp,
  'start-pre': givesUp,
  start: givesUp,
  'start-post': givesUp,
  running: stops,
  exited: stops,
  reload: stays,
  'reload-signal': stays,
  'reload-notify': stays,
  'reload-post': stays,
  stop: givesUp,
  'stop-watchdog': hastens,
  'stop-sigterm': hastens,
  'stop-sigkill': notes,
  'stop-post': hastensTheEnd,
  'final-watchdog': hastensTheEnd,
  'final-sigterm': hastensTheEnd,
  'final-sigkill': notes,
};
