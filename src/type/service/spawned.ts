import { enterCleaned } from './clean.ts';
import { enterDead } from './dead.ts';
import { liveOf } from './elapsed.ts';
import { recordControlStart, recordMainStart } from './record.ts';
import { endReload } from './reload.ts';
import { enterStartPost } from './start.ts';
import { controlOf, isEnding, mainOf, type ServiceState, type ServiceSub } from './state.ts';
import { enterSignal, enterStop, enterStopPost } from './stop.ts';
import { type Live, say, type Turn } from './turn.ts';

/** A process of the service was made. */
export function spawned(turn: Turn, state: ServiceState, child: number, pid: number): ServiceState {
  const control = controlOf(state);
  if (control?.child === child && 'control' in state) {
    const known = { ...control, pid };
    return { ...state, control: known, memory: recordControlStart(state.memory, known) };
  }
  const main = mainOf(state);
  if (main?.child !== child || !('main' in state)) return state;
  const known = { ...main, pid };
  const memory = recordMainStart(state.memory, known);
  const startsByFork = turn.service.Type === 'simple' || turn.service.Type === 'idle';
  if (state.sub === 'start' && startsByFork) return enterStartPost(turn, { main: known, control: null, memory });
  return { ...state, main: known, memory };
}

/** The program of a process was executed: with Type=exec the service counts as started. */
export function executed(turn: Turn, state: ServiceState, child: number): ServiceState {
  if (state.sub !== 'start' || turn.service.Type !== 'exec' || state.main?.child !== child) return state;
  return enterStartPost(turn, liveOf(state));
}

/** A process of the service could not be made at all. */
export function spawnFailed(turn: Turn, state: ServiceState, child: number, reason: string): ServiceState {
  const main = mainOf(state);
  const control = controlOf(state);
  if (main?.child !== child && control?.child !== child) return state;
  say(turn, 4, `${turn.config.name}: Failed to make a process: ${reason}`);
  const live: Live = {
    memory: state.memory,
    main: main?.child === child ? null : main,
    control: control?.child === child ? null : control,
  };
  return failures[state.sub](turn, live, state);
}

type OnFailure = (turn: Turn, live: Live, state: ServiceState) => ServiceState;

const stays: OnFailure = (_turn, _live, state) => state;
const dies: OnFailure = (turn, live) => enterDead(turn, live, 'resources', { mayRestart: true });
const isSignalled: OnFailure = (turn, live) => enterSignal(turn, live, 'stop-sigterm', 'resources');

/** While processes are being ended, one that was never made counts as ended. */
const goesOnToStopPost: OnFailure = (turn, live, state) => {
  if (live.main === null && live.control === null) return enterStopPost(turn, live, 'resources');
  return isEnding(state) ? { ...state, main: live.main, control: live.control } : state;
};

/** sub → what it leads to that a process of this stage could not be made. */
const failures: Readonly<Record<ServiceSub, OnFailure>> = {
  dead: stays,
  failed: stays,
  'dead-before-auto-restart': stays,
  'failed-before-auto-restart': stays,
  'auto-restart': stays,
  'auto-restart-queued': stays,
  cleaning: (turn, live) => enterCleaned(turn, live.memory, 'resources', 'success'),
  condition: dies,
  'start-pre': dies,
  start: isSignalled,
  'start-post': (turn, live) => enterStop(turn, live, 'resources'),
  running: stays,
  exited: stays,
  reload: (turn, live) => endReload(turn, live, 'resources'),
  'reload-signal': stays,
  'reload-notify': stays,
  'reload-post': (turn, live) => endReload(turn, live, 'resources'),
  stop: isSignalled,
  'stop-watchdog': goesOnToStopPost,
  'stop-sigterm': goesOnToStopPost,
  'stop-sigkill': goesOnToStopPost,
  'stop-post': (turn, live) => enterSignal(turn, live, 'final-sigterm', 'resources'),
  'final-watchdog': dies,
  'final-sigterm': dies,
  'final-sigkill': dies,
};
