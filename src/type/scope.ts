import { invariant, unreachable } from '../base/assert.ts';
import { formatTimespan } from '../base/duration.ts';
import type { ActiveState } from '../graph/active-state.ts';
import type { UnitConfig } from '../unit/config.ts';
import type { KillSettings } from '../unit/settings/kill.ts';
import type { ScopeSettings } from '../unit/settings/scope.ts';
import { type KillOperation, killProcesses } from './kill.ts';
import type { Defaults, Effect, Look, Refusal, Step, StepContext, UnitEvent, UnitType } from './type.ts';
import { sayEnd } from './say-end.ts';

/** The state of a scope: a group of processes that somebody else started (systemd.scope(5)). Which of them are left, the group knows. */
export type ScopeState = {
  /** Why it fails or has failed. */
  readonly result: ScopeResult;
  /** When the stage takes too long; 0 for never. */
  readonly deadlineUsec: number;
} & (
  | { readonly sub: 'dead'; /** Those that the scope is to begin with. */ readonly pids: readonly number[] }
  /** They are on their way into the group; systemd knows the stage by this name for another reason. */
  | { readonly sub: 'start-chown'; readonly awaited: readonly number[]; readonly hasEntered: boolean; readonly failure: string }
  | { readonly sub: 'running' | 'abandoned' | 'stop-sigterm' | 'stop-sigkill' | 'failed' }
);

type ScopeSub = ScopeState['sub'];
type ScopeResult = 'success' | 'resources' | 'timeout' | 'oom-kill';

/** Scopes: started once, by those who bring the processes along; they end when the last process has (systemd.scope(5)). */
export const scopeType: UnitType<ScopeState> = {
  name: 'scope',
  can: { stop: true, fail: true, once: true, trigger: false, reload: () => false },
  initial: { sub: 'dead', result: 'success', deadlineUsec: 0, pids: [] },
  look,
  start,
  stop,
  reload: () => ({ refused: 'unsupported' }),
  step,
  properties,
  pids: () => ({}),
  withProcesses: (pids) => ({ sub: 'dead', result: 'success', deadlineUsec: 0, pids }),
  abandon: (state) =>
    state.sub === 'running' || state.sub === 'abandoned' ? { sub: 'abandoned', result: state.result, deadlineUsec: 0 } : undefined,
  fail: (state, result) => ({ sub: 'failed', deadlineUsec: 0, result: state.result === 'success' ? resultOf(result) : state.result }),
  descriptors: () => [],
};

const activeStates: Readonly<Record<ScopeSub, ActiveState>> = {
  dead: 'inactive',
  'start-chown': 'activating',
  running: 'active',
  abandoned: 'active',
  'stop-sigterm': 'deactivating',
  'stop-sigkill': 'deactivating',
  failed: 'failed',
};

function look({ sub, result }: ScopeState): Look {
  return { active: activeStates[sub], sub, result };
}

/** What starting such a unit too often or without what it needs is called where the type has no word of its own for it. */
function resultOf(result: string): ScopeResult {
  return result === 'timeout' ? 'timeout' : 'resources';
}

function start(state: ScopeState, config: UnitConfig, context: StepContext): Step<ScopeState> | Refusal {
  if (state.sub === 'start-chown') return { state, effects: [] };
  if (state.sub === 'stop-sigterm' || state.sub === 'stop-sigkill') return { refused: 'again' };
  if (state.sub !== 'dead') return { refused: 'already' };
  if (state.pids.length === 0) return { refused: 'failed', reason: 'Scope has no PIDs. Refusing.' };
  const turn = openTurn(config, context);
  for (const pid of state.pids) turn.effects.push({ effect: 'enter', pid });
  return conclude(turn, state, {
    sub: 'start-chown',
    result: 'success',
    deadlineUsec: 0,
    awaited: state.pids,
    hasEntered: false,
    failure: '',
  });
}

function stop(state: ScopeState, config: UnitConfig, context: StepContext): Step<ScopeState> | Refusal {
  if (state.sub === 'dead' || state.sub === 'failed') return { refused: 'already' };
  if (state.sub === 'stop-sigterm' || state.sub === 'stop-sigkill') return { state, effects: [] };
  const turn = openTurn(config, context);
  return conclude(turn, state, enterSignal(turn, state.result, 'stop-sigterm'));
}

function step(state: ScopeState, event: UnitEvent, config: UnitConfig, context: StepContext): Step<ScopeState> {
  const turn = openTurn(config, context);
  switch (event.event) {
    case 'entered':
      return conclude(turn, state, entered(turn, state, event.pid, event.failure));
    case 'group-empty':
      return conclude(turn, state, emptied(turn, state));
    case 'elapsed':
      return conclude(turn, state, elapsed(turn, state));
    case 'oom-kill':
      return conclude(turn, state, memoryRanOut(turn, state));
    case 'reset-failed':
      return { state: state.sub === 'failed' ? { ...scopeType.initial } : { ...state, result: 'success' }, effects: [] };
    // All else is for types with processes, sockets or triggers of their own.
    default:
      return { state, effects: [] };
  }
}

interface Turn {
  readonly config: UnitConfig;
  readonly scope: ScopeSettings;
  readonly kill: KillSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** The timer's end is being handled, so it runs no more. */
  elapsed: boolean;
}

function openTurn(config: UnitConfig, context: StepContext): Turn {
  invariant(config.scope !== undefined && config.kill !== undefined, `${config.name} has no scope settings`);
  return { config, scope: config.scope, kill: config.kill, context, effects: [], elapsed: false };
}

const timer = 'timeout';

function conclude(turn: Turn, before: ScopeState, after: ScopeState): Step<ScopeState> {
  const [old, now] = [before.deadlineUsec, after.deadlineUsec];
  if (now !== 0 && (turn.elapsed || now !== old)) turn.effects.push({ effect: 'arm', timer, atUsec: now });
  if (now === 0 && old !== 0 && !turn.elapsed) turn.effects.push({ effect: 'disarm', timer });
  return { state: after, effects: turn.effects };
}

function deadline({ context }: Turn, delayUsec: number): number {
  return delayUsec === Infinity ? 0 : context.now + delayUsec;
}

function entered(turn: Turn, state: ScopeState, pid: number, failure: string | undefined): ScopeState {
  if (state.sub !== 'start-chown') return state;
  const first = state.failure === '' ? (failure ?? '') : state.failure;
  const arrived = {
    ...state,
    awaited: state.awaited.filter((each) => each !== pid),
    hasEntered: state.hasEntered || failure === undefined,
    failure: first,
  };
  if (arrived.awaited.length > 0) return arrived;
  if (!arrived.hasEntered) return refuseProcesses(turn, first);
  turn.effects.push({ effect: 'watch-group' });
  const { RuntimeMaxSec, RuntimeRandomizedExtraSec } = turn.scope;
  const extra = RuntimeRandomizedExtraSec > 0 ? Math.floor(turn.context.random() * RuntimeRandomizedExtraSec) : 0;
  return { sub: 'running', result: 'success', deadlineUsec: deadline(turn, RuntimeMaxSec + extra) };
}

function refuseProcesses(turn: Turn, failure: string): ScopeState {
  say(turn, 4, `Failed to add PIDs to scope's control group: ${failure}`);
  return enterDead(turn, 'resources', { isEmpty: false });
}

function emptied(turn: Turn, state: ScopeState): ScopeState {
  if (state.sub === 'start-chown') return state;
  if (state.sub === 'dead' || state.sub === 'failed') {
    turn.effects.push({ effect: 'remove-group' });
    return state;
  }
  return enterDead(turn, state.result, { isEmpty: true });
}

function elapsed(turn: Turn, state: ScopeState): ScopeState {
  // An end that was already under way when the timer was moved or stopped does not count.
  if (state.deadlineUsec === 0 || turn.context.now < state.deadlineUsec) return state;
  turn.elapsed = true;
  switch (state.sub) {
    case 'running':
      say(turn, 4, 'Scope reached runtime time limit. Stopping.');
      return enterSignal(turn, 'timeout', 'stop-sigterm');
    case 'stop-sigterm':
      if (turn.kill.SendSIGKILL) {
        say(turn, 4, 'Stopping timed out. Killing.');
        return enterSignal(turn, noted(state.result, 'timeout'), 'stop-sigkill');
      }
      say(turn, 4, 'Stopping timed out. Skipping SIGKILL.');
      return enterDead(turn, noted(state.result, 'timeout'), { isEmpty: false });
    case 'stop-sigkill':
      say(turn, 4, 'Still around after SIGKILL. Ignoring.');
      return enterDead(turn, noted(state.result, 'timeout'), { isEmpty: false });
    case 'dead':
    case 'start-chown':
    case 'abandoned':
    case 'failed':
      return state;
    default:
      return unreachable(state);
  }
}

/** The kernel killed processes of the scope for want of memory (systemd.scope(5), OOMPolicy=). */
function memoryRanOut(turn: Turn, state: ScopeState): ScopeState {
  if ((turn.scope.OOMPolicy ?? turn.context.defaults.oomPolicy) === 'continue') return state;
  switch (state.sub) {
    case 'start-chown':
    case 'running':
      return enterSignal(turn, 'oom-kill', 'stop-sigterm');
    case 'stop-sigterm':
      return enterSignal(turn, noted(state.result, 'oom-kill'), 'stop-sigkill');
    case 'stop-sigkill':
      return { ...state, result: noted(state.result, 'oom-kill') };
    // Whoever gave a scope up looks after its processes himself.
    case 'abandoned':
    case 'dead':
    case 'failed':
      return state;
    default:
      return unreachable(state);
  }
}

/** What failed first stays. */
function noted(before: ScopeResult, result: ScopeResult): ScopeResult {
  return before === 'success' ? result : before;
}

const phases: Readonly<Record<'stop-sigterm' | 'stop-sigkill', KillOperation>> = { 'stop-sigterm': 'terminate', 'stop-sigkill': 'kill' };

/** Signals what is left; where KillMode= reaches nobody, there is nothing to wait for. */
function enterSignal(turn: Turn, result: ScopeResult, sub: 'stop-sigterm' | 'stop-sigkill'): ScopeState {
  const killing = { kill: turn.kill, effects: turn.effects, groupEmpty: false };
  if (killProcesses(killing, { main: null, control: null }, phases[sub])) {
    return { sub, result, deadlineUsec: deadline(turn, turn.scope.TimeoutStopSec ?? turn.context.defaults.timeoutStopUsec) };
  }
  return sub === 'stop-sigterm' ? enterSignal(turn, result, 'stop-sigkill') : enterDead(turn, result, { isEmpty: false });
}

function enterDead(turn: Turn, result: ScopeResult, { isEmpty }: { readonly isEmpty: boolean }): ScopeState {
  sayEnd(turn.effects, turn.config.name, result);
  // Whoever is left is of no unit any more; the group goes when they have gone.
  turn.effects.push({ effect: isEmpty ? 'remove-group' : 'watch-group' });
  return result === 'success' ? { ...scopeType.initial } : { sub: 'failed', result, deadlineUsec: 0 };
}

function say(turn: Turn, priority: number, message: string): void {
  turn.effects.push({ effect: 'log', priority, message: `${turn.config.name}: ${message}` });
}

function properties(state: ScopeState, config: UnitConfig, defaults?: Defaults): Readonly<Record<string, string>> {
  const { scope } = config;
  invariant(scope !== undefined, `${config.name} has no scope settings`);
  return {
    TimeoutStopUSec: formatTimespan(scope.TimeoutStopSec ?? defaults?.timeoutStopUsec ?? 90_000_000),
    Result: state.result,
    RuntimeMaxUSec: formatTimespan(scope.RuntimeMaxSec),
    RuntimeRandomizedExtraUSec: formatTimespan(scope.RuntimeRandomizedExtraSec),
    OOMPolicy: scope.OOMPolicy ?? defaults?.oomPolicy ?? 'stop',
  };
}
