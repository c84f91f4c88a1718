import { formatTimestamp, type TimestampForm } from '../base/timestamp.ts';
import type { Stamp } from '../port/keeper.ts';

/** A moment as `show` has it, by both clocks; one that never was is '' and 0. */
export function timestampProperties(name: string, stamp: Stamp | undefined, form?: TimestampForm): Record<string, string> {
  return {
    [`${name}Timestamp`]: formatTimestamp(stamp?.realtimeUsec ?? 0, form),
    [`${name}TimestampMonotonic`]: String(stamp?.monotonicUsec ?? 0),
  };
}
