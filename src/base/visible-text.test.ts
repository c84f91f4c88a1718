import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visibleText } from './visible-text.ts';

test('what drives a terminal is written as C writes it, and nothing else changes', () => {
  assert.deepEqual(['plain ünïcode ✓', '\u001b[31mred\u0007', 'a\tb\r\nc', '\u009b31m', 'abc\u202exyz\u2066', '\u007f'].map(visibleText), [
    'plain ünïcode ✓',
    String.raw`\033[31mred\a`,
    String.raw`a\tb\r\nc`,
    String.raw`\u009b31m`,
    String.raw`abc\u202exyz\u2066`,
    String.raw`\177`,
  ]);
});
