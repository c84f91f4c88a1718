import { enterDead } from './dead.ts';
import { type KillOperation, killProcesses } from '../kill.ts';
import { firstCommand, spawn } from './spawn.ts';
import type { CommandReference, KillPhase, ServiceResult, ServiceState } from './state.ts';
import { type Live, limits, noteResult, type Turn, withDeadline } from './turn.ts';

/** Begins to stop a service that was up: ExecStop= first, then signals. */
export function enterStop(turn: Turn, live: Live, result: ServiceResult): ServiceState {
  const memory = noteResult(live.memory, result);
  const command = firstCommand(turn.service, 'ExecStop');
  if (command === null) return enterSignal(turn, { ...live, memory, control: null }, 'stop-sigterm', 'success');
  return runStop(turn, { ...live, memory }, command);
}

/** Starts one command of ExecStop=. */
export function runStop(turn: Turn, live: Live, command: CommandReference): ServiceState {
  const control = spawn(turn, live, command);
  return { sub: 'stop', main: live.main, control, memory: withDeadline(turn, live.memory, 'timeout', limits.stop(turn)) };
}

/** Signals the processes that are left, or goes past this phase where nothing is to be waited for. */
export function enterSignal(turn: Turn, live: Live, phase: KillPhase, result: ServiceResult): ServiceState {
  const memory = noteResult(live.memory, result);
  const { operation, limit } = phases[phase];
  const restarting = operation === 'terminate' && phase === 'stop-sigterm' && turn.context.restartRequested;
  if (killProcesses(turn, live, restarting ? 'restart' : operation)) {
    return { sub: phase, main: live.main, control: live.control, memory: withDeadline(turn, memory, 'timeout', limits[limit](turn)) };
  }
  return leave(turn, { ...live, memory }, turn.kill.SendSIGKILL ? phases[phase].next : phases[phase].nextWithoutKill);
}

/** ExecStopPost=, which runs once anything of the service was started. */
export function enterStopPost(turn: Turn, live: Live, result: ServiceResult): ServiceState {
  const memory = noteResult(live.memory, result);
  const command = firstCommand(turn.service, 'ExecStopPost');
  if (command === null) return enterSignal(turn, { ...live, memory, control: null }, 'final-sigterm', 'success');
  return runStopPost(turn, { ...live, memory }, command);
}

/** Starts one command of ExecStopPost=. */
export function runStopPost(turn: Turn, live: Live, command: CommandReference): ServiceState {
  const control = spawn(turn, live, command);
  return { sub: 'stop-post', main: live.main, control, memory: withDeadline(turn, live.memory, 'timeout', limits.stop(turn)) };
}

/** Where a service goes whose stage took too long. */
export type Escalation = KillPhase | 'stop-post' | 'dead' | 'dead-for-good';

/** Goes to a stage of the stop because of a timeout or because nothing holds the one before it. */
export function leave(turn: Turn, live: Live, to: Escalation, result: ServiceResult = 'success'): ServiceState {
  if (to === 'stop-post') return enterStopPost(turn, live, result);
  if (to === 'dead' || to === 'dead-for-good') return enterDead(turn, live, result, { mayRestart: to === 'dead' });
  return enterSignal(turn, live, to, result);
}

/** Each phase of signals: what is sent, how long it may take, and what follows at once where nothing is to be waited for. */
const phases: Readonly<
  Record<
    KillPhase,
    {
      readonly operation: KillOperation;
      readonly limit: 'stop' | 'abort';
      readonly next: Escalation;
      readonly nextWithoutKill: Escalation;
    }
  >
> = {
  'stop-watchdog': { operation: 'abort', limit: 'abort', next: 'stop-sigkill', nextWithoutKill: 'stop-post' },
  'stop-sigterm': { operation: 'terminate', limit: 'stop', next: 'stop-sigkill', nextWithoutKill: 'stop-post' },
  'stop-sigkill': { operation: 'kill', limit: 'stop', next: 'stop-post', nextWithoutKill: 'stop-post' },
  'final-watchdog': { operation: 'abort', limit: 'abort', next: 'final-sigkill', nextWithoutKill: 'dead' },
  'final-sigterm': { operation: 'terminate', limit: 'stop', next: 'final-sigkill', nextWithoutKill: 'dead' },
  'final-sigkill': { operation: 'kill', limit: 'stop', next: 'dead', nextWithoutKill: 'dead' },
};
