import { unsignedOrInfinity } from '../values/integer.ts';
import { last, type Values } from './setting.ts';

/** [Slice] (systemd.slice(5)). */
export const sliceRows = {
  ConcurrencySoftMax: last(unsignedOrInfinity, undefined, {
    since: 258,
    meaning: 'Units that may be active in the slice; further starts stay queued',
  }),
  ConcurrencyHardMax: last(unsignedOrInfinity, undefined, {
    since: 258,
    meaning: 'Units that may be active or queued; further start requests fail',
  }),
  ActivatingConcurrencyMax: last(unsignedOrInfinity, undefined, {
    since: 262,
    meaning: 'Units that may be activating at once; others stay queued',
  }),
};

/** Infinity for no limit, undefined where none is set. */
export interface SliceSettings extends Values<typeof sliceRows> {}
