import { byteText } from './bytes.ts';

/** What one escape sequence stands for, and how many UTF-16 units it takes after the backslash. */
export interface Escape {
  readonly text: string;
  readonly length: number;
}

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const letters: Readonly<Record<string, string>> = Object.fromEntries(
  'abfnrtv'.split('').map((letter) => [simple[letter] ?? '', `\\${letter}`]),
);

/** A control character as C writes it: by a letter, or by its number in octal. */
export function encodeControl(character: string): string {
  return letters[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

const digitsOf: Readonly<Record<string, { readonly skip: number; readonly count: number; readonly radix: number }>> = {
  x: { skip: 1, count: 2, radix: 16 },
  u: { skip: 1, count: 4, radix: 16 },
  U: { skip: 1, count: 8, radix: 16 },
};
const octal = { skip: 0, count: 3, radix: 8 };

/** Decodes the C escape whose first character after the backslash is at `at`; undefined where there is none. NUL is refused unless asked for. */
export function decodeEscape(text: string, at: number, options: { readonly acceptNul?: boolean } = {}): Escape | undefined {
  const first = text[at];
  if (first === undefined) return undefined;
  const character = simple[first];
  if (character !== undefined) return { text: character, length: 1 };
  const { skip, count, radix } = digitsOf[first] ?? octal;
  const value = parseDigits(text, at + skip, count, radix);
  if (value === undefined || (value === 0 && options.acceptNul !== true)) return undefined;
  const isByte = first === 'x' || skip === 0;
  if (isByte) return value > 0xff ? undefined : { text: byteText(value), length: skip + count };
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  return { text: String.fromCodePoint(value), length: skip + count };
}

function parseDigits(text: string, at: number, count: number, radix: number): number | undefined {
  if (at + count > text.length) return undefined;
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = digitValue(text.charCodeAt(index));
    if (digit >= radix) return undefined;
    value = value * radix + digit;
  }
  return value;
}

function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}
