import type { LocalZone } from '../../api/time.ts';
import { createTimeText } from '../../base/timestamp.ts';

/** The present time in microseconds since 1970, and the time zone that the process is in. */
export function localClock(): { readonly usec: number; readonly zone: LocalZone } {
  return { usec: Date.now() * 1000, zone: localZone() };
}

/** Whether local time never differs from UTC. */
export function isUtc(): boolean {
  return [JANUARY, JULY].every((ms) => new Date(ms).getTimezoneOffset() === 0);
}

function localZone(): LocalZone {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [january = '', july = ''] = [JANUARY, JULY].map((ms) =>
    createTimeText(false)
      .full(ms * 1000)
      .split(' ')
      .at(-1),
  );
  const winterFirst = new Date(JANUARY).getTimezoneOffset() >= new Date(JULY).getTimezoneOffset();
  return { name, standard: winterFirst ? january : july, daylight: winterFirst ? july : january };
}

const JANUARY = Date.UTC(2024, 0, 1);
const JULY = Date.UTC(2024, 6, 1);
