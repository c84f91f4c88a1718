import type { UnitConfig } from '../../unit/config.ts';
import type { SocketState } from './state.ts';
/** x */
export function socketProperties(_state: SocketState, _config: UnitConfig): Readonly<Record<string, string>> { return {}; }
