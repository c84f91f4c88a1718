import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, property } from 'fast-check';
import { diffLines } from './diff.ts';

test('what is in one list only is told from what is in both', () => {
  assert.deepEqual(diffLines(['a', 'b', 'c'], ['a', 'x', 'c', 'd']), [
    { in: 'both', text: 'a' },
    { in: 'first', text: 'b' },
    { in: 'second', text: 'x' },
    { in: 'both', text: 'c' },
    { in: 'second', text: 'd' },
  ]);
});

test('each list is what is left when the lines of the other alone are taken out', () => {
  const lines = array(constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  check(
    property(lines, lines, (first, second) => {
      const found = diffLines(first, second);
      const without = (side: 'first' | 'second') => found.filter((line) => line.in !== side).map(({ text }) => text);
      assert.deepEqual([without('second'), without('first')], [first, second]);
    }),
  );
});
