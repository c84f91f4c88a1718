import { err, ok, type Result } from '../base/result.ts';

/** Reads `--priority=`: one level and all above it in importance, or a range. */
export function parsePriorities(text: string): Result<readonly number[], string> {
  const range = text.split('..');
  const [from, to] = range.map((word) => levels[word] ?? levels[/^\s*0*([0-7])$/.exec(word)?.[1] ?? '']);
  if (range.length === 1) return from === undefined ? err(`Unknown log level ${text}`) : ok(numbers(0, from));
  if (range.length !== 2 || from === undefined || to === undefined) return err(`Failed to parse log level range ${text}`);
  return ok(numbers(Math.min(from, to), Math.max(from, to)));
}

/** Bytes of a size such as `100M`, to the base of 1024. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([BKMGTPE]?)$/.exec(text.trim());
  if (found === null) return undefined;
  return Math.floor(Number(found[1]) * 1024 ** Math.max(0, 'BKMGTPE'.indexOf(found[2] || 'B')));
}

/** Microseconds of a time span such as `2weeks 3d` (systemd.time(7)); a number without unit counts seconds. */
export function parseTimespan(text: string): number | undefined {
  const words = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)\s*/g)];
  if (words.length === 0 || words.map(([whole]) => whole).join('') !== text.trim()) return undefined;
  let usec = 0;
  for (const [, amount, unit = ''] of words) {
    const factor = timeUnits[unit];
    if (factor === undefined) return undefined;
    usec += Number(amount) * factor;
  }
  return Math.floor(usec);
}

const levels: Readonly<Record<string, number>> = Object.fromEntries(
  ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'].flatMap((name, level) => [
    [name, level],
    [String(level), level],
  ]),
);

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const second = 1_000_000;
const timeUnits: Readonly<Record<string, number>> = Object.fromEntries(
  (
    [
      [['us', 'µs', 'usec'], 1],
      [['ms', 'msec'], 1000],
      [['', 's', 'sec', 'second', 'seconds'], second],
      [['m', 'min', 'minute', 'minutes'], 60 * second],
      [['h', 'hr', 'hour', 'hours'], 3600 * second],
      [['d', 'day', 'days'], 86_400 * second],
      [['w', 'week', 'weeks'], 604_800 * second],
      [['M', 'month', 'months'], 2_629_800 * second],
      [['y', 'year', 'years'], 31_557_600 * second],
    ] as const
  ).flatMap(([names, usec]) => names.map((name) => [name, usec])),
);
