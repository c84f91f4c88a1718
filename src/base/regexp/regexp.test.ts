import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { linearRegexp } from './regexp.ts';

function matches(pattern: string, text: string): boolean | string {
  const regexp = linearRegexp(pattern);
  return regexp.ok ? regexp.value(text) : regexp.error;
}

/** Patterns that mean the same to JavaScript, made of the parts that there are. */
const patterns: fc.Arbitrary<string> = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('part'),
    fc.tuple(tie('pattern'), tie('pattern')).map((each) => each.join('')),
  ),
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c_]', '\\d', '\\W', '\\s', '^', '$', '\\b', '\\B', '(?:)', '\\.', '\\x61', '-'),
    tie('pattern').map((inner) => `(${inner})`),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}', '{0}'))
      .map(([inner, times]) => `(${inner})${times}`),
  ),
})).pattern;

const texts = fc.array(fc.constantFrom('a', 'b', 'c', '_', '1', ' ', '.', '-', 'é', '😀'), { maxLength: 12 }).map((each) => each.join(''));

test('a pattern matches what it matches in JavaScript', () => {
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      assert.equal(matches(pattern, text), new RegExp(pattern, 'u').test(text));
    }),
    { numRuns: 1000 },
  );
});

test('what Perl writes otherwise than JavaScript is read as Perl does', () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
    ['a$', 'a\n', true],
    ['a$', 'a\n\n', false],
    ['a\\z', 'a\n', false],
    ['\\Aa\\Z', 'a\n', true],
    ['\\Aa', 'ba', false],
    ['a.b', 'a\nb', false],
    ['a{,3}', 'a{,3}', true],
    ['a{x}', 'a{x}', true],
    ['[]a]+', ']', true],
    ['[^]a]', ']', false],
    ['[a\\]b]', ']', true],
    ['[a-]', '-', true],
    ['[[:digit:][:^space:]]', ' ', false],
    ['[[:xdigit:]]{4}', 'beef', true],
    ['(?i)error', 'ERROR', true],
    ['(?i:err)or', 'ERRor', true],
    ['(?i:err)or', 'ERROR', false],
    ['(?i)[^e]', 'E', false],
    ['(?<name>a)b', 'ab', true],
    ["(?'name'a)b", 'ab', true],
    ['\\Qa.b\\E.', 'a.bc', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\x{1F600}', '😀', true],
    ['\\h', '\t', true],
    ['\\e\\[\\d+m', '\u001b[31m', true],
    ['', '', true],
    ['a|', 'b', true],
  ];
  assert.deepEqual(
    cases.map(([pattern, text]) => [pattern, text, matches(pattern, text)]),
    cases,
  );
});

test('what is no pattern, and what takes more than one look at the text, is refused with the reason', () => {
  const cases: readonly (readonly [pattern: string, error: string])[] = [
    ['(', 'a ( is not closed'],
    ['a)', 'there is a ) without a ('],
    ['[a', 'a [ is not closed'],
    ['[', 'a [ is not closed'],
    ['[b-a]', 'a range in [] is none'],
    ['[[:nothing:]]', 'there is no class [:nothing:]'],
    ['*', '* has nothing to repeat'],
    ['a**', '* has nothing to repeat'],
    ['a{2,1}', '{2,1} is in the wrong order'],
    ['\\', 'it ends with a \\'],
    ['(a)\\1', '\\1 is not carried out'],
    ['(?=a)', 'a group that begins with (?= is not carried out'],
    ['(?<!a)', 'a group that begins with (?< is not carried out'],
    ['(?>a)', 'a group that begins with (?> is not carried out'],
    ['a++', 'repeats that give nothing back are not carried out'],
    ['\\p{L}', '\\p is not carried out'],
    ['(a{500}){500}', 'it comes to more than 1000 steps'],
    ['((){60000}){60000}', 'it comes to more than 1000 steps'],
    ['('.repeat(200), 'its groups are nested too deep'],
  ];
  assert.deepEqual(
    cases.map(([pattern]) => [pattern, matches(pattern, '')]),
    cases,
  );
});

test('the work for a text is within a bound that the pattern cannot move', () => {
  // Each of these takes JavaScript longer than the sun will shine.
  for (const pattern of [
    '(a|a)*b',
    '(a*)*b',
    '(a+)+$',
    '(.*)*x',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    'a?'.repeat(200) + 'a'.repeat(200) + 'b',
  ]) {
    assert.equal(matches(pattern, `${'a'.repeat(5000)}!`), false, pattern);
  }
});

test('whatever the pattern and the text are, there is an answer', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...Array.from('ab[]()*+?{}|\\^$.-:,0129QE<>=!i')), maxLength: 40 });
  fc.assert(
    fc.property(hostile, fc.string({ unit: 'binary', maxLength: 40 }), (pattern, text) => {
      const regexp = linearRegexp(pattern);
      if (regexp.ok) regexp.value(text);
    }),
    { numRuns: 500 },
  );
});
