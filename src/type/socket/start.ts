import { openPlan } from './open-plan.ts';
import type { SocketMemory, SocketState } from './state.ts';
import { enterStopPre } from './stop.ts';
import { pollAll, runCommand, type SocketTurn, timed } from './turn.ts';

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
  const child = turn.context.nextChild();
  turn.effects.push({ effect: 'run', child, plan: opening.value.plan });
  return {
    sub: 'start-open',
    control: { child, pid: null, command: { list: 'open' } },
    // From here on the keeper may hold them; a manager that dies now must not lose track of them.
    memory: timed(turn, { ...memory, held: opening.value.held, groupEmpty: false }),
  };
}

/** The sockets are open: ExecStartPost=. */
export function enterSocketStartPost(turn: SocketTurn, memory: SocketMemory): SocketState {
  return turn.socket.ExecStartPost.length === 0 ? enterListening(turn, memory) : runSocketStartPost(turn, memory, 0);
}

/** Starts one command of ExecStartPost=. */
export function runSocketStartPost(turn: SocketTurn, memory: SocketMemory, index: number): SocketState {
  return { sub: 'start-post', ...runCommand(turn, memory, 'ExecStartPost', index) };
}

/** Waits for traffic. */
export function enterListening(turn: SocketTurn, memory: SocketMemory): SocketState {
  return { sub: 'listening', memory: pollAll(turn, memory) };
}
