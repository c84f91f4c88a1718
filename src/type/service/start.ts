import { firstCommand, spawn } from './spawn.ts';
import type { CommandReference, Process, ServiceResult, ServiceState } from './state.ts';
import { enterSignal, enterStop } from './stop.ts';
import { enterReloadByNotify, enterStopByNotify } from './announced.ts';
import { type Live, limits, noteResult, type Turn, withDeadline } from './turn.ts';

/** Begins a run: the commands of ExecCondition=. */
export function enterCondition(turn: Turn, live: Live): ServiceState {
  const command = firstCommand(turn.service, 'ExecCondition');
  return command === null ? enterStartPre(turn, live) : runBefore(turn, live, 'condition', command);
}

/** The commands of ExecStartPre=. */
export function enterStartPre(turn: Turn, live: Live): ServiceState {
  const command = firstCommand(turn.service, 'ExecStartPre');
  return command === null ? enterStart(turn, live) : runBefore(turn, live, 'start-pre', command);
}

/** Starts one command of the stages before the main process, with a fresh time limit. */
export function runBefore(turn: Turn, live: Live, sub: 'condition' | 'start-pre', command: CommandReference): ServiceState {
  const control = spawn(turn, live, command);
  return { sub, control, memory: withDeadline(turn, live.memory, 'timeout', limits.start(turn)) };
}

/** Starts the main process, or for Type=forking the process that makes it. */
export function enterStart(turn: Turn, live: Live): ServiceState {
  const command = firstCommand(turn.service, 'ExecStart');
  if (command === null) {
    // Seen from outside even a service without commands has been starting, so that what waits for that happens.
    turn.through = { sub: 'start', main: null, control: null, question: null, memory: live.memory };
    return enterStartPost(turn, { ...live, memory: { ...live.memory, mainKnown: true } });
  }
  if (turn.service.Type === 'forking') return runStarter(turn, live, command);
  return runMain(turn, live, command);
}

/** Starts a command of ExecStart= as the main process. */
export function runMain(turn: Turn, live: Live, command: CommandReference): ServiceState {
  const main = spawn(turn, live, command);
  const memory = withDeadline(turn, { ...live.memory, mainKnown: true }, 'timeout', mainLimit(turn));
  return { sub: 'start', main, control: null, question: null, memory };
}

/** The main process counts as started: the commands of ExecStartPost=. */
export function enterStartPost(turn: Turn, live: Live): ServiceState {
  const memory = pingWatchdog(turn, live.memory);
  const command = firstCommand(turn.service, 'ExecStartPost');
  if (command === null) return enterRunning(turn, { ...live, memory, control: null }, 'success');
  return runStartPost(turn, { ...live, memory }, command);
}

/** Starts one command of ExecStartPost=. */
export function runStartPost(turn: Turn, live: Live, command: CommandReference): ServiceState {
  const control = spawn(turn, live, command);
  const memory = withDeadline(turn, live.memory, 'timeout', limits.start(turn));
  return { sub: 'start-post', main: live.main, control, question: null, memory };
}

/** The service is up, if it is: what is found here decides between running, exited and stopping. */
export function enterRunning(turn: Turn, live: Live, result: ServiceResult): ServiceState {
  const ended: Live = { main: live.main, control: null, memory: noteResult(live.memory, result) };
  if (ended.memory.result !== 'success') return enterSignal(turn, ended, 'stop-sigterm', result);
  if (!isGood(turn, ended)) {
    return turn.service.RemainAfterExit ? enterExited(turn, ended.memory) : enterStop(turn, ended, 'success');
  }
  if (ended.memory.announced === 'reloading') return enterReloadByNotify(turn, ended);
  if (ended.memory.announced === 'stopping') return enterStopByNotify(turn, ended);
  if (ended.main === null) turn.effects.push({ effect: 'watch-group' });
  return { sub: 'running', main: ended.main, question: null, memory: withRuntimeLimit(turn, ended.memory) };
}

/** Nothing of the service is left but that it counts as active: its group goes, as soon as it is empty. */
function enterExited(turn: Turn, memory: Live['memory']): ServiceState {
  turn.effects.push({ effect: turn.groupEmpty ? 'remove-group' : 'watch-group' });
  return { sub: 'exited', groupEmpty: turn.groupEmpty, memory };
}

/** Notes a sign of life: the watchdog starts afresh. */
export function pingWatchdog(turn: Turn, memory: Live['memory']): Live['memory'] {
  const limit = limits.watchdog(turn, memory);
  if (limit === Infinity && memory.deadlines.watchdog === 0) return memory;
  const { now, realtimeUsec } = turn.context;
  return withDeadline(turn, { ...memory, watchdogPingUsec: now, watchdogPingRealtimeUsec: realtimeUsec }, 'watchdog', limit);
}

function runStarter(turn: Turn, live: Live, command: CommandReference): ServiceState {
  const control: Process = spawn(turn, live, command);
  const memory = withDeadline(turn, live.memory, 'timeout', limits.start(turn));
  return { sub: 'start', main: null, control, question: null, memory };
}

/** Types that count as started by the fork itself need no time limit for it. */
function mainLimit(turn: Turn): number {
  return turn.service.Type === 'simple' || turn.service.Type === 'idle' ? Infinity : limits.start(turn);
}

/** Something is left of the service that makes it worth being called up. */
function isGood(turn: Turn, { main, memory }: Live): boolean {
  if (turn.service.Type === 'dbus' && memory.busOwner === null) return false;
  if (main !== null) return true;
  if (memory.mainKnown && turn.service.ExitType === 'main') return false;
  return !turn.groupEmpty;
}

function withRuntimeLimit(turn: Turn, memory: Live['memory']): Live['memory'] {
  const { RuntimeMaxSec, RuntimeRandomizedExtraSec } = turn.service;
  // The limit counts from the moment the service became active, however often it reloads.
  if (RuntimeMaxSec === Infinity || memory.deadlines.runtime !== 0) return memory;
  const extra = RuntimeRandomizedExtraSec > 0 ? Math.floor(turn.context.random() * RuntimeRandomizedExtraSec) : 0;
  return withDeadline(turn, memory, 'runtime', RuntimeMaxSec + extra);
}
