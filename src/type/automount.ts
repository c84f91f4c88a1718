import { invariant } from '../base/assert.ts';
import { formatTimespan } from '../base/duration.ts';
import type { Op } from '../exec/op.ts';
import type { UnitConfig } from '../unit/config.ts';
import { withType } from '../unit/name.ts';
import { type AutofsRequest, largestPacket, parseAutofsPacket } from './automount/packet.ts';
import { answers, EHOSTDOWN, ENODEV, pipeOf, pointOf, setUpPlan, takeAwayPlan } from './automount/plans.ts';
import {
  automountActiveStates,
  type AutomountMemory,
  type AutomountResult,
  type AutomountState,
  initialAutomountState,
} from './automount/state.ts';
import type { Effect, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';
import { sayEnd } from './say-end.ts';

/** Automount points: the kernel asks for the mount when somebody looks below them, and for its end when it is idle (systemd.automount(5)). */
export const automountType: UnitType<AutomountState> = {
  name: 'automount',
  can: { stop: true, fail: true, trigger: true, reload: () => false },
  initial: initialAutomountState,
  look,
  start,
  stop,
  reload: () => ({ refused: 'invalid' }),
  step,
  properties,
  pids: () => ({}),
  fail,
  descriptors: ({ memory }) => (memory.held === '' ? [] : [memory.held]),
  unsupported: (context) => context.trouble('automount'),
};

/** One call of the state machine while it is being worked out. */
interface Turn {
  readonly config: UnitConfig;
  readonly context: StepContext;
  readonly effects: Effect[];
}

function look({ sub, memory }: AutomountState): Look {
  const outside: Look = { active: automountActiveStates[sub], sub, result: memory.result };
  return memory.startLimitHit ? { ...outside, startLimitHit: true } : outside;
}

function start(state: AutomountState, config: UnitConfig, context: StepContext): Step<AutomountState> | Refusal {
  if (state.sub === 'waiting' || state.sub === 'running') return { refused: 'already' };
  if (state.sub === 'setting-up') return { state, effects: [] };
  if (state.sub === 'unsetting') return { refused: 'again' };
  const unsupported = context.trouble('automount');
  if (unsupported !== undefined) return { refused: 'unsupported', reason: unsupported };
  const load = context.triggered()?.load;
  if (load !== undefined && load !== 'loaded')
    return { refused: 'failed', reason: `${withType(config.name, 'mount')} is not loaded (${load})` };
  if (context.mountAt(pointOf(config)) !== undefined) {
    return { refused: 'failed', reason: `Path ${pointOf(config)} is already a mount point, refusing start` };
  }
  const turn: Turn = { config, context, effects: [] };
  const child = run(turn, setUpPlan(config));
  return { state: { sub: 'setting-up', child, memory: { ...initialAutomountState.memory, held: pipeOf(config) } }, effects: turn.effects };
}

function stop(state: AutomountState, config: UnitConfig, context: StepContext): Step<AutomountState> | Refusal {
  if (state.sub === 'dead' || state.sub === 'failed') return { refused: 'already' };
  if (state.sub === 'setting-up') return { refused: 'again' };
  if (state.sub === 'unsetting') return { state, effects: [] };
  const turn: Turn = { config, context, effects: [] };
  return { state: takeAway(turn, state.memory, 'success'), effects: turn.effects };
}

function step(state: AutomountState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<AutomountState> {
  const turn: Turn = { config, context, effects: [] };
  return { state: react(turn, state, event), effects: turn.effects };
}

function react(turn: Turn, state: AutomountState, event: UnitEvent): AutomountState {
  switch (event.event) {
    case 'exited':
      return exited(turn, state, event.child, event.failure);
    case 'spawn-failed':
      return exited(turn, state, event.child, event.reason);
    case 'readable':
      if (isSet(state)) turn.effects.push({ effect: 'read', name: event.name, most: largestPacket });
      return state;
    case 'data':
      return isSet(state) ? asked(turn, state, event) : state;
    case 'triggered-changed':
      return isSet(state) ? mountChanged(turn, state, event) : state;
    case 'elapsed':
      return state.sub === 'running' && state.memory.expirer === null ? expire(turn, state) : state;
    case 'trigger-refused':
      // Who waits must not wait for ever.
      return isSet(state) ? takeAway(turn, state.memory, 'resources') : state;
    case 'reset-failed':
      return resetFailed(state);
    default:
      return state;
  }
}

type SetUp = Extract<AutomountState, { readonly sub: 'waiting' | 'running' }>;

function isSet(state: AutomountState): state is SetUp {
  return state.sub === 'waiting' || state.sub === 'running';
}

/** A child is done: the one that sets up, the one that takes away, or the one that asked what is idle. */
function exited(turn: Turn, state: AutomountState, child: number, failure: string | undefined): AutomountState {
  if (failure !== undefined) say(turn, 4, failure);
  const { memory } = state;
  if (memory.expirer === child) {
    const rested: AutomountMemory = { ...memory, expirer: null };
    if (state.sub === 'running') armExpiry(turn);
    return { ...state, memory: rested };
  }
  if (!('child' in state) || state.child !== child) return state;
  return state.sub === 'setting-up' ? setUp(turn, memory, failure) : gone(turn, memory);
}

function setUp(turn: Turn, memory: AutomountMemory, failure: string | undefined): AutomountState {
  const point = turn.context.mountAt(pointOf(turn.config));
  if (failure !== undefined || point === undefined) return takeAway(turn, memory, 'resources');
  turn.effects.push({ effect: 'poll', name: pipeOf(turn.config) });
  return { sub: 'waiting', memory: { ...memory, device: point.device } };
}

/** The kernel has written into the pipe, or closed it, as when somebody else unmounted the point. */
function asked(turn: Turn, state: SetUp, { bytes, errno }: Extract<UnitEvent, { readonly event: 'data' }>): AutomountState {
  if (bytes.length === 0 && errno === 0) {
    say(turn, 3, 'The automount point was unmounted by somebody else.');
    return takeAway(turn, state.memory, 'unmounted');
  }
  turn.effects.push({ effect: 'poll', name: pipeOf(turn.config) });
  const request = parseAutofsPacket(bytes);
  if (request === undefined) return state;
  return request.asks === 'mount' ? mountWanted(turn, state, request) : endWanted(turn, state, request);
}

function mountWanted(turn: Turn, state: SetUp, { token, pid }: AutofsRequest): AutomountState {
  const { config, context } = turn;
  say(turn, 7, `Got automount request for ${pointOf(config)}, triggered by process ${pid}.`);
  if (context.stopRequested) {
    answer(turn, state.memory, [token], EHOSTDOWN);
    return state;
  }
  if (context.mountAt(pointOf(config))?.type !== 'autofs') {
    // It was mounted in the meantime.
    answer(turn, state.memory, [token], 0);
    return state;
  }
  turn.effects.push({ effect: 'trigger', unit: withType(config.name, 'mount'), job: 'start', mode: 'replace' });
  return { sub: 'running', memory: { ...state.memory, tokens: [...state.memory.tokens, token] } };
}

function endWanted(turn: Turn, state: SetUp, { token }: AutofsRequest): AutomountState {
  turn.effects.push({ effect: 'disarm', timer: 'expire' });
  turn.effects.push({ effect: 'trigger', unit: withType(turn.config.name, 'mount'), job: 'stop', mode: 'replace' });
  return { ...state, memory: { ...state.memory, expiries: [...state.memory.expiries, token] } };
}

/** Stages of a mount in which those who wait for it can go on, or wait in vain; and in which its end has come, or will not come. */
const up: ReadonlySet<string> = new Set(['mounted', 'remounting', 'remounting-sigterm', 'remounting-sigkill']);
const down: ReadonlySet<string> = new Set(['dead', 'unmounting', 'unmounting-sigterm', 'unmounting-sigkill', 'failed']);
const staying: ReadonlySet<string> = new Set([...up, 'mounting', 'mounting-done', 'unmounting-sigterm', 'unmounting-sigkill', 'failed']);

function mountChanged(
  turn: Turn,
  state: SetUp,
  { look: mount, hasJob }: Extract<UnitEvent, { readonly event: 'triggered-changed' }>,
): AutomountState {
  if (mount.startLimitHit === true) return takeAway(turn, state.memory, 'mount-start-limit-hit');
  if (hasJob) return state;
  let { sub, memory } = state;
  if (up.has(mount.sub)) {
    memory = { ...memory, tokens: answer(turn, memory, memory.tokens, 0) };
    if (memory.expirer === null) armExpiry(turn);
    sub = 'running';
  }
  if (staying.has(mount.sub)) memory = { ...memory, expiries: answer(turn, memory, memory.expiries, ENODEV) };
  if (mount.sub === 'dead') memory = { ...memory, expiries: answer(turn, memory, memory.expiries, 0) };
  if (down.has(mount.sub)) {
    memory = { ...memory, tokens: answer(turn, memory, memory.tokens, ENODEV) };
    if (sub === 'running') turn.effects.push({ effect: 'disarm', timer: 'expire' });
    sub = 'waiting';
  }
  return { sub, memory };
}

/** Answers the kernel; nobody waits after that. */
function answer(turn: Turn, { device }: AutomountMemory, tokens: readonly number[], error: number): readonly number[] {
  if (tokens.length > 0) run(turn, answers(turn.config, device, tokens, error));
  return [];
}

/** How often it is looked whether the mount is idle: three times in the time that it may be, at most each second. */
function armExpiry({ config, context, effects }: Turn): void {
  const limit = config.automount?.TimeoutIdleSec ?? Infinity;
  if (limit !== Infinity)
    effects.push({ effect: 'arm', timer: 'expire', atUsec: context.now + Math.max(Math.floor(limit / 3), 1_000_000) });
}

function expire(turn: Turn, state: AutomountState): AutomountState {
  const expirer = run(turn, [{ op: 'autofs-expire', path: pointOf(turn.config), device: state.memory.device, tolerate: true }]);
  return { ...state, memory: { ...state.memory, expirer } };
}

function takeAway(turn: Turn, given: AutomountMemory, result: AutomountResult): AutomountState {
  const memory: AutomountMemory = { ...given, result, tokens: [], expiries: [], held: '' };
  turn.effects.push({ effect: 'disarm', timer: 'expire' });
  if (given.held !== '') turn.effects.push({ effect: 'close', name: given.held });
  return { sub: 'unsetting', child: run(turn, takeAwayPlan(turn.config, given)), memory };
}

function gone(turn: Turn, memory: AutomountMemory): AutomountState {
  sayEnd(turn.effects, turn.config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', memory };
}

function run({ context, effects }: Turn, plan: readonly Op[]): number {
  const child = context.nextChild();
  effects.push({ effect: 'run', child, plan, outside: true });
  return child;
}

function say({ config, effects }: Turn, priority: number, message: string): void {
  effects.push({ effect: 'log', priority, message: `${config.name}: ${message}` });
}

function resetFailed(state: AutomountState): AutomountState {
  const memory: AutomountMemory = { ...state.memory, result: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', memory } : { ...state, memory };
}

function fail(state: AutomountState, result: string): AutomountState {
  invariant(result === 'start-limit-hit' || result === 'resources', `${result} is no result of an automount`);
  const kept = state.memory.result;
  return {
    sub: 'failed',
    memory: { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' },
  };
}

/** The properties of an automount unit by systemd's names (org.freedesktop.systemd1(5), Automount Unit Objects). */
function properties({ memory }: AutomountState, config: UnitConfig): Readonly<Record<string, string>> {
  const { DirectoryMode = 0o755, ExtraOptions = '', TimeoutIdleSec = Infinity } = config.automount ?? {};
  return {
    Where: config.load.state === 'not-found' ? '' : pointOf(config),
    ExtraOptions,
    DirectoryMode: DirectoryMode.toString(8).padStart(4, '0'),
    Result: memory.result,
    TimeoutIdleUSec: TimeoutIdleSec === Infinity ? '0' : formatTimespan(TimeoutIdleSec),
  };
}
