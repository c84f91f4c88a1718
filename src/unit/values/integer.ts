import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';

/** A whole number within bounds (int32 where none are given). Base prefixes 0x, 0o, 0b and a leading 0 (octal) are known; leading blanks are skipped. */
export function integer(range: { readonly min?: number; readonly max?: number } = {}): ValueParser<number> {
  const { min = -2147483648, max = 2147483647 } = range;
  return (text) => parseInteger(text, { min, max });
}

/** A whole number from 0 to 2³²-1. */
export const unsigned: ValueParser<number> = integer({ min: 0, max: 4294967295 });

/** A whole number from 0 to 2³²-1, or Infinity for `infinity` and for an empty text. */
export const unsignedOrInfinity: ValueParser<number> = (text, context) =>
  text === '' || text === 'infinity' ? ok(Infinity) : unsigned(text, context);

/** A whole number within bounds; numbers beyond 2⁵³ lose their last digits, as JavaScript numbers do. */
export function parseInteger(
  text: string,
  range: { readonly min: number; readonly max: number; readonly radix?: number },
): Result<number, ValueError> {
  const { min, max } = range;
  const value = readInteger(text, range.radix);
  if (value === undefined) return refuse(`expected a whole number from ${min} to ${max}`);
  if (value < min || value > max) return refuse(`${text.trim()} is out of range: expected ${min} to ${max}`, 0, 'range');
  return ok(value);
}

/** The number that the whole text spells as in strtol(3) with base 0, or undefined. */
export function readInteger(text: string, radix?: number): number | undefined {
  let at = 0;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  const sign = text[at] === '-' ? -1 : 1;
  if (text[at] === '-' || text[at] === '+') at++;
  const base = radix === undefined ? baseOf(text, at) : { radix, skip: 0 };
  at += base.skip;
  if (at >= text.length) return undefined;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit >= base.radix) return undefined;
    value = value * base.radix + digit;
  }
  return value === 0 ? 0 : sign * value;
}

function baseOf(text: string, at: number): { readonly radix: number; readonly skip: number } {
  if (text[at] !== '0' || at + 1 >= text.length) return decimal;
  return prefixes[text[at + 1] ?? ''] ?? leadingZero;
}

const decimal = { radix: 10, skip: 0 };
const leadingZero = { radix: 8, skip: 1 };
const prefixes: Readonly<Record<string, { readonly radix: number; readonly skip: number }>> = {
  x: { radix: 16, skip: 2 },
  X: { radix: 16, skip: 2 },
  o: { radix: 8, skip: 2 },
  b: { radix: 2, skip: 2 },
};

function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 122 ? lower - 87 : 99;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}
