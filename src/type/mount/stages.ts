import type { Plan } from '../../exec/op.ts';
import { killProcesses } from '../kill.ts';
import { mountRequest, whereOf } from './commands.ts';
import type { MountKillPhase, MountList, MountMemory, MountProcess, MountResult, MountState } from './state.ts';
import { initialMountState } from './state.ts';
import { type MountTurn, noteMountResult, sayOfMount, timedMount } from './turn.ts';
import { sayEnd } from '../say-end.ts';

/** How often umount(8) is run again where one mount lies on another. */
const mostRetries = 32;

/** Begins to mount. */
export function enterMounting(turn: MountTurn, given: MountMemory): MountState {
  const { entry, groupEmpty, cleanResult } = given;
  const memory: MountMemory = { ...initialMountState.memory, entry, groupEmpty, ...(cleanResult === undefined ? {} : { cleanResult }) };
  if (turn.config.fragment === undefined) return cannotRun(turn, memory, 'mount', 'resources');
  turn.effects.push({ effect: 'warn-not-empty', path: whereOf(turn.config) });
  return { sub: 'mounting', ...run(turn, memory, 'ExecMount') };
}

/** Begins to mount anew with the options that the unit has now. */
export function enterRemounting(turn: MountTurn, given: MountMemory): MountState {
  const memory: MountMemory = { ...given, reloadResult: 'success' };
  if (turn.config.fragment !== undefined) return { sub: 'remounting', ...run(turn, memory, 'ExecRemount') };
  turn.effects.push({ effect: 'reload-failed' });
  return cannotRun(turn, { ...memory, reloadResult: 'resources' }, 'remount', 'success');
}

/** Begins to unmount. */
export function enterUnmounting(turn: MountTurn, memory: MountMemory): MountState {
  return { sub: 'unmounting', ...run(turn, memory, 'ExecUnmount') };
}

/** Has a child remove the directories of the unit. */
export function enterMountCleaning(turn: MountTurn, given: MountMemory, plan: Plan): MountState {
  const { context, config } = turn;
  const child = context.nextChild();
  turn.effects.push({ effect: 'run', child, plan });
  const limit = config.exec?.TimeoutCleanSec ?? Infinity;
  const memory: MountMemory = {
    ...given,
    cleanResult: 'success',
    groupEmpty: false,
    deadlineUsec: limit === Infinity ? 0 : context.now + limit,
  };
  return { sub: 'cleaning', control: { child, pid: null, command: { list: 'clean' } }, memory };
}

/** It is still mounted after umount(8) ended well: something else was mounted at the same place. */
export function unmountAgain(turn: MountTurn, memory: MountMemory): MountState {
  if (memory.retries < mostRetries) return enterUnmounting(turn, { ...memory, retries: memory.retries + 1 });
  sayOfMount(turn, 4, `Mount still present after ${memory.retries} attempts to unmount, giving up.`);
  return enterMounted(memory, 'success');
}

/** Signals the process that works for the unit, or goes on where it is not to be signalled. */
export function enterMountSignal(
  turn: MountTurn,
  given: MountMemory,
  control: MountProcess,
  phase: MountKillPhase,
  result: MountResult,
): MountState {
  const memory = noteMountResult(given, result);
  const killing = { kill: turn.kill, effects: turn.effects, groupEmpty: memory.groupEmpty };
  const { operation, next } = phases[phase];
  if (killProcesses(killing, { main: null, control }, operation)) return { sub: phase, control, memory: timedMount(turn, memory) };
  if (next !== undefined && turn.kill.SendSIGKILL) return enterMountSignal(turn, memory, control, next, 'success');
  return enterDeadOrMounted(turn, memory, 'success');
}

/** It is mounted. */
export function enterMounted(given: MountMemory, result: MountResult): MountState {
  return { sub: 'mounted', memory: noteMountResult({ ...given, deadlineUsec: 0 }, result) };
}

/** The end: dead or failed. */
export function enterMountDead(turn: MountTurn, given: MountMemory, result: MountResult): MountState {
  const memory = noteMountResult({ ...given, deadlineUsec: 0 }, result);
  // Daemons of file systems in user space may live on in the group.
  turn.effects.push({ effect: memory.groupEmpty ? 'remove-group' : 'watch-group' });
  sayEnd(turn.effects, turn.config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', memory };
}

/** Where the unit is when nobody works for it, by what the mount table says. */
export function enterDeadOrMounted(turn: MountTurn, memory: MountMemory, result: MountResult): MountState {
  return memory.entry === null ? enterMountDead(turn, memory, result) : enterMounted(memory, result);
}

/** Each phase of signals: what is sent, and what follows at once where nothing can be sent. */
const phases: Readonly<Record<MountKillPhase, { readonly operation: 'terminate' | 'kill'; readonly next?: MountKillPhase }>> = {
  'remounting-sigterm': { operation: 'terminate', next: 'remounting-sigkill' },
  'remounting-sigkill': { operation: 'kill' },
  'unmounting-sigterm': { operation: 'terminate', next: 'unmounting-sigkill' },
  'unmounting-sigkill': { operation: 'kill' },
};

/** What is mounted without a unit file can be unmounted, but not mounted again. */
function cannotRun(turn: MountTurn, memory: MountMemory, task: string, result: MountResult): MountState {
  sayOfMount(turn, 4, `Failed to run '${task}' task: the unit has no file that says what to mount`);
  return enterDeadOrMounted(turn, memory, result);
}

function run(turn: MountTurn, memory: MountMemory, list: MountList): { readonly control: MountProcess; readonly memory: MountMemory } {
  const { config, mount, context } = turn;
  const child = context.nextChild();
  turn.effects.push({ effect: 'spawn', child, request: mountRequest(config, mount, list, context.invocationId) });
  const started = { pid: 0, startRealtimeUsec: context.realtimeUsec, exitRealtimeUsec: 0, exit: null };
  const runs = { ...memory.runs, [list]: started };
  return { control: { child, pid: null, command: { list } }, memory: timedMount(turn, { ...memory, groupEmpty: false, runs }) };
}
