import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siphash24 } from './siphash.ts';

test('siphash24 gives what its authors publish for the bytes 0, 1, 2, …', () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
  assert.deepEqual(
    [0, 1, 7, 8, 15].map((length) => siphash24(bytes.subarray(0, length), bytes).toString(16)),
    ['726fdb47dd0e0e31', '74f839c593dc67fd', 'ab0200f58b01d137', '93f5f5799a932462', 'a129ca6149be45e5'],
  );
});
