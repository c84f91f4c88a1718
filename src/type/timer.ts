import { invariant } from '../base/assert.ts';
import type { UnitConfig } from '../unit/config.ts';
import { endOfTime, spentAt } from './timer/elapse.ts';
import { timerProperties } from './timer/properties.ts';
import { initialTimerState, timerActiveStates, type TimerMemory, type TimerResult, type TimerState } from './timer/state.ts';
import {
  concludeTimer,
  enterRunning,
  enterTimerDead,
  enterWaiting,
  isDue,
  isTimerClock,
  openTimerTurn,
  stampPath,
  triggeredBy,
  type TimerTurn,
  writeStamp,
} from './timer/turn.ts';
import { alarmMade, alarmNames, isAlarmDue } from './timer/wake.ts';
import type { CleanRefusal, CleanRequest, Look, Refusal, Schedule, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Timers: units that start others at certain times (systemd.timer(5)). */
export const timerType: UnitType<TimerState> = {
  name: 'timer',
  can: { stop: true, fail: true, trigger: true, reload: () => false, followClock: true },
  initial: initialTimerState,
  look,
  start,
  stop,
  reload: () => ({ refused: 'unsupported' }),
  clean,
  step,
  properties: timerProperties,
  pids: () => ({}),
  fail,
  descriptors: alarmNames,
  schedule,
  recovered,
};

function look({ sub, memory }: TimerState): Look {
  const seen: Look = { active: timerActiveStates[sub], sub, result: memory.result };
  return memory.startLimitHit ? { ...seen, startLimitHit: true } : seen;
}

function schedule(state: TimerState): Schedule {
  const lastUsec = state.memory.lastTrigger.realtimeUsec;
  if (state.sub !== 'waiting') return { lastUsec };
  const { monotonicUsec, realtimeUsec } = state;
  return { lastUsec, next: { monotonicUsec: monotonicUsec >= endOfTime ? 0 : monotonicUsec, realtimeUsec } };
}

function start(state: TimerState, config: UnitConfig, context: StepContext): Step<TimerState> | Refusal {
  if (timerActiveStates[state.sub] === 'active') return { refused: 'already' };
  const turn = openTimerTurn(config, context);
  const load = context.triggered()?.load;
  if (load !== 'loaded') return { refused: 'failed', reason: `unit ${triggeredBy(config)} to trigger not loaded` };
  const memory: TimerMemory = {
    ...state.memory,
    result: 'success',
    startLimitHit: false,
    lastTrigger: { monotonicUsec: 0, realtimeUsec: readStamp(turn) },
    spent: state.memory.spent.filter((line) => !line.startsWith('OnActiveSec=')),
    random: context.random(),
  };
  const problem = turn.settings.WakeSystem ? context.cannotWake : undefined;
  if (problem !== undefined) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${config.name}: WakeSystem=yes is not possible here: ${problem}` });
    return concludeTimer(turn, state, enterTimerDead(turn, memory, 'resources'));
  }
  // As in systemd, a calendar goes on from the activation before this one where the timer has stayed loaded since.
  const reached = enterWaiting(turn, state, memory);
  if (reached.sub === 'dead') return { refused: 'already' };
  const activated = { monotonicUsec: context.now, realtimeUsec: context.realtimeUsec };
  return concludeTimer(turn, state, { ...reached, memory: { ...reached.memory, activated } });
}

/** When the timer elapsed last, in an earlier life; a timer without a past begins one now. */
function readStamp(turn: TimerTurn): number {
  if (!turn.settings.Persistent) return 0;
  const { context, config, effects } = turn;
  const stampUsec = context.modified(stampPath(turn));
  if (stampUsec === undefined) writeStamp(turn, context.realtimeUsec);
  else if (stampUsec < context.realtimeUsec) return stampUsec;
  else effects.push({ effect: 'log', priority: 4, message: `${config.name}: Not using its stamp file, whose time is in the future.` });
  return 0;
}

function stop(state: TimerState, config: UnitConfig, context: StepContext): Step<TimerState> | Refusal {
  if (timerActiveStates[state.sub] !== 'active') return { refused: 'already' };
  const turn = openTimerTurn(config, context);
  return concludeTimer(turn, state, enterTimerDead(turn, state.memory, 'success'));
}

/** What a timer has is the stamp of Persistent=, which counts as its state. */
function clean(state: TimerState, { what }: CleanRequest, config: UnitConfig, context: StepContext): Step<TimerState> | CleanRefusal {
  if (state.sub !== 'dead') return { refused: 'busy' };
  const turn = openTimerTurn(config, context);
  if (what.size !== 1 || !what.has('state') || !turn.settings.Persistent) return { refused: 'nothing' };
  return { state, effects: [{ effect: 'unlink', path: stampPath(turn) }] };
}

function step(state: TimerState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<TimerState> {
  const turn = openTimerTurn(config, context);
  return concludeTimer(turn, state, react(turn, state, event));
}

function react(turn: TimerTurn, state: TimerState, event: UnitEvent): TimerState {
  switch (event.event) {
    case 'elapsed':
      if (isTimerClock(event.timer) && isDue(turn, state)) return enterRunning(turn, state);
      turn.rearm = true;
      return state;
    case 'triggered-changed':
      return unitChanged(turn, state, event);
    case 'trigger-refused':
      return state.sub === 'running' ? enterTimerDead(turn, state.memory, 'resources') : state;
    case 'clock-changed':
      return clockChanged(turn, state);
    case 'zone-changed':
      return zoneChanged(turn, state);
    case 'exited':
      return alarmMade(turn, state, event.child, event.failure) ?? stampWritten(turn, state, event);
    case 'readable':
      return woken(turn, state, event.name);
    case 'reset-failed':
      return resetFailed(state);
    // The rest is for types with processes and descriptors.
    default:
      return state;
  }
}

type UnitChanged = Extract<UnitEvent, { readonly event: 'triggered-changed' }>;

/** The unit came up or went down: what counts from that is worked out anew, and a timer whose unit is done waits again. */
function unitChanged(turn: TimerTurn, state: TimerState, { look: { active } }: UnitChanged): TimerState {
  if (turn.context.isTriggering()) return state;
  if (state.sub === 'running') return active === 'inactive' || active === 'failed' ? enterWaiting(turn, state, state.memory) : state;
  if (state.sub !== 'waiting' && state.sub !== 'elapsed') return state;
  return isDue(turn, state) ? enterRunning(turn, state) : enterWaiting(turn, state, state.memory);
}

/** The wall clock jumped. */
function clockChanged(turn: TimerTurn, state: TimerState): TimerState {
  if (state.sub !== 'waiting') return state;
  turn.rearm = true;
  const { lastTrigger } = state.memory;
  // An elapse in the future would keep the timer from elapsing again until then.
  const realtimeUsec = Math.min(lastTrigger.realtimeUsec, turn.context.realtimeUsec);
  const memory = { ...state.memory, lastTrigger: { ...lastTrigger, realtimeUsec } };
  return turn.settings.OnClockChange ? enterRunning(turn, { ...state, memory }) : enterWaiting(turn, state, memory, true);
}

/** An alarm clock has gone off; where the machine slept, CLOCK_MONOTONIC may come to that time once more. */
function woken(turn: TimerTurn, state: TimerState, name: string): TimerState {
  if (state.sub !== 'waiting' || !isAlarmDue(state, name)) return state;
  const { monotonicUsec, memory } = state;
  return enterRunning(turn, { ...state, memory: { ...memory, spent: spentAt(turn.settings, memory, monotonicUsec) } });
}

/** The local time zone is another one. */
function zoneChanged(turn: TimerTurn, state: TimerState): TimerState {
  if (state.sub !== 'waiting') return state;
  return turn.settings.OnTimezoneChange ? enterRunning(turn, state) : enterWaiting(turn, state, state.memory);
}

function stampWritten(
  { config, effects }: TimerTurn,
  state: TimerState,
  { failure }: Extract<UnitEvent, { readonly event: 'exited' }>,
): TimerState {
  if (failure !== undefined)
    effects.push({ effect: 'log', priority: 4, message: `${config.name}: cannot write its stamp file: ${failure}` });
  return state;
}

/** The unit's files may be others than those by which was worked out what is next. */
function recovered(state: TimerState, config: UnitConfig, context: StepContext): Step<TimerState> {
  const turn = openTimerTurn(config, context);
  if (state.sub !== 'waiting' && state.sub !== 'elapsed') return { state, effects: [] };
  turn.rearm = true;
  if (state.sub === 'waiting' && (config.load.state === 'not-found' || config.load.state === 'masked')) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${config.name}: Unit to trigger vanished.` });
    return concludeTimer(turn, state, enterTimerDead(turn, state.memory, 'resources'));
  }
  if (isDue(turn, state)) return concludeTimer(turn, state, state);
  return concludeTimer(turn, state, enterWaiting(turn, state, state.memory));
}

function resetFailed(state: TimerState): TimerState {
  const memory: TimerMemory = { ...state.memory, result: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', memory } : { ...state, memory };
}

function fail(state: TimerState, result: string): TimerState {
  invariant(isResult(result), `${result} is no result of a timer`);
  const kept = state.memory.result;
  return {
    sub: 'failed',
    memory: { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' },
  };
}

const results: Readonly<Record<TimerResult, true>> = { success: true, resources: true, 'start-limit-hit': true };

function isResult(result: string): result is TimerResult {
  return Object.hasOwn(results, result);
}
