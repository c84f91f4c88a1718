import { DAY, HOUR, MILLISECOND, MINUTE, MONTH, SECOND, WEEK, YEAR } from '../../base/duration.ts';
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';
import { skipBlanks, skipDigits } from './scan.ts';

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

const microsecondUnits: Readonly<Record<string, number>> = {
  ...named(['seconds', 'second', 'sec', 's'], SECOND),
  ...named(['minutes', 'minute', 'min', 'm'], MINUTE),
  ...named(['months', 'month', 'M'], MONTH),
  ...named(['msec', 'ms'], MILLISECOND),
  ...named(['hours', 'hour', 'hr', 'h'], HOUR),
  ...named(['days', 'day', 'd'], DAY),
  ...named(['weeks', 'week', 'w'], WEEK),
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
    if (text[at] === '-') return refuse('expected a timespan that is not negative', at, 'range');
    const number = readDecimal(text, /^\+\d/.test(text.slice(at, at + 2)) ? at + 1 : at);
    if (number === undefined) return expected(at);
    const afterBlanks = skipBlanks(text, number.next);
    const name = readWord(text, afterBlanks, units);
    const hasGap = number.next === text.length || afterBlanks > number.next;
    if (name === undefined && !hasGap) return expected(number.next);
    total += scaled(number, name === undefined ? bareUnit : (units[name] ?? 1));
    at = name === undefined ? afterBlanks : skipBlanks(text, afterBlanks + name.length);
  }
  return total < LARGEST ? ok(total) : refuse('the timespan is too long', 0, 'range');
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
