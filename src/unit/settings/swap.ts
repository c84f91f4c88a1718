import { orEmpty } from '../values/combine.ts';
import { integer } from '../values/integer.ts';
import { absolutePath } from '../values/path.ts';
import { string } from '../values/string.ts';
import { timeout } from '../values/timespan.ts';
import { last, type Values } from './setting.ts';

/** [Swap] (systemd.swap(5)). */
export const swapRows = {
  What: last(orEmpty(absolutePath, ''), '', { since: 183, meaning: 'Swap device or file; must match the unit name' }),
  Priority: last(orEmpty(integer({ min: -1, max: 32767 }), undefined), undefined, {
    since: 183,
    meaning: 'Swap priority -1..32767',
  }),
  Options: last(string, '', { since: 217, meaning: 'Options for swapon -o' }),
  TimeoutSec: last(timeout, undefined, { since: 183, meaning: 'Time limit for swapon/swapoff' }),
};

/** Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface SwapSettings extends Values<typeof swapRows> {}
