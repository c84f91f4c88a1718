import * as fc from 'fast-check';

/** Words that have undone programs: ends of ranges, escapes that stop halfway, ways out of directories, bytes that are no characters. */
const nasty: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\\',
  '\\\n',
  '"',
  "'",
  '%',
  '%%',
  '%n%i%j%p%f%I%J%N%P%t%S%C%L%E%h%H%u%U%m%b%v%T%V',
  '%z',
  '${',
  '${A}',
  '$A',
  '$$',
  '-',
  '--',
  '/',
  '//',
  '/..',
  '../../etc/passwd',
  '/dev/null',
  '/proc/self/fd/0',
  '~',
  '@',
  '@-.',
  ':',
  ';',
  '#',
  '[',
  ']',
  '[Service]',
  '=',
  '==',
  '!',
  '!!',
  '|',
  '+',
  '*',
  '?',
  '[!a]',
  '[a-',
  '\\x',
  '\\x00',
  '\\x2f',
  '\\u',
  '\\777',
  '\u2028',
  '\ufeff',
  '\u00ff\u00fe',
  '\u00c3\u0028',
  '\u00ed\u00a0\u0080',
  '0',
  '-1',
  '1e9',
  '0x7fffffff',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999999999999',
  '1'.repeat(400),
  'infinity',
  '100%',
  '0.1us',
  '999999y',
  '*-*-* *:*:*',
  '*-02-30',
  '2038-01-19 03:14:08 UTC',
  'Mon..Sun 1..31/2 *:0/7',
  'yes',
  'no',
  'auto',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'a.service',
  'a@.service',
  'a@b.service',
  'a@b@c.service',
  '-.slice',
  '-.mount',
  'a-b-c.slice',
  'dev-null.device',
  'x'.repeat(300),
  'a/'.repeat(300),
  '('.repeat(200),
];

/** Text of bytes, each a character: any, but often such as have a meaning. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...nasty), { maxLength: 5 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...nasty), { maxLength: 6 }).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

/** One of the texts, with a few places of it changed. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat({ max: 10_000 }),
    length: fc.nat({ max: 20 }),
    what: fc.oneof(hostileText, fc.constant('')),
    times: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.nat({ max: 2000 }) }),
  });
  return fc.tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 6 })).map(([text, edits]) =>
    edits.reduce((now, { at, length, what, times }) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + what.repeat(times) + now.slice(place + length);
    }, text),
  );
}

/** The bytes of a text whose characters are bytes. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
