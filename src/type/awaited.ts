import type { UnitTypeName } from '../unit/config.ts';
import type { Look, UnitType } from './type.ts';

/** The state of a unit that cannot be started here: off, or there since the machine is. */
export interface AwaitedState {
  readonly sub: 'dead' | 'mounted' | 'running';
}

/** A type that loads but whose units tysd cannot start: each start ends with the job result `unsupported`. */
export function awaitedType(name: UnitTypeName): UnitType<AwaitedState> {
  return {
    name,
    can: { stop: true, fail: false, trigger: false, reload: () => false },
    initial: { sub: 'dead' },
    look: (state) => looks[state.sub],
    start: (state) => (state.sub === 'dead' ? { refused: 'unsupported' } : { refused: 'already' }),
    stop: (state) => (state.sub === 'dead' ? { refused: 'already' } : { refused: 'invalid' }),
    reload: () => ({ refused: 'unsupported' }),
    step: (state) => ({ state, effects: [] }),
    properties: () => ({}),
    pids: () => ({}),
    fail: (state) => state,
    descriptors: () => [],
  };
}

const looks: Readonly<Record<AwaitedState['sub'], Look>> = {
  dead: { active: 'inactive', sub: 'dead', result: 'success' },
  mounted: { active: 'active', sub: 'mounted', result: 'success' },
  running: { active: 'active', sub: 'running', result: 'success' },
};
