import type { UnitConfig } from '../../unit/config.ts';
import type { ServiceState } from './state.ts';
/** x */
export function serviceProperties(_state: ServiceState, _config: UnitConfig): Readonly<Record<string, string>> { return {}; }
