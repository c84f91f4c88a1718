import { initialMountState } from './mount/state.ts';
import type { UnitConfig, UnitTypeName } from '../unit/config.ts';

/** The state of units that are there as long as the manager is: always active, never stopped, never unloaded (semantics 1.1). */
const states: Readonly<Partial<Record<UnitTypeName, unknown>>> = {
  slice: { sub: 'active' },
  mount: { ...initialMountState, sub: 'mounted' },
  scope: { sub: 'running', result: 'success', deadlineUsec: 0 },
};

/** The state of a perpetual unit; undefined for all others. */
export function perpetualState(config: UnitConfig): unknown {
  return config.perpetual === true ? states[config.type] : undefined;
}
