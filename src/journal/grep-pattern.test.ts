import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grepPattern } from './grep-pattern.ts';

function matches(pattern: string, text: string, caseSensitive = true): boolean {
  const compiled = grepPattern(pattern, caseSensitive);
  assert.ok(compiled.ok, compiled.ok ? '' : compiled.error);
  return compiled.value.test(text);
}

test('patterns are those of Perl, also where JavaScript writes them otherwise', () => {
  const hits: readonly (readonly [pattern: string, text: string])[] = [
    ['{"a":1}', 'x {"a":1} y'],
    ['foo\\-bar\\"\\ \\<', 'foo-bar" <'],
    ['a{2,3}b{', 'aab{'],
    ['x]', 'x]'],
    ['\\Qa.b*\\E+', 'a.b***'],
    ['\\Afirst\\z', 'first'],
    ['end\\Z', 'end\n'],
    ['[[:upper:]][[:^digit:]]', 'Ab'],
    ['[]x]', ']'],
    ['[^]x]', 'y'],
    ['[a\\-z\\]]', '-'],
    ['[[a]', '['],
    ['(?P<n>a)(?P=n)', 'aa'],
    ['a(?#not b)c', 'ac'],
    ['(?x) a b # c', 'ab'],
    ['\\x{1F600}', '\u{1F600}'],
    ['\\p{Lu}\\pN\\PL', 'A1-'],
    ['a\\Rb', 'a\r\nb'],
    ['\\d\\s\\w\\b', '1 a'],
  ];
  for (const [pattern, text] of hits) assert.ok(matches(pattern, text), pattern);
  const misses: readonly (readonly [pattern: string, text: string])[] = [
    ['[[:^upper:]]', 'A'],
    ['\\Afirst', 'the first'],
    ['last\\z', 'last\n'],
    ['[^]x]', ']'],
    ['a{2}', 'a'],
  ];
  for (const [pattern, text] of misses) assert.ok(!matches(pattern, text), pattern);
  assert.ok(matches('(?-i)A', 'A', false) && !matches('(?-i)A', 'a', false) && matches('(?i)A', 'a'));
});

test('what is no pattern is refused in the words of PCRE2', () => {
  const said = ['(', ')', '*', '['].map((pattern) => grepPattern(pattern, true));
  assert.deepEqual(
    said.map((result) => (result.ok ? '' : result.error)),
    [
      'Bad pattern "(": missing closing parenthesis',
      'Bad pattern ")": unmatched closing parenthesis',
      'Bad pattern "*": quantifier does not follow a repeatable item',
      'Bad pattern "[": missing terminating ] for character class',
    ],
  );
});
