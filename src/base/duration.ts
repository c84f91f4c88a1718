/** Units of time in microseconds; a year and a month have their mean length, as systemd.time(7) has it. */
export const MILLISECOND = 1000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;
export const YEAR = 31_557_600 * SECOND;
export const MONTH = YEAR / 12;

/** A timespan as systemd prints it, `1h 30min 1.500s`, with nothing smaller than `accuracyUsec`. */
export function formatTimespan(usec: number, accuracyUsec = 1): string {
  if (usec === Infinity) return 'infinity';
  if (usec <= 0) return '0';
  const parts: string[] = [];
  let rest = usec;
  for (const [suffix, unit] of printed) {
    if (rest <= 0 || (rest < accuracyUsec && parts.length > 0)) break;
    if (rest < unit) continue;
    const whole = Math.floor(rest / unit);
    const below = rest % unit;
    const digits = decimalsOf(unit) - decimalsOf(accuracyUsec);
    if (rest < MINUTE && below > 0 && digits > 0) {
      const fraction = Math.floor(below / 10 ** decimalsOf(accuracyUsec));
      parts.push(`${whole}.${String(fraction).padStart(digits, '0')}${suffix}`);
      break;
    }
    parts.push(`${whole}${suffix}`);
    rest = below;
  }
  return parts.length === 0 ? '0' : parts.join(' ');
}

/** How long ago something was, in at most two units: "1min 3s ago", or "5s left" for what is to come. */
export function formatAgo(elapsedUsec: number): string {
  if (elapsedUsec === 0) return 'now';
  const suffix = elapsedUsec < 0 ? 'left' : 'ago';
  return `${agoSpan(Math.abs(elapsedUsec))} ${suffix}`;
}

const printed: readonly (readonly [suffix: string, usec: number])[] = [
  ['y', YEAR],
  ['month', MONTH],
  ['w', WEEK],
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
  ['ms', MILLISECOND],
  ['us', 1],
];

function decimalsOf(unit: number): number {
  let decimals = 0;
  for (let rest = unit; rest > 1; rest = Math.floor(rest / 10)) decimals++;
  return decimals;
}

/** The first row that the span reaches says how it is written. */
const agoRows: readonly { readonly from: number; write(usec: number): string }[] = [
  { from: YEAR, write: (usec) => `${counted(usec / YEAR, 'year')} ${counted((usec % YEAR) / MONTH, 'month')}` },
  { from: MONTH, write: (usec) => `${counted(usec / MONTH, 'month')} ${counted((usec % MONTH) / DAY, 'day')}` },
  { from: WEEK, write: (usec) => `${counted(usec / WEEK, 'week')} ${counted((usec % WEEK) / DAY, 'day')}` },
  { from: 2 * DAY, write: (usec) => counted(usec / DAY, 'day') },
  { from: 25 * HOUR, write: (usec) => `1 day ${Math.floor((usec - DAY) / HOUR)}h` },
  { from: 6 * HOUR, write: (usec) => `${Math.floor(usec / HOUR)}h` },
  { from: HOUR, write: (usec) => `${Math.floor(usec / HOUR)}h ${Math.floor((usec % HOUR) / MINUTE)}min` },
  { from: 5 * MINUTE, write: (usec) => `${Math.floor(usec / MINUTE)}min` },
  { from: MINUTE, write: (usec) => `${Math.floor(usec / MINUTE)}min ${Math.floor((usec % MINUTE) / SECOND)}s` },
  { from: SECOND, write: (usec) => `${Math.floor(usec / SECOND)}s` },
  { from: MILLISECOND, write: (usec) => `${Math.floor(usec / MILLISECOND)}ms` },
  { from: 0, write: (usec) => `${Math.floor(usec)}us` },
];

function agoSpan(usec: number): string {
  return agoRows.find((row) => usec >= row.from)?.write(usec) ?? '';
}

function counted(amount: number, word: string): string {
  const whole = Math.floor(amount);
  return `${whole} ${word}${whole === 1 ? '' : 's'}`;
}
