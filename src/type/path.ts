import { invariant } from '../base/assert.ts';
import type { UnitConfig } from '../unit/config.ts';
import { pathProperties } from './path/properties.ts';
import { initialPathState, pathLooks, type PathMemory, type PathResult, type PathState } from './path/state.ts';
import {
  concludePath,
  enterPathDead,
  enterPathRunning,
  enterWaiting,
  isCurrent,
  makeWatches,
  namesMade,
  openPathTurn,
  pathOfWatch,
  type PathTurn,
  triggeredByPath,
  watchesMade,
} from './path/turn.ts';
import type { Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Paths: units that start others when files come, change or are there (systemd.path(5)). */
export const pathType: UnitType<PathState> = {
  name: 'path',
  can: { stop: true, fail: true, trigger: true, reload: () => false },
  initial: initialPathState,
  look,
  start,
  stop,
  reload: () => ({ refused: 'unsupported' }),
  step,
  properties: pathProperties,
  pids: () => ({}),
  fail,
  descriptors: (state) => state.memory.held,
  recovered,
};

function look({ sub, memory }: PathState): Look {
  const seen: Look = { ...pathLooks[sub], result: memory.result };
  return memory.startLimitHit ? { ...seen, startLimitHit: true } : seen;
}

function start(state: PathState, config: UnitConfig, context: StepContext): Step<PathState> | Refusal {
  if (state.sub === 'starting') return { state, effects: [] };
  if (state.sub === 'waiting' || state.sub === 'running') return { refused: 'already' };
  const turn = openPathTurn(config, context);
  if (context.triggered()?.load !== 'loaded') return { refused: 'failed', reason: `unit ${triggeredByPath(config)} to trigger not loaded` };
  const trail = context.trail(turn.settings.Watch.map(({ path }) => path));
  const memory: PathMemory = { ...state.memory, result: 'success', startLimitHit: false, present: [], trail };
  return concludePath(turn, makeWatches(turn, state, memory));
}

function stop(state: PathState, config: UnitConfig, context: StepContext): Step<PathState> | Refusal {
  if (state.sub === 'dead' || state.sub === 'failed') return { refused: 'already' };
  const turn = openPathTurn(config, context);
  return concludePath(turn, enterPathDead(turn, state.memory, 'success'));
}

function step(state: PathState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<PathState> {
  const turn = openPathTurn(config, context);
  return concludePath(turn, react(turn, state, event));
}

function react(turn: PathTurn, state: PathState, event: UnitEvent): PathState {
  switch (event.event) {
    case 'readable':
      return watchFired(turn, state, event.name);
    case 'exited':
      return makerEnded(turn, state, event.child, event.failure);
    case 'spawn-failed':
      return makerEnded(turn, state, event.child, event.reason);
    case 'triggered-changed':
      return unitChanged(turn, state, event);
    case 'trigger-refused':
      return state.sub === 'running' ? enterPathDead(turn, state.memory, 'resources') : state;
    case 'reset-failed':
      return resetFailed(state);
    // The rest is for types with processes and clocks.
    default:
      return state;
  }
}

/** Something happened to a path, or to what leads to it. */
function watchFired(turn: PathTurn, state: PathState, name: string): PathState {
  if (state.sub !== 'waiting' || !state.memory.held.includes(name)) return state;
  const path = pathOfWatch(turn, state.memory, name);
  if (path !== undefined) return enterPathRunning(turn, state, path);
  // New watches are on their way, and whoever makes them looks when that is done.
  return state.maker === null ? enterWaiting(turn, state, state.memory, 'event') : state;
}

function makerEnded(turn: PathTurn, state: PathState, child: number, failure: string | undefined): PathState {
  if (!('maker' in state) || state.maker !== child) {
    // Nobody waits for these watches any more, but the keeper has been given them all the same.
    for (const name of namesMade(turn, child)) turn.effects.push({ effect: 'close', name });
    return state;
  }
  if (failure !== undefined) {
    turn.effects.push({ effect: 'log', priority: 3, message: `${turn.config.name}: Failed to watch its paths: ${failure}` });
    return enterPathDead(turn, state.memory, 'resources');
  }
  return watchesMade(turn, state, child, state.sub === 'starting' ? 'start' : state.sub === 'running' ? 'done' : 'event');
}

type UnitChanged = Extract<UnitEvent, { readonly event: 'triggered-changed' }>;

/** The unit came up, so that nothing needs to be watched; or it is done, and the paths are looked at again. */
function unitChanged(turn: PathTurn, state: PathState, { look: triggered, hasJob }: UnitChanged): PathState {
  if ((state.sub !== 'waiting' && state.sub !== 'running') || turn.context.isTriggering()) return state;
  if (triggered.startLimitHit === true) return enterPathDead(turn, state.memory, 'unit-start-limit-hit');
  if (hasJob) return state;
  const isDown = triggered.active === 'inactive' || triggered.active === 'failed';
  if (state.sub === 'waiting') return isDown ? state : { sub: 'running', maker: null, memory: state.memory };
  return isDown && state.maker === null ? enterWaiting(turn, state, state.memory, 'done') : state;
}

/** The unit's files may name other paths than those that are watched. */
function recovered(state: PathState, config: UnitConfig, context: StepContext): Step<PathState> {
  const turn = openPathTurn(config, context);
  if (state.sub !== 'waiting' || isCurrent(turn, state.memory)) return { state, effects: [] };
  return concludePath(turn, enterWaiting(turn, state, state.memory, 'start'));
}

function resetFailed(state: PathState): PathState {
  const memory: PathMemory = { ...state.memory, result: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', memory } : { ...state, memory };
}

function fail(state: PathState, result: string): PathState {
  invariant(isResult(result), `${result} is no result of a path`);
  const kept = state.memory.result;
  return {
    sub: 'failed',
    memory: { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' },
  };
}

const results: Readonly<Record<PathResult, true>> = {
  success: true,
  resources: true,
  'start-limit-hit': true,
  'unit-start-limit-hit': true,
  'trigger-limit-hit': true,
};

function isResult(result: string): result is PathResult {
  return Object.hasOwn(results, result);
}
