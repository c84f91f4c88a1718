import { invariant } from '../../base/assert.ts';
import type { Plan } from '../../exec/op.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { KillSettings } from '../../unit/settings/kill.ts';
import type { SwapSettings } from '../../unit/settings/swap.ts';
import { killProcesses } from '../kill.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import { swapRequest } from './commands.ts';
import {
  initialSwapState,
  type SwapKillPhase,
  type SwapList,
  type SwapMemory,
  type SwapProcess,
  type SwapResult,
  type SwapState,
} from './state.ts';
import { sayEnd } from '../say-end.ts';

/** One call of the swap's state machine while it is being worked out. */
export interface SwapTurn {
  readonly config: UnitConfig;
  readonly swap: SwapSettings;
  readonly kill: KillSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** The timer's end is being handled, so it runs no more. */
  elapsed: boolean;
}

/** Begins a turn. */
export function openSwapTurn(config: UnitConfig, context: StepContext): SwapTurn {
  invariant(config.swap !== undefined && config.kill !== undefined, `${config.name} has no swap settings`);
  return { config, swap: config.swap, kill: config.kill, context, effects: [], elapsed: false };
}

/** Ends a turn: sets the timer. */
export function concludeSwap(turn: SwapTurn, before: SwapState, after: SwapState): Step<SwapState> {
  const [old, now] = [swapDeadlineOf(before), swapDeadlineOf(after)];
  if (now !== 0 && (turn.elapsed || now !== old)) turn.effects.push({ effect: 'arm', timer: 'timeout', atUsec: now });
  if (now === 0 && old !== 0 && !turn.elapsed) turn.effects.push({ effect: 'disarm', timer: 'timeout' });
  return { state: after, effects: turn.effects };
}

/** When the stage takes too long; 0 for never. */
export function swapDeadlineOf(state: SwapState): number {
  return 'control' in state ? state.memory.deadlineUsec : 0;
}

/** Begins to swap to it. */
export function enterActivating(turn: SwapTurn, { entry, groupEmpty, cleanResult }: SwapMemory): SwapState {
  const memory = { ...initialSwapState.memory, entry, groupEmpty, ...(cleanResult === undefined ? {} : { cleanResult }) };
  return { sub: 'activating', ...run(turn, memory, 'ExecActivate') };
}

/** Has a child remove the directories of the unit. */
export function enterSwapCleaning(turn: SwapTurn, given: SwapMemory, plan: Plan): SwapState {
  const { context, config } = turn;
  const child = context.nextChild();
  turn.effects.push({ effect: 'run', child, plan });
  const limit = config.exec?.TimeoutCleanSec ?? Infinity;
  const memory: SwapMemory = {
    ...given,
    cleanResult: 'success',
    groupEmpty: false,
    deadlineUsec: limit === Infinity ? 0 : context.now + limit,
  };
  return { sub: 'cleaning', control: { child, pid: null, command: { list: 'clean' } }, memory };
}

/** Begins to take what is there back into memory. */
export function enterDeactivating(turn: SwapTurn, memory: SwapMemory): SwapState {
  return { sub: 'deactivating', ...run(turn, memory, 'ExecDeactivate') };
}

/** Signals the process that works for the unit, or goes on where it is not to be signalled. */
export function enterSwapSignal(
  turn: SwapTurn,
  given: SwapMemory,
  control: SwapProcess,
  phase: SwapKillPhase,
  result: SwapResult,
): SwapState {
  const memory = noteSwapResult(given, result);
  const killing = { kill: turn.kill, effects: turn.effects, groupEmpty: memory.groupEmpty };
  const operation = phase === 'deactivating-sigterm' ? 'terminate' : 'kill';
  if (killProcesses(killing, { main: null, control }, operation)) return { sub: phase, control, memory: timed(turn, memory) };
  if (phase === 'deactivating-sigterm' && turn.kill.SendSIGKILL)
    return enterSwapSignal(turn, memory, control, 'deactivating-sigkill', 'success');
  return enterDeadOrActive(turn, memory, 'success');
}

/** It is in use. */
export function enterSwapActive(given: SwapMemory, result: SwapResult): SwapState {
  return { sub: 'active', memory: noteSwapResult({ ...given, deadlineUsec: 0 }, result) };
}

/** The end: dead or failed. */
export function enterSwapDead(turn: SwapTurn, given: SwapMemory, result: SwapResult): SwapState {
  const memory = noteSwapResult({ ...given, deadlineUsec: 0 }, result);
  turn.effects.push({ effect: memory.groupEmpty ? 'remove-group' : 'watch-group' });
  sayEnd(turn.effects, turn.config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', memory };
}

/** Where the unit is when nobody works for it, by what /proc/swaps says. */
export function enterDeadOrActive(turn: SwapTurn, memory: SwapMemory, result: SwapResult): SwapState {
  return memory.entry === null ? enterSwapDead(turn, memory, result) : enterSwapActive(memory, result);
}

/** Writes to the journal about the unit. */
export function sayOfSwap(turn: SwapTurn, priority: number, message: string): void {
  turn.effects.push({ effect: 'log', priority, message: `${turn.config.name}: ${message}` });
}

/** Notes why the unit fails; what failed first stays. */
function noteSwapResult(memory: SwapMemory, result: SwapResult): SwapMemory {
  return memory.result === 'success' && result !== 'success' ? { ...memory, result } : memory;
}

function timed({ swap, context }: SwapTurn, memory: SwapMemory): SwapMemory {
  const limit = swap.TimeoutSec ?? context.defaults.timeoutStartUsec;
  return { ...memory, deadlineUsec: limit === Infinity ? 0 : context.now + limit };
}

function run(turn: SwapTurn, memory: SwapMemory, list: SwapList): { readonly control: SwapProcess; readonly memory: SwapMemory } {
  const { config, swap, context } = turn;
  const child = context.nextChild();
  turn.effects.push({ effect: 'spawn', child, request: swapRequest(config, swap, list, context.invocationId) });
  const started = { pid: 0, startRealtimeUsec: context.realtimeUsec, exitRealtimeUsec: 0, exit: null };
  return {
    control: { child, pid: null, command: { list } },
    memory: timed(turn, { ...memory, groupEmpty: false, runs: { ...memory.runs, [list]: started } }),
  };
}
