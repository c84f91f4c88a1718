import { unsignedOrInfinity } from '../values/integer.ts';
import { last, type Values } from './setting.ts';
import { later } from './status.ts';

/** [Slice] (systemd.slice(5)). */
export const sliceRows = {
  ConcurrencySoftMax: last(unsignedOrInfinity, undefined, {
    since: 258,
    meaning: 'Units that may be active in the slice; further starts stay queued',
    status: later.resources,
  }),
  ConcurrencyHardMax: last(unsignedOrInfinity, undefined, {
    since: 258,
    meaning: 'Units that may be active or queued; further start requests fail',
    status: later.resources,
  }),
  ActivatingConcurrencyMax: last(unsignedOrInfinity, undefined, {
    since: 262,
    meaning: 'Units that may be activating at once; others stay queued',
    status: later.resources,
  }),
};

/** Infinity for no limit, undefined where none is set. */
export interface SliceSettings extends Values<typeof sliceRows> {}
