import type { UnitConfig } from '../../unit/config.ts';
import type { Look, UnitEvent } from '../type.ts';
import { enterListening, flush } from './start.ts';
import type { SocketMemory, SocketState } from './state.ts';
import { enterStopPre } from './stop.ts';
import { countPoll, countTrigger } from './trigger-limit.ts';
import { pollAll, pollNone, type SocketTurn, watchOf } from './turn.ts';

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
  if (turn.context.stopRequested) return { ...state, memory: dropTraffic(turn, answered) };
  const counted = countTrigger(turn, answered);
  if (counted === null) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${turn.config.name}: Trigger limit hit, refusing further activation.` });
    return enterStopPre(turn, answered, 'trigger-limit-hit');
  }
  return enterRunning(turn, countPoll(turn, counted));
}

/** Who is about to be stopped starts nothing any more; and should the stop not come, what came meanwhile is forgotten. */
function dropTraffic(turn: SocketTurn, memory: SocketMemory): SocketMemory {
  flush(turn, memory);
  return pollAll(turn, memory);
}

/** Starts the service, unless that would stop others which are to be waited for. */
function enterRunning(turn: SocketTurn, memory: SocketMemory): SocketState {
  const { context, config, socket, effects } = turn;
  const look = context.triggered();
  if (look !== undefined && isUp(look)) return { sub: 'running', memory: pollNone(turn, memory) };
  const { DeferTrigger, DeferTriggerMaxSec } = socket;
  if (DeferTrigger !== undefined && DeferTrigger !== 'no' && context.disturbs()) {
    effects.push({ effect: 'watch-quiet' });
    const deadlineUsec = DeferTriggerMaxSec === Infinity ? 0 : context.now + DeferTriggerMaxSec;
    return { sub: 'deferred', memory: { ...pollNone(turn, memory), deadlineUsec } };
  }
  effects.push({ effect: 'trigger', unit: serviceOf(config), job: 'start', mode: 'replace' });
  return { sub: 'running', memory: pollNone(turn, memory) };
}

/** No job is left: what would have been disturbed may be gone (systemd.socket(5), DeferTrigger=). */
export function quietCame(turn: SocketTurn, state: SocketState): SocketState {
  if (state.sub !== 'deferred') return state;
  if (!turn.context.disturbs()) return enterRunning(turn, state.memory);
  if (turn.socket.DeferTrigger !== 'patient') return giveUp(turn, state);
  turn.effects.push({ effect: 'watch-quiet' });
  return state;
}

/** What is in the way has not gone in time (systemd.socket(5), DeferTriggerMaxSec=). */
export function waitedTooLong(turn: SocketTurn, state: SocketState): SocketState {
  if (state.sub !== 'deferred') return state;
  turn.elapsed = 'defer';
  return giveUp(turn, state);
}

function giveUp(turn: SocketTurn, state: SocketState): SocketState {
  const message = `${turn.config.name}: Its service cannot be started without stopping others, giving up.`;
  turn.effects.push({ effect: 'log', priority: 4, message });
  return enterStopPre(turn, state.memory, 'resources');
}

/** The time without polling is over. */
export function hearsAgain(turn: SocketTurn, state: SocketState): SocketState {
  if (state.sub !== 'listening') return state;
  turn.elapsed = 'poll';
  return enterListening(turn, { ...state.memory, deafUntilUsec: 0 });
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
  if (givesBack.has(look.sub)) return rearm(turn, state.memory);
  return look.sub === 'running' ? { sub: 'running', memory: pollNone(turn, state.memory) } : state;
}

/** What the service left unread is dropped if that is wanted (systemd.socket(5), FlushPending=). */
function rearm(turn: SocketTurn, memory: SocketMemory): SocketState {
  if (turn.socket.FlushPending) flush(turn, memory);
  return enterListening(turn, memory);
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
