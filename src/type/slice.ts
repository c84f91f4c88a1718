import { passiveType, type PassiveState } from './passive.ts';
import type { UnitType } from './type.ts';

const plain = passiveType('slice');

/** Slices: inner nodes of the tree of groups, with limits for all that is in them (systemd.slice(5)). */
export const sliceType: UnitType<PassiveState> = {
  ...plain,
  start: (state, config, context) => {
    const step = plain.start(state, config, context);
    return 'refused' in step ? step : { ...step, effects: [{ effect: 'make-group' }] };
  },
  stop: (state, config, context) => {
    const step = plain.stop(state, config, context);
    return 'refused' in step ? step : { ...step, effects: [{ effect: 'remove-group' }] };
  },
};
