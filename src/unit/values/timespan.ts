import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';

/** Microseconds in a second, the unit of a bare number. */
export const SECOND = 1_000_000;

/** Microseconds, Infinity for `infinity`; a bare number is seconds. */
export const timespan: ValueParser<number> = (text) => parseTimespan(text);

/** A timespan of which 0 means for ever, so Infinity (JobTimeoutSec= and others). */
export const timeout: ValueParser<number> = (text) => {
  const parsed = parseTimespan(text);
  return parsed.ok && parsed.value === 0 ? ok(Infinity) : parsed;
};

/** A timespan that is Infinity where the text is empty. */
export const timespanOrInfinity: ValueParser<number> = (text) => (text.trim() === '' ? ok(Infinity) : parseTimespan(text));

/** Nanoseconds; a bare number is nanoseconds too (TimerSlackNSec=). */
export const nanoseconds: ValueParser<number> = (text) => parseWith(text, 1, nanosecondUnits);

/** A timespan in microseconds whose bare numbers count `unit` microseconds (systemd.time(7)). */
export function parseTimespan(text: string, unit: number = SECOND): Result<number, ValueError> {
  return parseWith(text, unit, microsecondUnits);
}

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

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 31_557_600 * SECOND;
const MONTH = 2_629_800 * SECOND;

const printed: readonly (readonly [suffix: string, usec: number])[] = [
  ['y', YEAR],
  ['month', MONTH],
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
  ['ms', 1000],
  ['us', 1],
];

const microsecondUnits: Readonly<Record<string, number>> = {
  ...named(['seconds', 'second', 'sec', 's'], SECOND),
  ...named(['minutes', 'minute', 'min', 'm'], MINUTE),
  ...named(['months', 'month', 'M'], MONTH),
  ...named(['msec', 'ms'], 1000),
  ...named(['hours', 'hour', 'hr', 'h'], HOUR),
  ...named(['days', 'day', 'd'], DAY),
  ...named(['weeks', 'week', 'w'], 7 * DAY),
  ...named(['years', 'year', 'y'], YEAR),
  ...named(['usec', 'us', '\u03bcs', '\u00b5s'], 1),
};

const nanosecondUnits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Object.entries(microsecondUnits).map(([name, usec]) => [name, usec * 1000])),
  ...named(['nsec', 'ns'], 1),
};

const LARGEST = 2 ** 64;

function named(names: readonly string[], value: number): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

function parseWith(text: string, bareUnit: number, units: Readonly<Record<string, number>>): Result<number, ValueError> {
  let at = skipBlanks(text, 0);
  if (text.startsWith('infinity', at) && skipBlanks(text, at + 8) === text.length) return ok(Infinity);
  if (at === text.length) return expected(at);
  let total = 0;
  while (at < text.length) {
    const number = readDecimal(text, at);
    if (number === undefined) return expected(at);
    const afterBlanks = skipBlanks(text, number.next);
    const name = readWord(text, afterBlanks, units);
    const hasGap = number.next === text.length || afterBlanks > number.next;
    if (name === undefined && !hasGap) return expected(number.next);
    total += scaled(number, name === undefined ? bareUnit : (units[name] ?? 1));
    at = name === undefined ? afterBlanks : skipBlanks(text, afterBlanks + name.length);
  }
  return total < LARGEST ? ok(total) : refuse('the timespan is too long');
}

interface Decimal {
  readonly whole: string;
  readonly fraction: string;
  readonly next: number;
}

function readDecimal(text: string, start: number): Decimal | undefined {
  const dot = skipDigits(text, start);
  if (text[dot] !== '.') return dot === start ? undefined : { whole: text.slice(start, dot), fraction: '', next: dot };
  const next = skipDigits(text, dot + 1);
  return next === dot + 1 ? undefined : { whole: text.slice(start, dot), fraction: text.slice(dot + 1, next), next };
}

/** Each digit of the fraction is rounded down for itself, as systemd does. */
function scaled({ whole, fraction }: Decimal, unit: number): number {
  let value = Number(whole) * unit;
  let part = Math.floor(unit / 10);
  for (let index = 0; index < fraction.length && part > 0; index++) {
    value += (fraction.charCodeAt(index) - 48) * part;
    part = Math.floor(part / 10);
  }
  return value;
}

/** The longest name of a unit that stands at `at`. */
function readWord(text: string, at: number, units: Readonly<Record<string, number>>): string | undefined {
  let end = at;
  while (end < text.length && isLetter(text.charCodeAt(end))) end++;
  for (let length = Math.min(end - at, 7); length > 0; length--) {
    const name = text.slice(at, at + length);
    if (Object.hasOwn(units, name)) return name;
  }
  return undefined;
}

function expected(offset: number): { readonly ok: false; readonly error: ValueError } {
  return refuse('expected a timespan such as 5min 20s', offset);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 97 && lower <= 122) || code === 0x3bc || code === 0xb5;
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at++;
  return at;
}

function decimalsOf(unit: number): number {
  let decimals = 0;
  for (let rest = unit; rest > 1; rest = Math.floor(rest / 10)) decimals++;
  return decimals;
}
