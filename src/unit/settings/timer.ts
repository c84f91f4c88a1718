import { ok, type Result } from '../../base/result.ts';
import type { Calendar } from '../values/calendar.ts';
import type { ValueContext, ValueError, ValueParser } from '../values/parser.ts';
import { boolean } from '../values/boolean.ts';
import { calendar } from '../values/calendar.ts';
import { expanded, mapped } from '../values/combine.ts';
import { timespan } from '../values/timespan.ts';
import { unitName } from '../values/unit-name.ts';
import { entries, first, into, last, type Values } from './setting.ts';

/** [Timer] (systemd.timer(5)). */
export const timerRows = {
  OnCalendar: into('Elapse', entries(onCalendar, { since: 197, meaning: 'Calendar expression (wall clock)' })),
  OnActiveSec: into('Elapse', entries(after('OnActiveSec'), { since: 183, meaning: 'Elapse relative to the activation of the timer' })),
  OnBootSec: into(
    'Elapse',
    entries(after('OnBootSec'), {
      since: 183,
      meaning: 'Elapse relative to boot (container: relative to manager start)',
    }),
  ),
  OnStartupSec: into('Elapse', entries(after('OnStartupSec'), { since: 183, meaning: 'Elapse relative to the start of the manager' })),
  OnUnitActiveSec: into(
    'Elapse',
    entries(after('OnUnitActiveSec'), {
      since: 183,
      meaning: 'Elapse relative to the last activation of the triggered unit',
    }),
  ),
  OnUnitInactiveSec: into(
    'Elapse',
    entries(after('OnUnitInactiveSec'), {
      since: 183,
      meaning: 'Elapse relative to the last deactivation of the triggered unit',
    }),
  ),
  OnClockChange: last(boolean, false, { since: 242, meaning: 'Elapse when the wall clock jumps' }),
  OnTimezoneChange: last(boolean, false, { since: 242, meaning: 'Elapse when the timezone changes' }),
  Persistent: last(boolean, false, {
    since: 212,
    meaning: 'Store the last trigger on disk and catch up missed calendar runs',
  }),
  WakeSystem: last(boolean, false, {
    since: 212,
    meaning: 'Wake the machine from suspend',
  }),
  RemainAfterElapse: last(boolean, true, {
    since: 229,
    meaning: 'Keep the timer loaded after a final elapse (else stop it)',
  }),
  FixedRandomDelay: last(boolean, false, {
    since: 247,
    meaning: 'Random delay is a stable hash of machine id, user and unit',
  }),
  DeferReactivation: last(boolean, false, {
    since: 257,
    meaning: 'Calendar base is the end of the last run (no immediate re-run)',
  }),
  AccuracySec: last(timespan, undefined, { since: 209, meaning: 'Coalescing window (default 1min)' }),
  RandomizedDelaySec: last(timespan, 0, { since: 229, meaning: 'Random delay added to each elapse' }),
  RandomizedOffsetSec: last(timespan, 0, { since: 258, meaning: 'Stable random shift of calendar times' }),
  Unit: first(unitName(), '', { since: 183, meaning: 'Unit to activate (default: same-named service)' }),
};

/** One On*= line. */
export type Elapse =
  | { readonly base: 'OnCalendar'; readonly calendar: Calendar }
  | { readonly base: 'OnActiveSec' | 'OnBootSec' | 'OnStartupSec' | 'OnUnitActiveSec' | 'OnUnitInactiveSec'; readonly usec: number };

/** `Elapse` has every On*= line in the order of the files; Unit is empty for the service of the same name. */
export interface TimerSettings extends Values<typeof timerRows> {}

function onCalendar(text: string, context: ValueContext): Result<Elapse, ValueError> {
  const parsed = expanded(calendar)(text, context);
  return parsed.ok ? ok({ base: 'OnCalendar', calendar: parsed.value }) : parsed;
}

function after(base: Exclude<Elapse['base'], 'OnCalendar'>): ValueParser<Elapse> {
  return mapped(expanded(timespan), (usec) => ({ base, usec }));
}
