import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueError, ValueParser } from './parser.ts';
import { skipBlanks, skipDigits } from './scan.ts';

/** Bytes; the suffixes K M G T P E count by 1024. */
export const size1024: ValueParser<number> = (text) => parseSize(text, 1024);

/** Bytes or bytes per second; the suffixes count by 1000. */
export const size1000: ValueParser<number> = (text) => parseSize(text, 1000);

const suffixes = 'EPTGMKB';
const LARGEST = 2 ** 64;

/** A size, perhaps of several parts with falling suffixes as `1G 512M`; above 2⁵³ it loses its last digits. */
export function parseSize(text: string, base: 1000 | 1024): Result<number, ValueError> {
  let total = 0;
  let allowed = 0;
  let at = skipBlanks(text, 0);
  do {
    const number = readDecimal(text, at);
    if (number === undefined || allowed > suffixes.length) return refuse('expected a size such as 512M or 1.5G', at);
    at = skipBlanks(text, number.next);
    const suffix = at < text.length ? suffixes.indexOf(text[at] ?? '') : suffixes.length;
    if (suffix < allowed) return refuse(`expected one of the suffixes ${suffixes}, each smaller than the one before`, at);
    total += Math.floor(number.value * base ** Math.max(suffixes.length - 1 - suffix, 0));
    allowed = suffix + 1;
    at = skipBlanks(text, at + 1);
  } while (at < text.length);
  return total < LARGEST ? ok(total) : refuse('the size is larger than 16E');
}

function readDecimal(text: string, start: number): { readonly value: number; readonly next: number } | undefined {
  let next = skipDigits(text, start);
  if (next === start) return undefined;
  if (text[next] === '.') next = skipDigits(text, next + 1);
  return { value: Number(text.slice(start, next)), next };
}
