import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortened, wrapped } from './wrap.ts';

test('a text is broken between words, and what comes below is indented', () => {
  assert.deepEqual(wrapped('  one two three', 9, 4), ['  one two', '    three']);
  assert.deepEqual(wrapped('a-word-that-is-too-long and', 10, 2), ['a-word-that-is-too-long', '  and']);
  assert.deepEqual(wrapped('as it is', undefined, 2), ['as it is']);
});

test('colours take no columns', () => {
  assert.deepEqual(wrapped('\x1b[0;1;31mone\x1b[0m two', 7, 2), ['\x1b[0;1;31mone\x1b[0m two']);
});

test('what is cut ends in an ellipsis, and is not longer for it', () => {
  assert.deepEqual(
    [shortened('abcdef', 6, '…'), shortened('abcdefg', 6, '…'), shortened('abcdefg', 6, '...')],
    ['abcdef', 'abcde…', 'abc...'],
  );
});
