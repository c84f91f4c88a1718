import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folded, ranges } from './value.ts';

test('numbers are shown as ranges', () => {
  assert.equal(ranges([6, 0, 3, 2, 4, 3]), '0 2-4 6');
  assert.equal(ranges([]), '');
});

test('a list that begins inverted takes from all, and later ones add or take', () => {
  const all = [0, 1, 2, 3];
  assert.deepEqual([...folded([{ invert: true, items: [1] }], all)], [0, 2, 3]);
  assert.deepEqual(
    [
      ...folded(
        [
          { invert: false, items: [1, 2] },
          { invert: true, items: [2] },
          { invert: false, items: [3] },
        ],
        all,
      ),
    ],
    [1, 3],
  );
  assert.deepEqual([...folded([], all)], []);
});
