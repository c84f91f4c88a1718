import { mainGone } from './exit.ts';
import { recordMainStart } from './record.ts';
import { enterRunning, enterStartPost } from './start.ts';
import type { Memory, Process, ProcessExit, Question, ServiceState } from './state.ts';
import { enterSignal, enterStop } from './stop.ts';
import { type Live, say, type Turn } from './turn.ts';

/** The starter of a forking service is done: who is the main process (systemd.service(5), PIDFile=, GuessMainPID=)? */
export function askAfterStarter(turn: Turn, live: Live): ServiceState {
  const { PIDFile, GuessMainPID, ExecStartPost } = turn.service;
  if (PIDFile !== '') return waiting('start', live, askForPidFile(turn, ExecStartPost.length === 0));
  if (live.memory.mainKnown || !GuessMainPID) return enterStartPost(turn, live);
  turn.effects.push({ effect: 'guess-main' });
  return waiting('start', live, { about: 'guess', groupEmpty: turn.groupEmpty });
}

/** The commands after the start are done; one of them may have written the PID file. */
export function askAfterStartPost(turn: Turn, live: Live): ServiceState {
  if (turn.service.PIDFile === '') return enterRunning(turn, live, 'success');
  return waiting('start-post', live, askForPidFile(turn, true));
}

/** The main process ended; as long as the PID file names another by then, the service goes on. */
export function askForSuccessor(turn: Turn, memory: Memory, ended: Process, exit: ProcessExit): ServiceState {
  turn.effects.push({ effect: 'read-pid-file', path: turn.service.PIDFile, watch: false });
  return { sub: 'running', main: null, question: { about: 'successor', groupEmpty: turn.groupEmpty, ended, exit }, memory };
}

/** The manager has read the PID file. */
export function pidFileRead(turn: Turn, state: ServiceState, pid: number | undefined, reason: string | undefined): ServiceState {
  if (state.sub === 'running') return readWhileRunning(turn, state, pid);
  if (state.sub !== 'start' && state.sub !== 'start-post') return state;
  const { question } = state;
  if (question === null || question.about !== 'pid-file') return state;
  const live: Live = { main: state.main, control: state.control, memory: state.memory };
  turn.groupEmpty = question.groupEmpty;
  if (pid !== undefined) return goOn(turn, state.sub, pid === state.main?.pid ? live : adopt(turn, live, pid));
  if (!question.watching) return enterStartPost(turn, live);
  return demand(turn, state, live, question, reason);
}

/** The manager has looked for the only process that is left. */
export function mainGuessed(turn: Turn, state: ServiceState, pid: number | undefined): ServiceState {
  if (state.sub !== 'start' || state.question?.about !== 'guess') return state;
  turn.groupEmpty = state.question.groupEmpty;
  const live: Live = { main: state.main, control: state.control, memory: state.memory };
  return enterStartPost(turn, pid === undefined ? live : adopt(turn, live, pid));
}

/** Takes a process that is no child of the keeper for the main process. */
export function adopt(turn: Turn, live: Live, pid: number): Live {
  const child = turn.context.nextChild();
  turn.effects.push({ effect: 'adopt', child, pid });
  const main: Process = { child, pid, command: null, startUsec: turn.context.now, startRealtimeUsec: turn.context.realtimeUsec };
  return { ...live, main, memory: recordMainStart(live.memory, main) };
}

function askForPidFile(turn: Turn, watching: boolean): Question {
  turn.effects.push({ effect: 'read-pid-file', path: turn.service.PIDFile, watch: watching });
  return { about: 'pid-file', groupEmpty: turn.groupEmpty, watching, demanded: false };
}

function waiting(sub: 'start' | 'start-post', live: Live, question: Question): ServiceState {
  return { sub, main: live.main, control: null, question, memory: live.memory };
}

function goOn(turn: Turn, sub: 'start' | 'start-post', live: Live): ServiceState {
  return sub === 'start' ? enterStartPost(turn, live) : enterRunning(turn, live, 'success');
}

/** The file is not there yet; as long as something lives that may write it, it is waited for. */
function demand(
  turn: Turn,
  state: ServiceState & { readonly sub: 'start' | 'start-post' },
  live: Live,
  question: Question & { readonly about: 'pid-file' },
  reason: string | undefined,
): ServiceState {
  if (question.demanded) return state;
  say(turn, 5, `${turn.config.name}: Started, but not yet with a usable PID file: ${reason ?? `${turn.service.PIDFile} is missing`}`);
  if (question.groupEmpty) {
    return state.sub === 'start' ? enterSignal(turn, live, 'stop-sigterm', 'protocol') : enterStop(turn, live, 'protocol');
  }
  turn.effects.push({ effect: 'watch-group' });
  return { ...state, question: { ...question, demanded: true } };
}

function readWhileRunning(turn: Turn, state: ServiceState & { readonly sub: 'running' }, pid: number | undefined): ServiceState {
  const { question, main, memory } = state;
  const known = question?.about === 'successor' ? question.ended.pid : main?.pid;
  if (pid !== undefined && pid !== known) {
    const live = adopt(turn, { main, control: null, memory }, pid);
    return { sub: 'running', main: live.main, question: null, memory: live.memory };
  }
  if (question?.about !== 'successor') return state;
  turn.groupEmpty = question.groupEmpty;
  return mainGone(turn, { ...state, question: null }, question.ended, question.exit);
}
