/** Sets of characters: first and last code point of each part. */
export type Ranges = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;

/** All other characters. */
export function complement(ranges: Ranges): Ranges {
  const rest: (readonly [number, number])[] = [];
  let next = 0;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > next) rest.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  return next > LAST ? rest : [...rest, [next, LAST]];
}

/** With each letter of ASCII in both cases. */
export function fold(ranges: Ranges): Ranges {
  return ranges.flatMap(([first, last]) => [[first, last] as const, ...shifted(first, last, 65, 32), ...shifted(first, last, 97, -32)]);
}

function shifted(first: number, last: number, alphabet: number, by: number): Ranges {
  const from = Math.max(first, alphabet);
  const to = Math.min(last, alphabet + 25);
  return from > to ? [] : [[from + by, to + by]];
}

export function isIn(ranges: Ranges, code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

const digit: Ranges = [[48, 57]];
const upper: Ranges = [[65, 90]];
const lower: Ranges = [[97, 122]];
const word: Ranges = [...digit, ...upper, ...lower, [95, 95]];
const space: Ranges = [
  [9, 13],
  [32, 32],
];
const blank: Ranges = [
  [9, 9],
  [32, 32],
];
const vertical: Ranges = [[10, 13]];

/** `\d` and its kin. */
export const shorthands: Readonly<Record<string, Ranges>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  h: blank,
  H: complement(blank),
  v: vertical,
  V: complement(vertical),
  N: complement([[10, 10]]),
};

/** `[:alpha:]` and its kin. */
export const posixClasses: Readonly<Record<string, Ranges>> = {
  alnum: [...digit, ...upper, ...lower],
  alpha: [...upper, ...lower],
  ascii: [[0, 127]],
  blank,
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit,
  graph: [[33, 126]],
  lower,
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space,
  upper,
  word,
  xdigit: [...digit, [65, 70], [97, 102]],
};
