import type { TimestampForm } from '../base/timestamp.ts';
import { invariant } from '../base/assert.ts';
import { formatTimespan } from '../base/duration.ts';
import type { UnitConfig } from '../unit/config.ts';
import { commandListText } from './command-text.ts';
import { swapCommands, swapRequest, whatOf } from './swap/commands.ts';
import {
  concludeSwap,
  enterActivating,
  enterDeactivating,
  enterDeadOrActive,
  enterSwapActive,
  enterSwapCleaning,
  enterSwapDead,
  enterSwapSignal,
  openSwapTurn,
  sayOfSwap,
  swapDeadlineOf,
  type SwapTurn,
} from './swap/stages.ts';
import {
  initialSwapState,
  swapActiveStates,
  type SwapList,
  type SwapMemory,
  type SwapResult,
  type SwapState,
  type SwapSub,
} from './swap/state.ts';
import type { TableEntry } from './table.ts';
import type { CleanRefusal, CleanRequest, Defaults, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Swap areas: devices and files that the kernel pages out to, as /proc/swaps tells (systemd.swap(5)). */
export const swapType: UnitType<SwapState> = {
  name: 'swap',
  can: { stop: true, fail: true, trigger: false, reload: () => false },
  follows: 'swaps',
  initial: initialSwapState,
  look,
  start,
  stop,
  reload: () => ({ refused: 'invalid' }),
  clean,
  step,
  properties,
  pids: (state) => ('control' in state && state.control.pid !== null ? { control: state.control.pid } : {}),
  fail,
  descriptors: () => [],
  entry: (state) => state.memory.entry,
  ownCommands: ({ swap, ...config }, id) =>
    swap === undefined ? [] : lists.map((list) => swapRequest({ ...config, swap }, swap, list, id)),
  unsupported: (context) => context.trouble('swap'),
};

function look({ sub, memory }: SwapState): Look {
  const outside: Look = { active: swapActiveStates[sub], sub, result: memory.result };
  return memory.startLimitHit ? { ...outside, startLimitHit: true } : outside;
}

const lists: readonly SwapList[] = ['ExecActivate', 'ExecDeactivate'];

/** sub → what a start job and a stop job meet. */
const meets: Readonly<
  Record<
    SwapSub,
    { readonly start: 'begin' | 'under-way' | 'already' | 'again'; readonly stop: 'already' | 'begin' | 'kill' | 'signal' | 'under-way' }
  >
> = {
  dead: { start: 'begin', stop: 'already' },
  failed: { start: 'begin', stop: 'already' },
  cleaning: { start: 'again', stop: 'kill' },
  activating: { start: 'under-way', stop: 'signal' },
  'activating-done': { start: 'already', stop: 'signal' },
  active: { start: 'already', stop: 'begin' },
  deactivating: { start: 'again', stop: 'under-way' },
  'deactivating-sigterm': { start: 'again', stop: 'under-way' },
  'deactivating-sigkill': { start: 'again', stop: 'under-way' },
};

function start(state: SwapState, config: UnitConfig, context: StepContext): Step<SwapState> | Refusal {
  const way = meets[state.sub].start;
  if (way === 'already' || way === 'again') return { refused: way };
  const reason = context.trouble('swap');
  if (reason !== undefined) return { refused: 'unsupported', reason };
  if (way === 'under-way') return { state, effects: [] };
  const turn = openSwapTurn(config, context);
  return concludeSwap(turn, state, enterActivating(turn, state.memory));
}

function stop(state: SwapState, config: UnitConfig, context: StepContext): Step<SwapState> | Refusal {
  const way = meets[state.sub].stop;
  // Beside another init, what others swap to is theirs.
  if (way === 'already' || (!context.ownsMachine && state.memory.foreign)) return { refused: 'already' };
  const turn = openSwapTurn(config, context);
  if (!('control' in state)) return concludeSwap(turn, state, enterDeactivating(turn, state.memory));
  if (way === 'under-way') return { state, effects: [] };
  const phase = way === 'kill' ? 'deactivating-sigkill' : 'deactivating-sigterm';
  return concludeSwap(turn, state, enterSwapSignal(turn, state.memory, state.control, phase, 'success'));
}

function clean(state: SwapState, { plan }: CleanRequest, config: UnitConfig, context: StepContext): Step<SwapState> | CleanRefusal {
  if (state.sub !== 'dead') return { refused: 'busy' };
  if (plan.length === 0) return { refused: 'nothing' };
  const turn = openSwapTurn(config, context);
  return concludeSwap(turn, state, enterSwapCleaning(turn, state.memory, plan));
}

function step(state: SwapState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<SwapState> {
  const turn = openSwapTurn(config, context);
  return concludeSwap(turn, state, react(turn, state, event));
}

function react(turn: SwapTurn, state: SwapState, event: UnitEvent): SwapState {
  switch (event.event) {
    case 'spawned':
      return 'control' in state && state.control.child === event.child
        ? { ...state, control: { ...state.control, pid: event.pid } }
        : state;
    case 'spawn-failed':
      return spawnFailed(turn, state, event.child, event.reason);
    case 'exited':
      return exited(turn, state, event);
    case 'group-empty':
      return groupEmptied(turn, state);
    case 'elapsed':
      return event.timer === 'timeout' ? elapsed(turn, state) : state;
    case 'seen':
      return seen(turn, state, event.entry);
    case 'reset-failed':
      return resetFailed(state);
    default:
      return state;
  }
}

type Controlled = Extract<SwapState, { readonly control: unknown }>;

function exited(turn: SwapTurn, state: SwapState, event: Extract<UnitEvent, { readonly event: 'exited' }>): SwapState {
  if (!('control' in state) || state.control.child !== event.child) return state;
  if (event.failure !== undefined) sayOfSwap(turn, 3, event.failure);
  const { list } = state.control.command;
  if (list === 'clean')
    return after(turn, { ...state, memory: { ...state.memory, groupEmpty: event.groupEmpty } }, resultOf(event.how, event.status));
  const run = {
    pid: state.control.pid ?? 0,
    startRealtimeUsec: state.memory.runs[list]?.startRealtimeUsec ?? 0,
    exitRealtimeUsec: turn.context.realtimeUsec,
    exit: { how: event.how, status: event.status },
  };
  const memory: SwapMemory = { ...state.memory, groupEmpty: event.groupEmpty, runs: { ...state.memory.runs, [list]: run } };
  return after(turn, { ...state, memory }, resultOf(event.how, event.status));
}

function resultOf(how: 'exited' | 'killed' | 'dumped', status: number): SwapResult {
  if (how === 'exited') return status === 0 ? 'success' : 'exit-code';
  return how === 'killed' ? 'signal' : 'core-dump';
}

function spawnFailed(turn: SwapTurn, state: SwapState, child: number, reason: string): SwapState {
  if (!('control' in state) || state.control.child !== child) return state;
  sayOfSwap(turn, 4, `Failed to make a process: ${reason}`);
  return after(turn, { ...state, memory: { ...state.memory, groupEmpty: true } }, 'resources');
}

function after(turn: SwapTurn, { sub, memory }: Controlled, result: SwapResult): SwapState {
  if (sub === 'cleaning')
    return enterDeadOrActive(turn, { ...memory, cleanResult: memory.cleanResult === 'success' ? result : 'timeout' }, result);
  if (sub !== 'activating' && sub !== 'activating-done') return enterDeadOrActive(turn, memory, result);
  return result === 'success' || memory.entry !== null ? enterSwapActive(memory, result) : enterSwapDead(turn, memory, result);
}

function elapsed(turn: SwapTurn, state: SwapState): SwapState {
  const atUsec = swapDeadlineOf(state);
  if (!('control' in state) || atUsec === 0 || turn.context.now < atUsec) return state;
  turn.elapsed = true;
  const { memory, control, sub } = state;
  if (sub === 'cleaning') {
    sayOfSwap(turn, 4, 'Cleaning timed out. killing.');
    return enterSwapSignal(turn, { ...memory, cleanResult: 'timeout' }, control, 'deactivating-sigkill', 'success');
  }
  if (sub === 'deactivating-sigkill' || (sub === 'deactivating-sigterm' && !turn.kill.SendSIGKILL)) {
    sayOfSwap(turn, 4, 'Swap process still around after SIGKILL. Ignoring.');
    return enterDeadOrActive(turn, memory, 'timeout');
  }
  sayOfSwap(turn, 4, sub.startsWith('activating') ? 'Activation timed out. Stopping.' : 'Deactivation timed out. Stopping.');
  const phase = sub === 'deactivating-sigterm' ? 'deactivating-sigkill' : 'deactivating-sigterm';
  return enterSwapSignal(turn, memory, control, phase, 'timeout');
}

function seen(turn: SwapTurn, state: SwapState, entry: TableEntry | null): SwapState {
  if (entry !== null && entry.table !== 'swaps') return state;
  const memory: SwapMemory = { ...state.memory, entry };
  if (entry === null) return state.sub === 'active' ? enterSwapDead(turn, memory, 'success') : { ...state, memory };
  if (state.sub === 'dead' || state.sub === 'failed')
    return enterSwapActive({ ...memory, result: 'success', foreign: true, startLimitHit: false }, 'success');
  return state.sub === 'activating' ? { ...state, sub: 'activating-done', memory } : { ...state, memory };
}

function groupEmptied(turn: SwapTurn, state: SwapState): SwapState {
  if ('control' in state) return state;
  if (state.sub !== 'active') turn.effects.push({ effect: 'remove-group' });
  return { ...state, memory: { ...state.memory, groupEmpty: true } };
}

function resetFailed(state: SwapState): SwapState {
  const memory: SwapMemory = { ...state.memory, result: 'success', cleanResult: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', memory } : { ...state, memory };
}

function fail(state: SwapState, result: string): SwapState {
  invariant(result === 'start-limit-hit' || result === 'resources', `${result} is no result of a swap`);
  const kept = state.memory.result;
  return {
    sub: 'failed',
    memory: { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' },
  };
}

/** The properties of a swap unit by systemd's names (org.freedesktop.systemd1(5), Swap Unit Objects). */
function properties(state: SwapState, config: UnitConfig, defaults?: Defaults, form?: TimestampForm): Readonly<Record<string, string>> {
  const { swap } = config;
  invariant(swap !== undefined, `${config.name} has no swap settings`);
  const { entry, result, runs } = state.memory;
  const commands = lists.flatMap((list) => {
    const run = runs[list];
    return run === undefined ? [] : [[list, commandListText([swapCommands[list](swap, whatOf(config))], () => run, form)] as const];
  });
  return {
    What: config.load.state === 'not-found' && entry === null ? '' : whatOf(config),
    Priority: String(entry?.priority ?? swap.Priority ?? -1),
    Options: swap.Options,
    TimeoutUSec: formatTimespan(swap.TimeoutSec ?? defaults?.timeoutStartUsec ?? usualTimeout),
    ControlPID: String('control' in state ? (state.control.pid ?? 0) : 0),
    Result: result,
    UID: '[not set]',
    GID: '[not set]',
    ...Object.fromEntries(commands),
  };
}

const usualTimeout = 90_000_000;
