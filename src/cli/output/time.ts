/** How long ago something was, in at most two units: "1min 3s ago". */
export function formatAgo(elapsedUsec: number): string {
  if (elapsedUsec === 0) return 'now';
  const suffix = elapsedUsec < 0 ? 'left' : 'ago';
  return `${span(Math.abs(elapsedUsec))} ${suffix}`;
}

const MILLISECOND = 1000;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
// The mean length of a year with its leap days, as systemd.time(7) has it.
const YEAR = 31_557_600 * SECOND;
const MONTH = YEAR / 12;

/** The first row that the span reaches says how it is written. */
const rows: readonly { readonly from: number; write(usec: number): string }[] = [
  { from: YEAR, write: (usec) => `${counted(usec / YEAR, 'year')} ${counted((usec % YEAR) / MONTH, 'month')}` },
  { from: MONTH, write: (usec) => `${counted(usec / MONTH, 'month')} ${counted((usec % MONTH) / DAY, 'day')}` },
  { from: WEEK, write: (usec) => `${counted(usec / WEEK, 'week')} ${counted((usec % WEEK) / DAY, 'day')}` },
  { from: 2 * DAY, write: (usec) => counted(usec / DAY, 'day') },
  { from: 25 * HOUR, write: (usec) => `1 day ${floor((usec - DAY) / HOUR)}h` },
  { from: 6 * HOUR, write: (usec) => `${floor(usec / HOUR)}h` },
  { from: HOUR, write: (usec) => `${floor(usec / HOUR)}h ${floor((usec % HOUR) / MINUTE)}min` },
  { from: 5 * MINUTE, write: (usec) => `${floor(usec / MINUTE)}min` },
  { from: MINUTE, write: (usec) => `${floor(usec / MINUTE)}min ${floor((usec % MINUTE) / SECOND)}s` },
  { from: SECOND, write: (usec) => `${floor(usec / SECOND)}s` },
  { from: MILLISECOND, write: (usec) => `${floor(usec / MILLISECOND)}ms` },
  { from: 0, write: (usec) => `${floor(usec)}us` },
];

function span(usec: number): string {
  return rows.find((row) => usec >= row.from)?.write(usec) ?? '';
}

function counted(amount: number, word: string): string {
  const whole = floor(amount);
  return `${whole} ${word}${whole === 1 ? '' : 's'}`;
}

function floor(amount: number): number {
  return Math.floor(amount);
}
