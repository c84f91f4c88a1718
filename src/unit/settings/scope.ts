import { oneOf } from '../values/enum.ts';
import { timespan } from '../values/timespan.ts';
import { last, type Values } from './setting.ts';

/** [Scope] (systemd.scope(5)). */
export const scopeRows = {
  RuntimeMaxSec: last(timespan, Infinity, { since: 244, meaning: 'Maximum time the scope may be active' }),
  RuntimeRandomizedExtraSec: last(timespan, 0, { since: 250, meaning: 'Random extension of RuntimeMaxSec' }),
  TimeoutStopSec: last(timespan, undefined, { since: 188, meaning: 'Time between SIGTERM and SIGKILL when stopped' }),
  OOMPolicy: last(oneOf('continue', 'stop', 'kill'), undefined, {
    since: 253,
    meaning: 'Reaction when a process of the scope is OOM-killed',
  }),
};

/** Durations are microseconds, Infinity for none, undefined where the manager's default applies. */
export interface ScopeSettings extends Values<typeof scopeRows> {}
