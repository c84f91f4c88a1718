import { invariant } from '../../base/assert.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { KillSettings } from '../../unit/settings/kill.ts';
import type { ServiceSettings } from '../../unit/settings/service.ts';
import type { Effect, Step, StepContext } from '../type.ts';
import { type Memory, type Process, type ServiceResult, type ServiceState, type TimerName, questionOf, timersOf } from './state.ts';

/**
 * One call of the state machine while it is being worked out: what it is given, and the effects it has gathered so far.
 *
 * The functions that enter a stage take a turn and what is left of the service, and give the state that is reached, which
 * may be several stages on. Timers are no effects of theirs: `conclude` compares what runs before and after.
 */
export interface Turn {
  readonly config: UnitConfig;
  readonly service: ServiceSettings;
  readonly kill: KillSettings;
  readonly context: StepContext;
  readonly effects: Effect[];
  /** It is known in this turn that no process is left in the group. */
  groupEmpty: boolean;
  /** The state that is passed on the way, for Step.through. */
  through: ServiceState | null;
  /** The timer whose end is being handled, which therefore runs no more. */
  elapsed: TimerName | null;
}

/** What of a service is alive between two stages. */
export interface Live {
  readonly memory: Memory;
  readonly main: Process | null;
  readonly control: Process | null;
}

/** Begins a turn. */
export function openTurn(config: UnitConfig, context: StepContext): Turn {
  invariant(config.service !== undefined && config.kill !== undefined, `${config.name} has no service settings`);
  return { config, service: config.service, kill: config.kill, context, effects: [], groupEmpty: false, through: null, elapsed: null };
}

/** Ends a turn: arms and disarms timers, and stops watching the PID file where that is over. */
export function conclude(turn: Turn, before: ServiceState, after: ServiceState): Step<ServiceState> {
  if (isWatching(before) && !isWatching(after)) turn.effects.push({ effect: 'unwatch-pid-file' });
  for (const timer of timersOf[before.sub]) {
    if (timer === turn.elapsed || deadline(before, timer) === 0 || deadline(after, timer) !== 0) continue;
    turn.effects.push({ effect: 'disarm', timer });
  }
  for (const timer of timersOf[after.sub]) {
    const atUsec = deadline(after, timer);
    if (atUsec === 0 || (timer !== turn.elapsed && atUsec === deadline(before, timer))) continue;
    turn.effects.push({ effect: 'arm', timer, atUsec });
  }
  const step = { state: after, effects: turn.effects };
  return turn.through === null ? step : { ...step, through: turn.through };
}

/** When a timer elapses in a state; 0 if it does not run. */
export function deadline(state: ServiceState, timer: TimerName): number {
  return timersOf[state.sub].includes(timer) ? state.memory.deadlines[timer] : 0;
}

/** Sets when a timer is to elapse, counted from now; Infinity for never. */
export function withDeadline(turn: Turn, memory: Memory, timer: TimerName, delayUsec: number): Memory {
  return { ...memory, deadlines: { ...memory.deadlines, [timer]: delayUsec === Infinity ? 0 : turn.context.now + delayUsec } };
}

/** Notes why the service fails; what failed first stays. */
export function noteResult(memory: Memory, result: ServiceResult): Memory {
  return memory.result === 'success' && result !== 'success' ? { ...memory, result } : memory;
}

/** Tells people, with a syslog priority. */
export function say(turn: Turn, priority: number, message: string, fields?: Readonly<Record<string, string>>): void {
  turn.effects.push({ effect: 'log', priority, message, ...(fields === undefined ? {} : { fields }) });
}

/** Time limits of the stages, in microseconds; Infinity for none (systemd.service(5), Timeout*Sec=). */
export const limits = {
  start: ({ service, context }: Turn): number =>
    service.TimeoutStartSec ?? (service.Type === 'oneshot' ? Infinity : context.defaults.timeoutStartUsec),
  stop: ({ service, context }: Turn): number => service.TimeoutStopSec ?? context.defaults.timeoutStopUsec,
  abort: (turn: Turn): number => turn.service.TimeoutAbortSec ?? turn.context.defaults.timeoutAbortUsec ?? limits.stop(turn),
  watchdog: ({ service }: Turn, memory: Memory): number => {
    const usec = memory.watchdogUsec ?? service.WatchdogSec;
    return usec === 0 ? Infinity : usec;
  },
};

function isWatching(state: ServiceState): boolean {
  const question = questionOf(state);
  return question !== null && question.about === 'pid-file' && question.watching;
}
