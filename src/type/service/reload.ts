import { waitForReady } from './announced.ts';
import { signalProcess } from '../kill.ts';
import { firstCommand, spawn } from './spawn.ts';
import { enterRunning } from './start.ts';
import type { CommandReference, Memory, ServiceResult, ServiceState } from './state.ts';
import { type Live, limits, type Turn, withDeadline } from './turn.ts';

/** Carries out a reload: ExecReload=, then for Type=notify-reload the signal, then ExecReloadPost=. */
export function enterReload(turn: Turn, live: Live): ServiceState {
  const command = firstCommand(turn.service, 'ExecReload');
  return command === null ? enterReloadSignal(turn, live) : runReload(turn, live, 'reload', command);
}

/** Starts one command of ExecReload= or ExecReloadPost=. */
export function runReload(turn: Turn, live: Live, sub: 'reload' | 'reload-post', command: CommandReference): ServiceState {
  const control = spawn(turn, live, command);
  return { sub, main: live.main, control, memory: withDeadline(turn, live.memory, 'timeout', limits.start(turn)) };
}

/** The commands of ExecReload= are done: asks a service of Type=notify-reload by signal. */
export function enterReloadSignal(turn: Turn, live: Live): ServiceState {
  const memory = withDeadline(turn, live.memory, 'timeout', limits.start(turn));
  if (turn.service.Type === 'notify-reload' && live.main !== null) {
    signalProcess(turn, live.main, [turn.service.ReloadSignal]);
    return { sub: 'reload-signal', main: live.main, beganUsec: turn.context.now, memory };
  }
  if (memory.announced === 'reloading') return waitForReady(turn, live, turn.context.now);
  return enterReloadPost(turn, live);
}

/** The service has reloaded: the commands of ExecReloadPost=. */
export function enterReloadPost(turn: Turn, live: Live): ServiceState {
  const command = firstCommand(turn.service, 'ExecReloadPost');
  return command === null ? endReload(turn, live, 'success') : runReload(turn, live, 'reload-post', command);
}

/** Leaves the reload, well or badly: a service that could not reload stays up as it is. */
export function endReload(turn: Turn, live: Live, result: ServiceResult): ServiceState {
  if (result !== 'success') turn.effects.push({ effect: 'reload-failed' });
  else if (turn.service.PIDFile !== '') turn.effects.push({ effect: 'read-pid-file', path: turn.service.PIDFile, watch: false });
  // A failed reload must not be taken up again because of an announcement that it left unanswered.
  const forgets = result !== 'success' && live.memory.announced === 'reloading';
  const memory: Memory = { ...live.memory, reloadResult: result, announced: forgets ? 'nothing' : live.memory.announced };
  return enterRunning(turn, { ...live, memory }, 'success');
}
