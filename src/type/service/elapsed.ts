import { messageIds } from '../../graph/message-ids.ts';
import { noteCleanResult } from './clean.ts';
import { enterDead } from './dead.ts';
import { signalProcess } from '../kill.ts';
import { endReload } from './reload.ts';
import { controlOf, mainOf, type ServiceState, type ServiceSub, type TimerName } from './state.ts';
import { type Escalation, enterSignal, enterStop, leave } from './stop.ts';
import { deadline, type Live, say, type Turn, withDeadline } from './turn.ts';

/** A timer of the service elapsed. */
export function elapsed(turn: Turn, state: ServiceState, timer: string): ServiceState {
  if (!isTimer(timer)) return state;
  const atUsec = deadline(state, timer);
  // An end that was already under way when the timer was moved or stopped does not count.
  if (atUsec === 0 || turn.context.now < atUsec) return state;
  turn.elapsed = timer;
  return timers[timer](turn, state);
}

/** Ends the service because its watchdog was not heard, or because it asked for that (WATCHDOG=trigger). */
export function watchdogFailed(turn: Turn, state: ServiceState): ServiceState {
  if (turn.context.watchdogs === false) {
    say(turn, 4, `${turn.config.name}: Watchdogs are off, so a timeout is not acted on.`);
    return { ...state, memory: withDeadline(turn, state.memory, 'watchdog', Infinity) };
  }
  say(turn, 3, `${turn.config.name}: Watchdog timeout.`);
  return enterSignal(turn, liveOf(state), 'stop-watchdog', 'watchdog');
}

/** The hold-off of an automatic restart is over: a job to start the service is asked for. */
export function enterRestart(turn: Turn, state: ServiceState): ServiceState {
  const restarts = state.memory.restarts + 1;
  turn.effects.push({ effect: 'restart' });
  say(turn, 6, `${turn.config.name}: Scheduled restart job, restart counter is at ${restarts}.`, {
    MESSAGE_ID: messageIds.restartScheduled,
    N_RESTARTS: String(restarts),
  });
  const lingering = 'lingering' in state && state.lingering;
  return { sub: 'auto-restart-queued', lingering, memory: { ...state.memory, restarts } };
}

/** What is left of a service in a state. */
export function liveOf(state: ServiceState): Live {
  return { main: mainOf(state), control: controlOf(state), memory: state.memory };
}

type OnElapsed = (turn: Turn, state: ServiceState) => ServiceState;

const timers: Readonly<Record<TimerName, OnElapsed>> = {
  timeout: (turn, state) => timedOut[state.sub](turn, state),
  watchdog: watchdogFailed,
  runtime: (turn, state) => {
    say(turn, 4, `${turn.config.name}: Service reached runtime time limit. Stopping.`);
    return enterStop(turn, liveOf(state), 'timeout');
  },
  restart: enterRestart,
};

function isTimer(name: string): name is TimerName {
  return Object.hasOwn(timers, name);
}

const stays: OnElapsed = (_turn, state) => state;

/** TimeoutStartFailureMode= and TimeoutStopFailureMode= → where a stage goes that took too long. */
const startFailure: OnElapsed = (turn, state) => escalate(turn, state, modes[turn.service.TimeoutStartFailureMode].stop);
const stopFailure: OnElapsed = (turn, state) => escalate(turn, state, modes[turn.service.TimeoutStopFailureMode].stop);
const stopPostFailure: OnElapsed = (turn, state) => escalate(turn, state, modes[turn.service.TimeoutStopFailureMode].final);

const stopSigtermFailure: OnElapsed = (turn, state) =>
  escalate(turn, state, turn.service.TimeoutStopFailureMode === 'abort' ? 'stop-watchdog' : 'stop-sigkill');
const finalSigtermFailure: OnElapsed = (turn, state) =>
  escalate(turn, state, turn.service.TimeoutStopFailureMode === 'abort' ? 'final-watchdog' : 'final-sigkill');

/** The reload failed, the service did not: it stays up, without the process that was to reload it. */
const reloadFailed: OnElapsed = (turn, state) => {
  say(turn, 4, `${turn.config.name}: Reload operation timed out. Killing reload process.`);
  const control = controlOf(state);
  if (control !== null) signalProcess(turn, control, [SIGKILL]);
  return endReload(turn, { ...liveOf(state), control: null }, 'timeout');
};

const SIGKILL = 9;

const cleaningTimedOut: OnElapsed = (turn, state) => {
  say(turn, 4, `${turn.config.name}: Cleaning timed out. killing.`);
  return enterSignal(turn, liveOf({ ...state, memory: noteCleanResult(state.memory, 'timeout') }), 'final-sigkill', 'success');
};

/** sub → what the end of its time limit leads to (systemd.service(5), Timeout*Sec=). */
const timedOut: Readonly<Record<ServiceSub, OnElapsed>> = {
  dead: stays,
  failed: stays,
  'dead-before-auto-restart': stays,
  'failed-before-auto-restart': stays,
  'auto-restart': stays,
  'auto-restart-queued': stays,
  cleaning: cleaningTimedOut,
  condition: startFailure,
  'start-pre': startFailure,
  start: startFailure,
  'start-post': startFailure,
  running: stays,
  exited: stays,
  reload: reloadFailed,
  'reload-signal': reloadFailed,
  'reload-notify': reloadFailed,
  'reload-post': reloadFailed,
  stop: stopFailure,
  'stop-watchdog': (turn, state) => escalate(turn, state, 'stop-sigkill'),
  'stop-sigterm': stopSigtermFailure,
  // What survives SIGKILL cannot be ended; the service goes on without it.
  'stop-sigkill': (turn, state) => escalate(turn, state, 'stop-post'),
  'stop-post': stopPostFailure,
  'final-watchdog': (turn, state) => escalate(turn, state, 'final-sigkill'),
  'final-sigterm': finalSigtermFailure,
  'final-sigkill': (turn, state) => {
    say(turn, 4, `${turn.config.name}: Processes still around after final SIGKILL. Entering failed mode.`);
    return enterDead(turn, liveOf(state), 'timeout', { mayRestart: true });
  },
};

const modes = {
  terminate: { stop: 'stop-sigterm', final: 'final-sigterm' },
  abort: { stop: 'stop-watchdog', final: 'final-watchdog' },
  kill: { stop: 'stop-sigkill', final: 'final-sigkill' },
} as const;

/** Where SendSIGKILL=no forbids a stage, what follows instead. */
const withoutKill: Readonly<Partial<Record<Escalation, Escalation>>> = { 'stop-sigkill': 'stop-post', 'final-sigkill': 'dead-for-good' };

function escalate(turn: Turn, state: ServiceState, to: Escalation): ServiceState {
  const target = turn.kill.SendSIGKILL ? to : (withoutKill[to] ?? to);
  say(turn, 4, `${turn.config.name}: ${timeoutText(state.sub, target)}`);
  return leave(turn, liveOf(state), target, 'timeout');
}

function timeoutText(sub: ServiceSub, target: Escalation): string {
  if (sub === 'stop-sigkill') return 'Processes still around after SIGKILL. Ignoring.';
  const isFinal = sub === 'stop-post' || sub.startsWith('final-');
  const deed = deeds[target] ?? (isFinal ? 'Skipping SIGKILL. Entering failed mode.' : 'Skipping SIGKILL.');
  if (startStages.has(sub)) return `${sub} operation timed out. ${deed}`;
  return sub === 'stop' ? `Stopping timed out. ${deed}` : `State '${sub}' timed out. ${deed}`;
}

const startStages: ReadonlySet<ServiceSub> = new Set(['condition', 'start-pre', 'start', 'start-post']);

const deeds: Readonly<Partial<Record<Escalation, string>>> = {
  'stop-sigterm': 'Terminating.',
  'final-sigterm': 'Terminating.',
  'stop-watchdog': 'Aborting.',
  'final-watchdog': 'Aborting.',
  'stop-sigkill': 'Killing.',
  'final-sigkill': 'Killing.',
};
