import type { UnitConfig } from '../../unit/config.ts';
import type { Look, UnitEvent } from '../type.ts';
import { enterListening } from './start.ts';
import type { SocketMemory, SocketState } from './state.ts';
import { enterStopPre } from './stop.ts';
import { countTrigger } from './trigger-limit.ts';
import { pollNone, type SocketTurn, watchOf } from './turn.ts';

/** The service that a socket unit starts (systemd.socket(5), Service=). */
export function serviceOf(config: UnitConfig): string {
  const named = config.socket?.Service ?? '';
  return named === '' ? config.name.replace(/\.socket$/, '.service') : named;
}

/** There is traffic on one of the sockets: its service is started. */
export function trafficCame(turn: SocketTurn, state: SocketState, name: string): SocketState {
  if (state.sub !== 'listening' || !state.memory.polled.includes(name)) return state;
  // A reload has turned on Accept=: from now on it is connections that count.
  if (turn.socket.Accept) {
    turn.effects.push(watchOf(turn, name));
    return state;
  }
  const answered: SocketMemory = { ...state.memory, polled: state.memory.polled.filter((polled) => polled !== name) };
  // Who is about to be stopped starts nothing any more.
  if (turn.context.stopRequested) return { ...state, memory: answered };
  const counted = countTrigger(turn, answered);
  if (counted === null) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${turn.config.name}: Trigger limit hit, refusing further activation.` });
    return enterStopPre(turn, answered, 'trigger-limit-hit');
  }
  const look = turn.context.triggered();
  if (look === undefined || !isUp(look))
    turn.effects.push({ effect: 'trigger', unit: serviceOf(turn.config), job: 'start', mode: 'replace' });
  return { sub: 'running', memory: pollNone(turn, counted) };
}

type TriggeredChanged = Extract<UnitEvent, { readonly event: 'triggered-changed' }>;

/** The service came up or went down, so the sockets are its own or to be watched again. */
export function serviceChanged(turn: SocketTurn, state: SocketState, { unit, look, hasJob }: TriggeredChanged): SocketState {
  if (turn.socket.Accept) {
    if (!hasJob && isOff(look)) turn.effects.push({ effect: 'withdraw', unit });
    return state;
  }
  if (state.sub !== 'listening' && state.sub !== 'running') return state;
  if (look.startLimitHit === true) return enterStopPre(turn, state.memory, 'service-start-limit-hit');
  if (hasJob) return state;
  if (givesBack.has(look.sub)) return enterListening(turn, state.memory);
  return look.sub === 'running' ? { sub: 'running', memory: pollNone(turn, state.memory) } : state;
}

/** The stages of a service in which nobody reads its sockets any more. */
const givesBack: ReadonlySet<string> = new Set([
  'dead',
  'failed',
  'dead-before-auto-restart',
  'failed-before-auto-restart',
  'auto-restart',
  'final-sigterm',
  'final-sigkill',
]);

function isOff({ active }: Look): boolean {
  return active === 'inactive' || active === 'failed';
}

function isUp({ active }: Look): boolean {
  return active === 'active' || active === 'activating' || active === 'reloading';
}
