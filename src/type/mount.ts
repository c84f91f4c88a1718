import { invariant } from '../base/assert.ts';
import type { UnitConfig } from '../unit/config.ts';
import { mountAppeared, mountElapsed, mountExited, mountSpawnFailed, mountVanished } from './mount/control.ts';
import { mountRequest } from './mount/commands.ts';
import { mountProperties } from './mount/properties.ts';
import { enterMountCleaning, enterMounting, enterMountSignal, enterRemounting, enterUnmounting } from './mount/stages.ts';
import {
  initialMountState,
  mountActiveStates,
  mountControl,
  type MountList,
  type MountMemory,
  type MountResult,
  type MountState,
  type MountSub,
} from './mount/state.ts';
import { concludeMount, type MountTurn, openMountTurn } from './mount/turn.ts';
import type { TableEntry } from './table.ts';
import type { CleanRefusal, CleanRequest, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';

/** Mounts: what is mounted by the unit's command or by anybody else, as the kernel's mount table tells (systemd.mount(5)). */
export const mountType: UnitType<MountState> = {
  name: 'mount',
  can: { stop: true, fail: true, trigger: false, reload: () => true },
  follows: 'mounts',
  initial: initialMountState,
  look,
  start,
  stop,
  reload,
  clean,
  step,
  properties: mountProperties,
  pids: (state) => {
    const pid = mountControl(state)?.pid ?? null;
    return pid === null ? {} : { control: pid };
  },
  fail,
  descriptors: () => [],
  entry: (state) => state.memory.entry,
  ownCommands: ({ mount, ...config }, id) =>
    mount === undefined ? [] : lists.map((list) => mountRequest({ ...config, mount }, mount, list, id)),
};

function look({ sub, memory }: MountState): Look {
  const outside: Look = { active: mountActiveStates[sub], sub, result: memory.result };
  return memory.startLimitHit ? { ...outside, startLimitHit: true } : outside;
}

const lists: readonly MountList[] = ['ExecMount', 'ExecRemount', 'ExecUnmount'];

/** sub → what a start job and a stop job meet. */
const meets: Readonly<
  Record<
    MountSub,
    {
      readonly start: 'begin' | 'under-way' | 'already' | 'again';
      readonly stop: 'already' | 'unmount' | 'kill' | 'signal' | 'rename' | 'under-way';
    }
  >
> = {
  dead: { start: 'begin', stop: 'already' },
  failed: { start: 'begin', stop: 'already' },
  cleaning: { start: 'again', stop: 'kill' },
  mounting: { start: 'under-way', stop: 'signal' },
  'mounting-done': { start: 'under-way', stop: 'signal' },
  mounted: { start: 'already', stop: 'unmount' },
  remounting: { start: 'already', stop: 'signal' },
  'remounting-sigterm': { start: 'again', stop: 'rename' },
  'remounting-sigkill': { start: 'again', stop: 'rename' },
  unmounting: { start: 'again', stop: 'under-way' },
  'unmounting-sigterm': { start: 'again', stop: 'under-way' },
  'unmounting-sigkill': { start: 'again', stop: 'under-way' },
};

function start(state: MountState, config: UnitConfig, context: StepContext): Step<MountState> | Refusal {
  const way = meets[state.sub].start;
  if (way === 'already' || way === 'again') return { refused: way };
  if (way === 'under-way') return { state, effects: [] };
  const turn = openMountTurn(config, context);
  return concludeMount(turn, state, enterMounting(turn, state.memory));
}

function stop(state: MountState, config: UnitConfig, context: StepContext): Step<MountState> | Refusal {
  // Beside another init, what others mounted is theirs to unmount.
  if (!context.ownsMachine && state.memory.foreign) return { refused: 'already' };
  const turn = openMountTurn(config, context);
  return meets[state.sub].stop === 'already' ? { refused: 'already' } : concludeMount(turn, state, stopped(turn, state));
}

function stopped(turn: MountTurn, state: MountState): MountState {
  if (!('control' in state)) return enterUnmounting(turn, { ...state.memory, retries: 0 });
  const { memory, control } = state;
  if (state.sub === 'cleaning') return enterMountSignal(turn, memory, control, 'unmounting-sigkill', 'success');
  if (state.sub === 'remounting-sigterm') return { sub: 'unmounting-sigterm', control, memory };
  if (state.sub === 'remounting-sigkill') return { sub: 'unmounting-sigkill', control, memory };
  return meets[state.sub].stop === 'signal' ? enterMountSignal(turn, memory, control, 'unmounting-sigterm', 'success') : state;
}

function reload(state: MountState, config: UnitConfig, context: StepContext): Step<MountState> | Refusal {
  if (state.sub !== 'mounted') return { refused: 'invalid' };
  const turn = openMountTurn(config, context);
  return concludeMount(turn, state, enterRemounting(turn, state.memory));
}

function clean(state: MountState, { plan }: CleanRequest, config: UnitConfig, context: StepContext): Step<MountState> | CleanRefusal {
  if (state.sub !== 'dead') return { refused: 'busy' };
  if (plan.length === 0) return { refused: 'nothing' };
  const turn = openMountTurn(config, context);
  return concludeMount(turn, state, enterMountCleaning(turn, state.memory, plan));
}

function step(state: MountState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<MountState> {
  const turn = openMountTurn(config, context);
  return concludeMount(turn, state, react(turn, state, event));
}

function react(turn: MountTurn, state: MountState, event: UnitEvent): MountState {
  switch (event.event) {
    case 'spawned':
      return withPid(state, event.child, event.pid);
    case 'spawn-failed':
      return mountSpawnFailed(turn, state, event.child, event.reason);
    case 'exited':
      return mountExited(turn, state, event);
    case 'group-empty':
      return groupEmptied(turn, state);
    case 'elapsed':
      return event.timer === 'timeout' ? mountElapsed(turn, state) : state;
    case 'seen':
      return seen(turn, state, event.entry);
    case 'reset-failed':
      return resetFailed(state);
    default:
      return state;
  }
}

function seen(turn: MountTurn, state: MountState, entry: TableEntry | null): MountState {
  if (entry === null) return mountVanished(turn, { ...state, memory: { ...state.memory, entry: null } });
  if (entry.table !== 'mounts') return state;
  return mountAppeared({ ...state, memory: { ...state.memory, entry } });
}

function withPid(state: MountState, child: number, pid: number): MountState {
  return 'control' in state && state.control.child === child ? { ...state, control: { ...state.control, pid } } : state;
}

function groupEmptied(turn: MountTurn, state: MountState): MountState {
  if ('control' in state) return state;
  if (state.sub !== 'mounted') turn.effects.push({ effect: 'remove-group' });
  return { ...state, memory: { ...state.memory, groupEmpty: true } };
}

function resetFailed(state: MountState): MountState {
  const memory: MountMemory = { ...state.memory, result: 'success', reloadResult: 'success', cleanResult: 'success', startLimitHit: false };
  return state.sub === 'failed' ? { sub: 'dead', memory } : { ...state, memory };
}

function fail(state: MountState, result: string): MountState {
  invariant(isResult(result), `${result} is no result of a mount`);
  const kept = state.memory.result;
  const memory = { ...state.memory, result: kept === 'success' ? result : kept, startLimitHit: result === 'start-limit-hit' };
  return { sub: 'failed', memory };
}

const results: Readonly<Record<MountResult, true>> = {
  success: true,
  resources: true,
  timeout: true,
  'exit-code': true,
  signal: true,
  'core-dump': true,
  'start-limit-hit': true,
  protocol: true,
};

function isResult(result: string): result is MountResult {
  return Object.hasOwn(results, result);
}
