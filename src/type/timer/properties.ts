import { invariant } from '../../base/assert.ts';
import { formatTimespan } from '../../base/duration.ts';
import { formatTimestamp, type TimestampForm } from '../../base/timestamp.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { Defaults } from '../type.ts';
import type { UnitConfig } from '../../unit/config.ts';
import type { Elapse, TimerSettings } from '../../unit/settings/timer.ts';
import { formatCalendar } from '../../unit/values/calendar-format.ts';
import { endOfTime } from './elapse.ts';
import type { TimerState } from './state.ts';
import { triggeredBy } from './turn.ts';

/** The properties of a timer unit by systemd's names (org.freedesktop.systemd1(5), Timer Unit Objects). */
export function timerProperties(
  state: TimerState,
  config: UnitConfig,
  defaults?: Defaults,
  form?: TimestampForm,
): Readonly<Record<string, string>> {
  const { timer } = config;
  invariant(timer !== undefined, `${config.name} has no timer settings`);
  return {
    Unit: triggeredBy(config),
    CanClean: timer.Persistent ? 'state' : '',
    ...lineProperties(state, timer, form),
    ...stateProperties(state),
    ...settingProperties(timer, defaults?.timerAccuracyUsec ?? usualAccuracy),
  };
}

const usualAccuracy = 60_000_000;

/** The lines that say when the timer elapses, the last one first. */
function lineProperties({ memory }: TimerState, { Elapse: lines }: TimerSettings, form: TimestampForm | undefined): Record<string, string> {
  const told = lines.map((line, index) => ({ line, at: memory.elapses[index] ?? 0 })).toReversed();
  const monotonic = told.flatMap(({ line, at }) => (line.base === 'OnCalendar' ? [] : [spanText(line, at)]));
  const calendar = told.flatMap(({ line, at }) =>
    line.base === 'OnCalendar'
      ? [`{ OnCalendar=${formatCalendar(line.calendar)} ; next_elapse=${formatTimestamp(at, form) || '(null)'} }`]
      : [],
  );
  return {
    ...(monotonic.length === 0 ? {} : { TimersMonotonic: monotonic.join('\n') }),
    ...(calendar.length === 0 ? {} : { TimersCalendar: calendar.join('\n') }),
  };
}

function spanText({ base, usec }: Exclude<Elapse, { readonly base: 'OnCalendar' }>, at: number): string {
  return `{ ${base.replace(/Sec$/, 'USec')}=${formatTimespan(usec)} ; next_elapse=${span(at)} }`;
}

function stateProperties(state: TimerState): Record<string, string> {
  const { lastTrigger, result } = state.memory;
  const isWaiting = state.sub === 'waiting';
  // systemctl prints these two in one form alone.
  return {
    NextElapseUSecRealtime: isWaiting ? formatTimestamp(state.realtimeUsec) : '',
    NextElapseUSecMonotonic: isWaiting ? span(state.monotonicUsec) : 'infinity',
    LastTriggerUSec: formatTimestamp(lastTrigger.realtimeUsec),
    LastTriggerUSecMonotonic: span(lastTrigger.monotonicUsec),
    Result: result,
  };
}

function settingProperties(timer: TimerSettings, accuracyUsec: number): Record<string, string> {
  return {
    OnClockChange: yesNo(timer.OnClockChange),
    OnTimezoneChange: yesNo(timer.OnTimezoneChange),
    AccuracyUSec: formatTimespan(timer.AccuracySec ?? accuracyUsec),
    RandomizedDelayUSec: formatTimespan(timer.RandomizedDelaySec),
    RandomizedOffsetUSec: formatTimespan(timer.RandomizedOffsetSec),
    FixedRandomDelay: yesNo(timer.FixedRandomDelay),
    Persistent: yesNo(timer.Persistent),
    WakeSystem: yesNo(timer.WakeSystem),
    RemainAfterElapse: yesNo(timer.RemainAfterElapse),
    DeferReactivation: yesNo(timer.DeferReactivation),
  };
}

function span(usec: number): string {
  return formatTimespan(usec >= endOfTime ? Infinity : usec);
}
