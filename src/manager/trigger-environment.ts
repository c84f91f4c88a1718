import type { TriggerDetails } from '../type/type.ts';

/** What the processes of a unit are told of what triggered it, as TRIGGER_*= (systemd.exec(5)). */
export function triggerEnvironment(details: TriggerDetails | undefined): readonly string[] {
  if (details === undefined) return none;
  const { unit, path, timerRealtimeUsec, timerMonotonicUsec } = details;
  return [
    `TRIGGER_UNIT=${unit}`,
    ...(path === undefined ? [] : [`TRIGGER_PATH=${path}`]),
    ...(timerRealtimeUsec === undefined ? [] : [`TRIGGER_TIMER_REALTIME_USEC=${timerRealtimeUsec}`]),
    ...(timerMonotonicUsec === undefined ? [] : [`TRIGGER_TIMER_MONOTONIC_USEC=${timerMonotonicUsec}`]),
  ];
}

const none: readonly string[] = [];
