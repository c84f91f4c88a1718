import type { Look, UnitType } from './type.ts';

/** The state of units without processes: off or on. */
export interface PassiveState {
  readonly sub: 'dead' | 'active';
}

/** A type whose units are active as soon as they are started and inactive as soon as they are stopped. */
export function passiveType(name: 'target' | 'slice'): UnitType<PassiveState> {
  return {
    name,
    can: { stop: true, fail: false, trigger: false, reload: () => false },
    initial: dead,
    look: (state) => looks[state.sub],
    start: (state) => (state.sub === 'active' ? { refused: 'already' } : { state: active, effects: [] }),
    stop: (state) => (state.sub === 'dead' ? { refused: 'already' } : { state: dead, effects: [] }),
    reload: () => ({ refused: 'invalid' }),
    step: (state) => ({ state, effects: [] }),
    properties: () => ({}),
    pids: () => ({}),
    fail: (state) => state,
    descriptors: () => [],
  };
}

const dead: PassiveState = { sub: 'dead' };
const active: PassiveState = { sub: 'active' };

const looks: Readonly<Record<PassiveState['sub'], Look>> = {
  dead: { active: 'inactive', sub: 'dead', result: '' },
  active: { active: 'active', sub: 'active', result: '' },
};
