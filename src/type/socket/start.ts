import { listenKey, openPlan } from './open-plan.ts';
import { withListed } from './reread.ts';
import type { SocketMemory, SocketState } from './state.ts';
import { enterStopPre } from './stop.ts';
import { pollAll, runCommand, runSocketPlan, type SocketTurn } from './turn.ts';

/** Begins to start: ExecStartPre=. */
export function enterSocketStartPre(turn: SocketTurn, memory: SocketMemory): SocketState {
  return turn.socket.ExecStartPre.length === 0 ? enterStartOpen(turn, memory) : runStartPre(turn, memory, 0);
}

/** Starts one command of ExecStartPre=. */
export function runStartPre(turn: SocketTurn, memory: SocketMemory, index: number): SocketState {
  return { sub: 'start-pre', ...runCommand(turn, memory, 'ExecStartPre', index) };
}

/** Has a child open the sockets. */
export function enterStartOpen(turn: SocketTurn, memory: SocketMemory): SocketState {
  const opening = openPlan(turn.config, turn.socket, turn.context);
  if (!opening.ok) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${turn.config.name}: ${opening.error}` });
    return enterStopPre(turn, memory, 'resources');
  }
  // From here on the keeper may hold them; a manager that dies now must not lose track of them.
  const opened = { ...memory, held: opening.value.held, listens: turn.socket.Listen.map(listenKey) };
  return { sub: 'start-open', ...runSocketPlan(turn, opened, 'open', opening.value.plan) };
}

/** The sockets are open: ExecStartPost=. A reload meanwhile may have taken lines of Listen*= away. */
export function enterSocketStartPost(turn: SocketTurn, opened: SocketMemory): SocketState {
  const memory = withListed(turn, opened);
  return turn.socket.ExecStartPost.length === 0 ? enterListening(turn, memory) : runSocketStartPost(turn, memory, 0);
}

/** Starts one command of ExecStartPost=. */
export function runSocketStartPost(turn: SocketTurn, memory: SocketMemory, index: number): SocketState {
  return { sub: 'start-post', ...runCommand(turn, memory, 'ExecStartPost', index) };
}

/** Drops what waits on the sockets: connections, messages and bytes. */
export function flush({ effects }: SocketTurn, { held }: SocketMemory): void {
  for (const name of held) effects.push({ effect: 'flush', name });
}

/** Waits for traffic. */
export function enterListening(turn: SocketTurn, memory: SocketMemory): SocketState {
  return { sub: 'listening', memory: pollAll(turn, memory) };
}
