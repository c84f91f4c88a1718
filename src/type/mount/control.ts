import type { UnitEvent } from '../type.ts';
import { placeOps, whereOf } from './commands.ts';
import { enterDeadOrMounted, enterMountDead, enterMounted, enterMountSignal, unmountAgain } from './stages.ts';
import { type MountControlledSub, type MountMemory, type MountProcess, type MountResult, type MountState } from './state.ts';
import { mountDeadlineOf, type MountTurn, sayOfMount } from './turn.ts';

type Exited = Extract<UnitEvent, { readonly event: 'exited' }>;

/** mount(8) or umount(8) ended; the mount table was read after that. */
export function mountExited(turn: MountTurn, state: MountState, event: Exited): MountState {
  if (!('control' in state) || state.control.child !== event.child) return state;
  if (event.failure !== undefined) sayOfMount(turn, 3, event.failure);
  const result = resultOf(turn, state.control, event);
  return after(turn, { ...state, memory: remember(turn, { ...state.memory, groupEmpty: event.groupEmpty }, state.control, event) }, result);
}

/** No process could be made. */
export function mountSpawnFailed(turn: MountTurn, state: MountState, child: number, reason: string): MountState {
  if (!('control' in state) || state.control.child !== child) return state;
  sayOfMount(turn, 4, `Failed to make a process: ${reason}`);
  return after(turn, { ...state, memory: { ...state.memory, groupEmpty: true } }, 'resources');
}

/** The stage took too long. */
export function mountElapsed(turn: MountTurn, state: MountState): MountState {
  const atUsec = mountDeadlineOf(state);
  if (!('control' in state) || atUsec === 0 || turn.context.now < atUsec) return state;
  turn.elapsed = true;
  const { message, to, result } = timeouts[state.sub];
  sayOfMount(turn, 4, message);
  const memory = timedOutMemory(state);
  const next = to === undefined || (to.endsWith('sigkill') && !turn.kill.SendSIGKILL) ? undefined : to;
  return next === undefined ? enterDeadOrMounted(turn, memory, result) : enterMountSignal(turn, memory, state.control, next, result);
}

/** The mount point appeared in the mount table, or what is said of it there changed. */
export function mountAppeared(state: MountState): MountState {
  switch (state.sub) {
    case 'dead':
    case 'failed': {
      const cleared: MountMemory = {
        ...state.memory,
        result: 'success',
        reloadResult: 'success',
        retries: 0,
        foreign: true,
        startLimitHit: false,
      };
      return enterMounted(cleared, 'success');
    }
    case 'mounting':
      return { ...state, sub: 'mounting-done' };
    default:
      return state;
  }
}

/** Nothing is mounted there any more. */
export function mountVanished(turn: MountTurn, state: MountState): MountState {
  if (state.sub === 'mounted') return enterMountDead(turn, state.memory, 'success');
  // Some mount programs mount, fail, and take it away again.
  return state.sub === 'mounting-done' ? { ...state, sub: 'mounting' } : state;
}

function timedOutMemory({ sub, memory }: MountState): MountMemory {
  if (sub === 'cleaning') return { ...memory, cleanResult: 'timeout' };
  return sub.startsWith('remounting') ? { ...memory, reloadResult: 'timeout' } : memory;
}

function resultOf({ config, mount }: MountTurn, { command }: MountProcess, event: Exited): MountResult {
  const prepared = command.list === 'ExecMount' ? placeOps(mount, whereOf(config)).length : 0;
  if (event.failedOp !== undefined && event.failedOp < prepared) return 'resources';
  if (event.how === 'exited') return event.status === 0 ? 'success' : 'exit-code';
  return event.how === 'killed' ? 'signal' : 'core-dump';
}

function remember({ context }: MountTurn, memory: MountMemory, { pid, command }: MountProcess, { how, status }: Exited): MountMemory {
  if (command.list === 'clean') return memory;
  const began = memory.runs[command.list];
  const ended = {
    pid: pid ?? 0,
    startRealtimeUsec: began?.startRealtimeUsec ?? 0,
    exitRealtimeUsec: context.realtimeUsec,
    exit: { how, status },
  };
  return { ...memory, runs: { ...memory.runs, [command.list]: ended } };
}

type Controlled = Extract<MountState, { readonly sub: MountControlledSub }>;

function after(turn: MountTurn, state: Controlled, result: MountResult): MountState {
  const isReload = state.sub.startsWith('remounting');
  const memory = isReload ? { ...state.memory, reloadResult: worse(state.memory.reloadResult, result) } : state.memory;
  return afterProcess[state.sub](turn, memory, result);
}

function worse(known: MountResult, result: MountResult): MountResult {
  return known === 'success' ? result : known;
}

type After = (turn: MountTurn, memory: MountMemory, result: MountResult) => MountState;

const staysMounted: After = (turn, memory) => enterDeadOrMounted(turn, memory, 'success');
const goesByTable: After = (turn, memory, result) => enterDeadOrMounted(turn, memory, result);

/** sub → what the end of its process leads to. */
const afterProcess: Readonly<Record<MountControlledSub, After>> = {
  cleaning: (turn, memory, result) =>
    enterDeadOrMounted(turn, { ...memory, cleanResult: worse(memory.cleanResult ?? 'success', result) }, result),
  mounting: (turn, memory, result) => {
    if (result === 'success') sayOfMount(turn, 4, 'Mount process finished, but there is no mount.');
    return enterMountDead(turn, memory, result === 'success' ? 'protocol' : result);
  },
  'mounting-done': (_turn, memory, result) => enterMounted(memory, result),
  remounting: staysMounted,
  'remounting-sigterm': staysMounted,
  'remounting-sigkill': staysMounted,
  unmounting: (turn, memory, result) => {
    if (result === 'success' && memory.entry !== null) return unmountAgain(turn, memory);
    if (result !== 'exit-code' || memory.entry !== null) return enterDeadOrMounted(turn, memory, result);
    sayOfMount(turn, 5, 'Mount disappeared even though umount process failed, continuing.');
    return enterMountDead(turn, memory, 'success');
  },
  'unmounting-sigterm': goesByTable,
  'unmounting-sigkill': goesByTable,
};

interface Timeout {
  readonly message: string;
  readonly to?: 'remounting-sigterm' | 'remounting-sigkill' | 'unmounting-sigterm' | 'unmounting-sigkill';
  readonly result: MountResult;
}

/** sub → what the end of its time limit leads to. */
const timeouts: Readonly<Record<MountControlledSub, Timeout>> = {
  cleaning: { message: 'Mount cleaning timed out. Stopping.', to: 'unmounting-sigkill', result: 'success' },
  mounting: { message: 'Mounting timed out. Terminating.', to: 'unmounting-sigterm', result: 'timeout' },
  'mounting-done': { message: 'Mounting timed out. Terminating.', to: 'unmounting-sigterm', result: 'timeout' },
  remounting: { message: 'Remounting timed out. Terminating remount process.', to: 'remounting-sigterm', result: 'success' },
  'remounting-sigterm': { message: 'Remounting timed out. Killing.', to: 'remounting-sigkill', result: 'success' },
  'remounting-sigkill': { message: 'Mount process still around after SIGKILL. Ignoring.', result: 'success' },
  unmounting: { message: 'Unmounting timed out. Terminating.', to: 'unmounting-sigterm', result: 'timeout' },
  'unmounting-sigterm': { message: 'Mount process timed out. Killing.', to: 'unmounting-sigkill', result: 'timeout' },
  'unmounting-sigkill': { message: 'Mount process still around after SIGKILL. Ignoring.', result: 'timeout' },
};
