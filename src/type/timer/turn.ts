import { invariant } from '../../base/assert.ts';
import { withType } from '../../unit/name.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { TimerSettings } from '../../unit/settings/timer.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import { endOfTime, isOnce, planElapse } from './elapse.ts';
import { settleAlarms } from './wake.ts';
import type { Moment, TimerClock, TimerMemory, TimerResult, TimerState } from './state.ts';
import { sayEnd } from '../say-end.ts';

/** One call of the timer's state machine while it is being worked out. */
export interface TimerTurn {
  readonly config: UnitConfig;
  readonly settings: TimerSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** An alarm has gone off, or goes by a clock that jumped: each is to be set anew. */
  rearm: boolean;
}

/** Begins a turn. */
export function openTimerTurn(config: UnitConfig, context: StepContext): TimerTurn {
  invariant(config.timer !== undefined, `${config.name} has no timer settings`);
  return { config, settings: config.timer, context, effects: [], rearm: false };
}

/** Ends a turn: has exactly the clocks that the state waits for armed. */
export function concludeTimer(turn: TimerTurn, before: TimerState, after: TimerState): Step<TimerState> {
  for (const clock of clocks) {
    const was = due(before, clock);
    const is = due(after, clock);
    if (is !== 0 && (is !== was || turn.rearm)) arm(turn, clock, is);
    else if (is === 0 && was !== 0) turn.effects.push({ effect: 'disarm', timer: clock });
  }
  return { state: settleAlarms(turn, after), effects: turn.effects };
}

/** Also the names of a timer's deadlines. */
const clocks = ['monotonic', 'realtime'] as const satisfies readonly TimerClock[];

/** Whether an alarm's name is that of a clock. */
export function isTimerClock(name: string): name is TimerClock {
  return name === 'monotonic' || name === 'realtime';
}

/** Whether a clock shows what the timer waits for. */
export function isDue({ context }: TimerTurn, state: TimerState): boolean {
  const now = { monotonic: context.now, realtime: context.realtimeUsec };
  return clocks.some((clock) => due(state, clock) !== 0 && due(state, clock) <= now[clock]);
}

/** Works out what is next, and waits for it, or is over. */
export function enterWaiting(turn: TimerTurn, state: TimerState, given: TimerMemory, clockChanged = false): TimerState {
  const isActive = state.sub === 'waiting' || state.sub === 'running' || state.sub === 'elapsed';
  const { monotonicUsec, realtimeUsec, ...found } = planElapse(turn.settings, given, turn.context, { isActive, clockChanged });
  const memory = { ...given, ...found };
  const { OnClockChange, OnTimezoneChange } = turn.settings;
  if (monotonicUsec === 0 && realtimeUsec === 0 && !OnClockChange && !OnTimezoneChange) return enterElapsed(turn, memory);
  return { sub: 'waiting', monotonicUsec, realtimeUsec, memory };
}

/** Starts the timer's unit. */
export function enterRunning(turn: TimerTurn, state: TimerState): TimerState {
  const { config, context } = turn;
  // Who is about to be stopped starts nothing any more, and is not asked again: what is due would be due at once.
  if (context.stopRequested) return state;
  const lastTrigger: Moment = { monotonicUsec: context.now, realtimeUsec: context.realtimeUsec };
  turn.effects.push({
    effect: 'trigger',
    unit: triggeredBy(config),
    job: 'start',
    mode: 'replace',
    details: { unit: config.name, timerRealtimeUsec: lastTrigger.realtimeUsec, timerMonotonicUsec: lastTrigger.monotonicUsec },
  });
  if (turn.settings.Persistent) writeStamp(turn, lastTrigger.realtimeUsec);
  return { sub: 'running', memory: { ...state.memory, lastTrigger, random: context.random() } };
}

/** The end: dead or failed. */
export function enterTimerDead({ config, effects }: TimerTurn, given: TimerMemory, result: TimerResult): TimerState {
  const memory = given.result === 'success' ? { ...given, result } : given;
  sayEnd(effects, config.name, memory.result);
  return { sub: memory.result === 'success' ? 'dead' : 'failed', memory };
}

/** The unit that a timer starts (systemd.timer(5), Unit=). */
export function triggeredBy({ name, timer }: UnitConfig): string {
  const named = timer?.Unit ?? '';
  return named === '' ? withType(name, 'service') : named;
}

/** The timer's file of Persistent=, whose time of modification is when it elapsed last. */
export function stampPath({ config, context }: TimerTurn): string {
  return `${context.stampDirectory}/stamp-${config.name}`;
}

/** Has the time of the last elapse written. */
export function writeStamp(turn: TimerTurn, realtimeUsec: number): void {
  const path = stampPath(turn);
  turn.effects.push({
    effect: 'run',
    child: turn.context.nextChild(),
    outside: true,
    plan: [
      { op: 'mkdir-parents', path, mode: 0o755 },
      { op: 'touch', path, mode: 0o644, usec: BigInt(realtimeUsec) },
    ],
  });
}

/** Nothing is left to wait for; a timer whose unit may run by other means stays, as the next run would count anew. */
function enterElapsed(turn: TimerTurn, memory: TimerMemory): TimerState {
  const { RemainAfterElapse, Elapse } = turn.settings;
  const mayComeBack = Elapse.some(({ base }) => base !== 'OnCalendar' && !isOnce[base]);
  return RemainAfterElapse || mayComeBack ? { sub: 'elapsed', memory } : enterTimerDead(turn, memory, 'success');
}

function due(state: TimerState, clock: TimerClock): number {
  if (state.sub !== 'waiting') return 0;
  return clock === 'monotonic' ? state.monotonicUsec : state.realtimeUsec;
}

function arm({ settings, context, effects }: TimerTurn, clock: TimerClock, usec: number): void {
  if (usec >= endOfTime) return;
  const atUsec = clock === 'monotonic' ? usec : context.now + Math.max(0, usec - context.realtimeUsec);
  effects.push({
    effect: 'arm',
    timer: clock,
    atUsec,
    accuracyUsec: Math.min(settings.AccuracySec ?? context.defaults.timerAccuracyUsec, endOfTime),
  });
}
