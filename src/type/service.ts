import { invariant, unreachable } from '../base/assert.ts';
import type { UnitConfig } from '../unit/config.ts';
import { dropConnection, takeConnection } from './service/connection.ts';
import { busNameChanged } from './service/bus-name.ts';
import { releaseStored } from './service/dead.ts';
import { elapsed, liveOf } from './service/elapsed.ts';
import { exited } from './service/exit.ts';
import { groupEmptied } from './service/group.ts';
import { hungUp, notified } from './service/notify.ts';
import { memoryRanOut } from './service/oom.ts';
import { mainGuessed, pidFileRead } from './service/pid-file.ts';
import { serviceProperties } from './service/properties.ts';
import { enterCleaning } from './service/clean.ts';
import { enterReload } from './service/reload.ts';
import { executed, spawned, spawnFailed } from './service/spawned.ts';
import { enterCondition } from './service/start.ts';
import {
  activeStates,
  blankMemory,
  controlOf,
  idleActiveStates,
  initialState,
  mainOf,
  type Memory,
  questionOf,
  type ServiceResult,
  type ServiceState,
  type ServiceSub,
} from './service/state.ts';
import { enterSignal, enterStop } from './service/stop.ts';
import { conclude, openTurn, say, type Turn } from './service/turn.ts';
import type { CleanRefusal, CleanRequest, ConnectionEvent, Effect, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Services: processes that are started, watched, stopped and restarted (systemd.service(5)). */
export const serviceType: UnitType<ServiceState> = {
  name: 'service',
  can: { stop: true, fail: true, trigger: false, reload: canReload },
  initial: initialState,
  look,
  start,
  stop,
  reload,
  clean,
  step,
  properties: serviceProperties,
  statusText: ({ memory }) => memory.statusText,
  pids,
  fail,
  descriptors: ({ memory: { stored, connection } }) => [
    ...stored.map(({ held }) => held),
    ...(connection?.open === true ? [connection.held] : []),
  ],
  connection: (state) => state.memory.connection ?? undefined,
  mainExit: (state) => state.memory.mainRecord?.exit ?? undefined,
  resume,
};

function canReload(config: UnitConfig): boolean {
  return config.service !== undefined && (config.service.ExecReload.length > 0 || config.service.Type === 'notify-reload');
}

function look(state: ServiceState): Look {
  const active = (state.memory.idle ? idleActiveStates[state.sub] : undefined) ?? activeStates[state.sub];
  const { result, startLimitHit, stored } = state.memory;
  if (startLimitHit) return { active, sub: state.sub, result, startLimitHit };
  if (state.sub === 'dead' && stored.length > 0) return { active, sub: 'dead-resources-pinned', result };
  if (state.sub === 'auto-restart') return { active, sub: state.sub, result, willRestart: true, pauses: true };
  return willRestart[state.sub] === true ? { active, sub: state.sub, result, willRestart: true } : { active, sub: state.sub, result };
}

const willRestart: Readonly<Partial<Record<ServiceSub, true>>> = {
  'dead-before-auto-restart': true,
  'failed-before-auto-restart': true,
  'auto-restart': true,
  'auto-restart-queued': true,
};

/** sub → what a start job meets: a service that can begin, one that is on its way up, up already, or on its way down. */
const startable: Readonly<Record<ServiceSub, 'begin' | 'under-way' | 'already' | 'again'>> = {
  dead: 'begin',
  failed: 'begin',
  'dead-before-auto-restart': 'again',
  'failed-before-auto-restart': 'again',
  'auto-restart': 'begin',
  'auto-restart-queued': 'begin',
  cleaning: 'again',
  condition: 'under-way',
  'start-pre': 'under-way',
  start: 'under-way',
  'start-post': 'under-way',
  running: 'already',
  exited: 'already',
  reload: 'already',
  'reload-signal': 'already',
  'reload-notify': 'already',
  'reload-post': 'already',
  stop: 'again',
  'stop-watchdog': 'again',
  'stop-sigterm': 'again',
  'stop-sigkill': 'again',
  'stop-post': 'again',
  'final-watchdog': 'again',
  'final-sigterm': 'again',
  'final-sigkill': 'again',
};

function start(state: ServiceState, config: UnitConfig, context: StepContext): Step<ServiceState> | Refusal {
  const meets = startable[state.sub];
  if (meets === 'already' || meets === 'again') return { refused: meets };
  if (meets === 'under-way') return { state, effects: [] };
  const turn = openTurn(config, context);
  const refusal = refuse(turn, state);
  if (refusal !== undefined) return { refused: 'failed', reason: refusal };
  if ('lingering' in state && state.lingering) say(turn, 4, `${config.name}: Processes of an earlier run may be left in the group.`);
  return conclude(turn, state, enterCondition(turn, { main: null, control: null, memory: freshMemory(turn, state) }));
}

function refuse({ kill }: Turn, state: ServiceState): string | undefined {
  const lingers = 'lingering' in state && state.lingering;
  if (lingers && !kill.SendSIGKILL && (kill.KillMode === 'control-group' || kill.KillMode === 'mixed')) {
    return 'processes of an earlier run are left, which SendSIGKILL=no forbids to kill';
  }
  return undefined;
}

/** A new run knows nothing of the last, but how often it was restarted and what it had stored. */
function freshMemory(turn: Turn, { sub, memory }: ServiceState): Memory {
  const isRestart = sub === 'auto-restart-queued' || memory.countsOn === true;
  return {
    ...blankMemory,
    idle: turn.service.Type === 'idle',
    // A start job that comes before the hold-off is over is that restart.
    restarts: isRestart ? memory.restarts : sub === 'auto-restart' ? memory.restarts + 1 : 0,
    hasRun: true,
    busOwner: memory.busOwner,
    stored: memory.stored,
    nextStored: memory.nextStored,
    connection: memory.connection,
    ...(memory.cleanResult === undefined ? {} : { cleanResult: memory.cleanResult }),
  };
}

/** sub → what a stop job does: nothing is there, nothing but the wait for a restart, a removal that is cut short, stop by signal, stop in order, or wait. */
const stoppable: Readonly<Record<ServiceSub, 'already' | 'forget' | 'kill' | 'signal' | 'stop' | 'under-way'>> = {
  dead: 'already',
  failed: 'already',
  'dead-before-auto-restart': 'forget',
  'failed-before-auto-restart': 'forget',
  'auto-restart': 'forget',
  'auto-restart-queued': 'forget',
  cleaning: 'kill',
  condition: 'signal',
  'start-pre': 'signal',
  start: 'signal',
  'start-post': 'signal',
  running: 'stop',
  exited: 'stop',
  reload: 'signal',
  'reload-signal': 'signal',
  'reload-notify': 'signal',
  'reload-post': 'signal',
  stop: 'under-way',
  'stop-watchdog': 'under-way',
  'stop-sigterm': 'under-way',
  'stop-sigkill': 'under-way',
  'stop-post': 'under-way',
  'final-watchdog': 'under-way',
  'final-sigterm': 'under-way',
  'final-sigkill': 'under-way',
};

function stop(state: ServiceState, config: UnitConfig, context: StepContext): Step<ServiceState> | Refusal {
  const way = stoppable[state.sub];
  if (way === 'already') return { refused: 'already' };
  // Whoever asks for a stop does not want Restart= to undo it.
  const forbidden: ServiceState = { ...state, memory: { ...state.memory, forbidRestart: true } };
  const turn = openTurn(config, context);
  turn.groupEmpty = state.sub === 'exited' && state.groupEmpty;
  return conclude(turn, state, ways[way](turn, forbidden));
}

const ways: Readonly<Record<'forget' | 'kill' | 'signal' | 'stop' | 'under-way', (turn: Turn, state: ServiceState) => ServiceState>> = {
  forget: (turn, state) => ({
    sub: 'dead',
    lingering: 'lingering' in state && state.lingering,
    memory: { ...releaseStored(turn, state.memory, turn.service.FileDescriptorStorePreserve === 'yes'), countsOn: true },
  }),
  // Nothing is lost with what was removing its directories.
  kill: (turn, state) => enterSignal(turn, liveOf(state), 'final-sigkill', 'success'),
  signal: (turn, state) => enterSignal(turn, liveOf(state), 'stop-sigterm', 'success'),
  stop: (turn, state) => enterStop(turn, liveOf(state), 'success'),
  'under-way': (_turn, state) => state,
};

function reload(state: ServiceState, config: UnitConfig, context: StepContext): Step<ServiceState> | Refusal {
  if (!canReload(config)) return { refused: 'unsupported' };
  if (activeStates[state.sub] === 'reloading') return { refused: 'again' };
  if (state.sub !== 'running' && state.sub !== 'exited') return { refused: 'invalid' };
  const turn = openTurn(config, context);
  return conclude(turn, state, enterReload(turn, liveOf(state)));
}

function clean(state: ServiceState, request: CleanRequest, config: UnitConfig, context: StepContext): Step<ServiceState> | CleanRefusal {
  if (state.sub !== 'dead') return { refused: 'busy' };
  const descriptors = request.descriptors && state.memory.stored.length > 0;
  if (request.plan.length === 0 && !descriptors) return { refused: 'nothing' };
  const turn = openTurn(config, context);
  const cleaning = enterCleaning(turn, state.memory, { ...request, descriptors });
  return conclude(turn, state, cleaning.sub === 'dead' ? { ...cleaning, lingering: state.lingering } : cleaning);
}

function step(state: ServiceState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<ServiceState> {
  const turn = openTurn(config, context);
  return conclude(turn, state, react(turn, state, event));
}

function react(turn: Turn, state: ServiceState, event: UnitEvent): ServiceState {
  switch (event.event) {
    case 'spawned':
      return spawned(turn, state, event.child, event.pid);
    case 'spawn-failed':
      return spawnFailed(turn, state, event.child, event.reason);
    case 'executed':
      return executed(turn, state, event.child);
    case 'exited':
      return exited(turn, state, event);
    case 'group-empty':
      return groupEmptied(turn, state);
    case 'oom-kill':
      return memoryRanOut(turn, state);
    case 'elapsed':
      return elapsed(turn, state, event.timer);
    case 'notified':
      return notified(turn, state, event);
    case 'pid-file':
      return pidFileRead(turn, state, event.pid, event.reason);
    case 'guessed':
      return mainGuessed(turn, state, event.pid);
    case 'bus-name':
      return busNameChanged(turn, state, event);
    case 'hangup':
      return hungUp(turn, state, event.name);
    case 'reset-failed':
      return resetFailed(turn, state);
    case 'connection':
      return connectionChanged(turn, state, event);
    case 'jobless':
      // Its job failed or was canceled before it was carried out, and no other will come.
      return state.sub === 'auto-restart-queued' ? ways.forget(turn, state) : state;
    // What only units that trigger, listen or take processes over are told.
    case 'entered':
    case 'readable':
    case 'listened':
    case 'triggered-changed':
    case 'seen':
    case 'data':
    case 'trigger-refused':
    case 'clock-changed':
    case 'zone-changed':
      return state;
    default:
      return unreachable(event);
  }
}

function connectionChanged(turn: Turn, state: ServiceState, event: ConnectionEvent): ServiceState {
  if (event.is === 'given') return takeConnection(state, event.connection);
  return event.is === 'withdrawn' ? { ...state, memory: dropConnection(turn, state.memory) } : state;
}

function resetFailed(turn: Turn, state: ServiceState): ServiceState {
  const memory: Memory = {
    ...state.memory,
    result: 'success',
    reloadResult: 'success',
    cleanResult: 'success',
    startLimitHit: false,
    restarts: 0,
  };
  if (state.sub !== 'failed') return { ...state, memory };
  const kept = releaseStored(turn, memory, turn.service.FileDescriptorStorePreserve === 'yes');
  return { sub: 'dead', lingering: state.lingering, memory: kept };
}

function fail(state: ServiceState, result: string): ServiceState {
  invariant(isResult(result), `${result} is no result of a service`);
  const kept = state.memory.result;
  return {
    sub: 'failed',
    lingering: 'lingering' in state && state.lingering,
    memory: {
      ...state.memory,
      result: kept === 'success' || kept === 'exec-condition' ? result : kept,
      startLimitHit: result === 'start-limit-hit',
    },
  };
}

const results: Readonly<Record<ServiceResult, true>> = {
  success: true,
  resources: true,
  protocol: true,
  timeout: true,
  'exit-code': true,
  signal: true,
  'core-dump': true,
  watchdog: true,
  'start-limit-hit': true,
  'oom-kill': true,
  'exec-condition': true,
};

function isResult(result: string): result is ServiceResult {
  return Object.hasOwn(results, result);
}

function pids(state: ServiceState): { readonly main?: number; readonly control?: number } {
  const main = mainOf(state)?.pid ?? null;
  const control = controlOf(state)?.pid ?? null;
  return { ...(main === null ? {} : { main }), ...(control === null ? {} : { control }) };
}

function resume(state: ServiceState, config: UnitConfig): readonly Effect[] {
  const question = questionOf(state);
  const path = config.service?.PIDFile ?? '';
  if (question === null) return [];
  if (question.about === 'guess') return [{ effect: 'guess-main' }];
  return [{ effect: 'read-pid-file', path, watch: question.about === 'pid-file' && question.watching }];
}
