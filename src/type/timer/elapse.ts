import { nextElapse } from '../../unit/values/calendar-next.ts';
import type { Elapse, TimerSettings } from '../../unit/settings/timer.ts';
import type { StepContext } from '../type.ts';
import type { TimerMemory } from './state.ts';

/** When a timer elapses next by each clock, 0 for never; and what it has to remember of how that was found. */
export interface Plan {
  readonly monotonicUsec: number;
  readonly realtimeUsec: number;
  readonly elapses: readonly number[];
  readonly spent: readonly string[];
}

export interface PlanOptions {
  /** The timer is active, so OnActiveSec= counts from when it became so. */
  readonly isActive: boolean;
  /** The wall clock jumped: nothing is over because of that. */
  readonly clockChanged: boolean;
}

/** Works out when a timer elapses next (systemd.timer(5)): the earliest of its lines, by each clock. */
export function planElapse(settings: TimerSettings, memory: TimerMemory, context: StepContext, options: PlanOptions): Plan {
  const elapses: number[] = [];
  const spent: string[] = [];
  let monotonicUsec = Infinity;
  let realtimeUsec = Infinity;
  for (const [index, elapse] of settings.Elapse.entries()) {
    const known = memory.elapses[index] ?? 0;
    if (elapse.base === 'OnCalendar') {
      const at = nextCalendar(elapse, settings, memory, context);
      elapses.push(at ?? known);
      if (at !== undefined) realtimeUsec = Math.min(realtimeUsec, at);
      continue;
    }
    const line = `${elapse.base}=${elapse.usec}`;
    const isSpent = memory.spent.includes(line);
    const base = isSpent ? undefined : bases[elapse.base](memory, context, options);
    const at = base === undefined ? known : Math.min(base + elapse.usec, endOfTime);
    elapses.push(at);
    if (isSpent || (isOnce[elapse.base] && isOver(at, memory, context, options))) spent.push(line);
    else if (base !== undefined) monotonicUsec = Math.min(monotonicUsec, at);
  }
  return {
    monotonicUsec: monotonicUsec === Infinity ? 0 : Math.min(monotonicUsec + delayOf(settings, memory, context), endOfTime),
    realtimeUsec: realtimeUsec === Infinity ? 0 : realtimeUsec + delayOf(settings, memory, context),
    elapses,
    spent,
  };
}

/** When what never comes is due: an elapse that is armed for it, as by OnActiveSec=infinity, is no end of the timer. */
export const endOfTime = Number.MAX_SAFE_INTEGER;

type Timespan = Exclude<Elapse['base'], 'OnCalendar'>;
type Base = (memory: TimerMemory, context: StepContext, options: PlanOptions) => number | undefined;

/** base → the CLOCK_MONOTONIC time that its timespans count from; undefined while there is none. */
const bases: Readonly<Record<Timespan, Base>> = {
  OnActiveSec: (memory, { now }, { isActive }) => (isActive ? memory.activated.monotonicUsec : now),
  OnBootSec: (_memory, { bootUsec }) => bootUsec,
  OnStartupSec: (_memory, { started }) => started.monotonicUsec,
  OnUnitActiveSec: (memory, context) => latest(context.triggered()?.inactiveExit?.monotonicUsec, memory),
  OnUnitInactiveSec: (memory, context) => latest(context.triggered()?.inactiveEnter?.monotonicUsec, memory),
};

/** Those whose starting point never comes again while the timer is active. */
export const isOnce: Readonly<Record<Elapse['base'], boolean>> = {
  OnActiveSec: true,
  OnBootSec: true,
  OnStartupSec: true,
  OnUnitActiveSec: false,
  OnUnitInactiveSec: false,
  OnCalendar: false,
};

/** The lines that elapse once and that have done so by this time. */
export function spentAt({ Elapse }: TimerSettings, { elapses, spent }: TimerMemory, usec: number): readonly string[] {
  const lines = Elapse.flatMap((elapse, index) => {
    if (elapse.base === 'OnCalendar' || !isOnce[elapse.base] || (elapses[index] ?? Infinity) > usec) return [];
    return [`${elapse.base}=${elapse.usec}`];
  });
  return [...new Set([...spent, ...lines])];
}

function latest(usec: number | undefined, { lastTrigger }: TimerMemory): number | undefined {
  const found = Math.max(usec ?? 0, lastTrigger.monotonicUsec);
  return found > 0 ? found : undefined;
}

/** A point in time that has passed counts only for a timer that has not elapsed yet; one at which it elapsed, to the microsecond, has been answered. */
function isOver(at: number, { lastTrigger }: TimerMemory, { now }: StepContext, { clockChanged }: PlanOptions): boolean {
  if (lastTrigger.monotonicUsec > 0 && at <= lastTrigger.monotonicUsec) return true;
  return !clockChanged && at < now && (lastTrigger.monotonicUsec > 0 || lastTrigger.realtimeUsec > 0);
}

type OnCalendar = Extract<Elapse, { readonly base: 'OnCalendar' }>;

function nextCalendar({ calendar }: OnCalendar, settings: TimerSettings, memory: TimerMemory, context: StepContext): number | undefined {
  const offset = portion(settings.RandomizedOffsetSec, () => context.stableRandom());
  const next = nextElapse(calendar, calendarBase(settings, memory, context) - offset, context.zone);
  if (next === undefined) return undefined;
  // What was due while the machine was off is due when it comes up, from where the delay spreads it.
  const cameUp = context.realtimeUsec - (context.now - context.started.monotonicUsec);
  return Math.max(next + offset, cameUp);
}

/** The wall-clock time after which the next match counts. */
function calendarBase({ DeferReactivation }: TimerSettings, { lastTrigger, activated }: TimerMemory, context: StepContext): number {
  const usec = [lastTrigger, activated].map(({ realtimeUsec }) => realtimeUsec).find((each) => each > 0) ?? context.realtimeUsec;
  return DeferReactivation ? Math.max(usec, context.triggered()?.inactiveEnter?.realtimeUsec ?? 0) : usec;
}

function delayOf({ RandomizedDelaySec, FixedRandomDelay }: TimerSettings, memory: TimerMemory, context: StepContext): number {
  return portion(RandomizedDelaySec, () => (FixedRandomDelay ? context.stableRandom() : memory.random));
}

/** The fraction is worked out where there is something to take it of. */
function portion(usec: number, fraction: () => number): number {
  return usec === 0 ? 0 : Math.floor(Math.min(usec, endOfTime) * fraction());
}
