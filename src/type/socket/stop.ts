import { type KillOperation, killProcesses } from '../kill.ts';
import type { SocketKillPhase, SocketMemory, SocketProcess, SocketResult, SocketState } from './state.ts';
import { removalPlan } from './open-plan.ts';
import { noteSocketResult, pollNone, runCommand, runSocketPlan, type SocketTurn, timed } from './turn.ts';
import { sayEnd } from '../say-end.ts';

/** Begins to stop: ExecStopPre= while the sockets are still open. */
export function enterStopPre(turn: SocketTurn, given: SocketMemory, result: SocketResult): SocketState {
  const memory = pollNone(turn, noteSocketResult(given, result));
  return turn.socket.ExecStopPre.length === 0 ? enterStopPost(turn, memory, 'success') : runStopPre(turn, memory, 0);
}

/** Starts one command of ExecStopPre=. */
export function runStopPre(turn: SocketTurn, memory: SocketMemory, index: number): SocketState {
  return { sub: 'stop-pre', ...runCommand(turn, memory, 'ExecStopPre', index) };
}

/** The sockets are closed, and message queues removed: then ExecStopPost=. */
export function enterStopPost(turn: SocketTurn, given: SocketMemory, result: SocketResult): SocketState {
  const memory = noteSocketResult(given, result);
  const plan = removalPlan(turn.socket, memory);
  return plan.length === 0 || memory.held.length === 0
    ? enterStopPostCommands(turn, memory)
    : { sub: 'stop-post', ...runSocketPlan(turn, memory, 'remove', plan) };
}

/** ExecStopPost=. */
export function enterStopPostCommands(turn: SocketTurn, memory: SocketMemory): SocketState {
  return turn.socket.ExecStopPost.length === 0
    ? enterSocketSignal(turn, memory, null, 'final-sigterm', 'success')
    : runStopPost(turn, memory, 0);
}

/** Starts one command of ExecStopPost=. */
export function runStopPost(turn: SocketTurn, memory: SocketMemory, index: number): SocketState {
  return { sub: 'stop-post', ...runCommand(turn, memory, 'ExecStopPost', index) };
}

/** Signals what is left of the unit's commands, or goes past this phase where nothing is left. */
export function enterSocketSignal(
  turn: SocketTurn,
  given: SocketMemory,
  control: SocketProcess | null,
  phase: SocketKillPhase,
  result: SocketResult,
): SocketState {
  const memory = noteSocketResult(given, result);
  const { operation, next, nextWithoutKill } = phases[phase];
  const killing = { kill: turn.kill, effects: turn.effects, groupEmpty: memory.groupEmpty };
  if (killProcesses(killing, { main: null, control }, operation)) return { sub: phase, control, memory: timed(turn, memory) };
  return leaveSocket(turn, memory, null, turn.kill.SendSIGKILL ? next : nextWithoutKill, 'success');
}

/** Where a stage of the stop leads. */
export type SocketEscalation = SocketKillPhase | 'stop-post' | 'dead';

/** Goes on to a stage of the stop. */
export function leaveSocket(
  turn: SocketTurn,
  memory: SocketMemory,
  control: SocketProcess | null,
  to: SocketEscalation,
  result: SocketResult,
): SocketState {
  if (to === 'stop-post') return enterStopPost(turn, memory, result);
  if (to === 'dead') return enterSocketDead(turn, memory, result);
  return enterSocketSignal(turn, memory, control, to, result);
}

/** The end: dead or failed. */
export function enterSocketDead(turn: SocketTurn, given: SocketMemory, result: SocketResult): SocketState {
  const memory = noteSocketResult(given, result);
  turn.effects.push({ effect: memory.groupEmpty ? 'remove-group' : 'watch-group' });
  sayEnd(turn.effects, turn.config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', lingering: !memory.groupEmpty, memory };
}

/** Each phase of signals: what is sent, and what follows at once where nothing is to be waited for. */
const phases: Readonly<
  Record<
    SocketKillPhase,
    { readonly operation: KillOperation; readonly next: SocketEscalation; readonly nextWithoutKill: SocketEscalation }
  >
> = {
  'stop-pre-sigterm': { operation: 'terminate', next: 'stop-pre-sigkill', nextWithoutKill: 'stop-post' },
  'stop-pre-sigkill': { operation: 'kill', next: 'stop-post', nextWithoutKill: 'stop-post' },
  'final-sigterm': { operation: 'terminate', next: 'final-sigkill', nextWithoutKill: 'dead' },
  'final-sigkill': { operation: 'kill', next: 'dead', nextWithoutKill: 'dead' },
};
