import { invariant, unreachable } from '../base/assert.ts';
import type { UnitConfig } from '../unit/config.ts';
import { lastRun, withRun } from './command-text.ts';
import { connectionCame } from './socket/connection.ts';
import { socketElapsed, socketExited, socketGroupEmptied, socketSpawnFailed } from './socket/control.ts';
import { socketProperties } from './socket/properties.ts';
import { socketReread } from './socket/reread.ts';
import { enterSocketStartPre } from './socket/start.ts';
import {
  initialSocketState,
  socketActiveStates,
  socketControl,
  type SocketMemory,
  type SocketResult,
  type SocketState,
  type SocketSub,
} from './socket/state.ts';
import { enterSocketSignal, enterStopPre } from './socket/stop.ts';
import { hearsAgain, quietCame, serviceChanged, serviceOf, trafficCame, waitedTooLong } from './socket/trigger.ts';
import { concludeSocket, enterSocketCleaning, openSocketTurn, type SocketTurn } from './socket/turn.ts';
import type { CleanRefusal, CleanRequest, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Sockets: what the keeper listens on for services, which are started when there is traffic (systemd.socket(5)). */
export const socketType: UnitType<SocketState> = {
  name: 'socket',
  can: { stop: true, fail: true, trigger: true, reload: () => false },
  initial: initialSocketState,
  look,
  start,
  stop,
  reload: () => ({ refused: 'unsupported' }),
  clean,
  step,
  properties: socketProperties,
  pids: (state) => {
    const pid = socketControl(state)?.pid ?? null;
    return pid === null ? {} : { control: pid };
  },
  fail,
  descriptors: (state) => state.memory.held,
  recovered: socketReread,
  resume: ({ sub }) => (sub === 'deferred' ? [{ effect: 'watch-quiet' }] : []),
};

function look({ sub, memory }: SocketState): Look {
  const seen: Look = { active: socketActiveStates[sub], sub, result: memory.result };
  return memory.startLimitHit ? { ...seen, startLimitHit: true } : seen;
}

/** sub → what a start job and a stop job meet. */
const meets: Readonly<
  Record<
    SocketSub,
    { readonly start: 'begin' | 'under-way' | 'already' | 'again'; readonly stop: 'already' | 'kill' | 'signal' | 'stop' | 'under-way' }
  >
> = {
  dead: { start: 'begin', stop: 'already' },
  failed: { start: 'begin', stop: 'already' },
  cleaning: { start: 'again', stop: 'kill' },
  'start-pre': { start: 'under-way', stop: 'signal' },
  'start-open': { start: 'under-way', stop: 'signal' },
  'start-post': { start: 'under-way', stop: 'signal' },
  listening: { start: 'already', stop: 'stop' },
  deferred: { start: 'already', stop: 'stop' },
  running: { start: 'already', stop: 'stop' },
  'stop-pre': { start: 'again', stop: 'under-way' },
  'stop-pre-sigterm': { start: 'again', stop: 'under-way' },
  'stop-pre-sigkill': { start: 'again', stop: 'under-way' },
  'stop-post': { start: 'again', stop: 'under-way' },
  'final-sigterm': { start: 'again', stop: 'under-way' },
  'final-sigkill': { start: 'again', stop: 'under-way' },
};

function start(state: SocketState, config: UnitConfig, context: StepContext): Step<SocketState> | Refusal {
  const way = meets[state.sub].start;
  if (way === 'already' || way === 'again') return { refused: way };
  if (way === 'under-way') return { state, effects: [] };
  const turn = openSocketTurn(config, context);
  const reason = refusal(turn);
  if (reason !== undefined) return { refused: 'failed', reason };
  const groupEmpty = !('lingering' in state && state.lingering);
  const { window, accepted, refused, connections, sources, cleanResult = 'success' } = state.memory;
  // What it has taken so far goes on being served, and counts; nor is a start a way around the trigger limit.
  const memory = { ...initialSocketState.memory, cleanResult, groupEmpty, window, accepted, refused, connections, sources };
  return concludeSocket(turn, state, enterSocketStartPre(turn, memory));
}

/** The stages of a service that leave its sockets to be opened. */
const restingServices: ReadonlySet<string> = new Set([
  'dead',
  'failed',
  'dead-before-auto-restart',
  'failed-before-auto-restart',
  'auto-restart',
  'auto-restart-queued',
]);

function refusal({ socket, config, context }: SocketTurn): string | undefined {
  // Each connection has an instance of its own, which is looked for when it is needed.
  if (socket.Accept) return undefined;
  const service = context.triggered();
  if (service?.load !== undefined && service.load !== 'loaded') return `its service ${serviceOf(config)} is not loaded (${service.load})`;
  if (service !== undefined && !restingServices.has(service.sub)) {
    return `its service ${serviceOf(config)} is already active, so it would never be given the sockets`;
  }
  return undefined;
}

function stop(state: SocketState, config: UnitConfig, context: StepContext): Step<SocketState> | Refusal {
  const way = meets[state.sub].stop;
  if (way === 'already') return { refused: 'already' };
  if (way === 'under-way') return { state, effects: [] };
  const turn = openSocketTurn(config, context);
  const reached =
    way === 'stop'
      ? enterStopPre(turn, state.memory, 'success')
      : enterSocketSignal(turn, state.memory, socketControl(state), way === 'kill' ? 'final-sigkill' : 'stop-pre-sigterm', 'success');
  return concludeSocket(turn, state, reached);
}

function clean(state: SocketState, { plan }: CleanRequest, config: UnitConfig, context: StepContext): Step<SocketState> | CleanRefusal {
  if (state.sub !== 'dead') return { refused: 'busy' };
  if (plan.length === 0) return { refused: 'nothing' };
  const turn = openSocketTurn(config, context);
  return concludeSocket(turn, state, enterSocketCleaning(turn, state.memory, plan));
}

function step(state: SocketState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<SocketState> {
  const turn = openSocketTurn(config, context);
  return concludeSocket(turn, state, react(turn, state, event));
}

function react(turn: SocketTurn, state: SocketState, event: UnitEvent): SocketState {
  switch (event.event) {
    case 'spawned':
      return withPid(state, event.child, event.pid);
    case 'spawn-failed':
      return socketSpawnFailed(turn, state, event.child, event.reason);
    case 'exited':
      return socketExited(turn, state, event);
    case 'group-empty':
      return socketGroupEmptied(turn, state);
    case 'elapsed':
      return elapsed(turn, state, event.timer);
    case 'readable':
      return trafficCame(turn, state, event.name);
    case 'triggered-changed':
      return serviceChanged(turn, state, event);
    case 'reset-failed':
      return resetFailed(state);
    case 'connection':
      return connectionCame(turn, state, event);
    // What only services are told; a socket hears of its child's end by `exited`.
    case 'executed':
    case 'entered':
    case 'notified':
    case 'pid-file':
    case 'guessed':
    case 'bus-name':
    case 'oom-kill':
    case 'listened':
    case 'hangup':
    case 'seen':
    case 'data':
    case 'trigger-refused':
    case 'jobless':
    case 'clock-changed':
    case 'zone-changed':
      return state;
    default:
      return unreachable(event);
  }
}

function elapsed(turn: SocketTurn, state: SocketState, timer: string): SocketState {
  switch (timer) {
    case 'timeout':
      return socketElapsed(turn, state);
    case 'poll':
      return hearsAgain(turn, state);
    case 'defer':
      return waitedTooLong(turn, state);
    case 'quiet':
      return quietCame(turn, state);
    default:
      return state;
  }
}

function withPid(state: SocketState, child: number, pid: number): SocketState {
  if (!('control' in state) || state.control === null || state.control.child !== child) return state;
  const { command } = state.control;
  const { runs = [] } = state.memory;
  const run = 'index' in command ? lastRun(runs, command.list, command.index) : undefined;
  const memory = run === undefined ? state.memory : { ...state.memory, runs: withRun(runs, { ...run, pid }) };
  return { ...state, control: { ...state.control, pid }, memory };
}

function resetFailed(state: SocketState): SocketState {
  const memory: SocketMemory = { ...state.memory, result: 'success', cleanResult: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', lingering: state.lingering, memory } : { ...state, memory };
}

function fail(state: SocketState, result: string): SocketState {
  invariant(isResult(result), `${result} is no result of a socket`);
  const kept = state.memory.result;
  const memory = { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' };
  return { sub: 'failed', lingering: 'lingering' in state && state.lingering, memory };
}

const results: Readonly<Record<SocketResult, true>> = {
  success: true,
  resources: true,
  timeout: true,
  'exit-code': true,
  signal: true,
  'core-dump': true,
  'start-limit-hit': true,
  'trigger-limit-hit': true,
  'service-start-limit-hit': true,
};

function isResult(result: string): result is SocketResult {
  return Object.hasOwn(results, result);
}
