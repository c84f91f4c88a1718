import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutInMiddle, cutLogLine, shortened, wrapped } from './wrap.ts';

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

test('wide characters take two columns', () => {
  assert.deepEqual(wrapped('日本 日本', 8, 2), ['日本', '  日本']);
  assert.deepEqual([shortened('日本語', 6, '…'), shortened('日本語', 5, '…')], ['日本語', '日本…']);
  assert.equal(cutLogLine('Nov 29 sh: 日本語日本語日本語', 22, '…'), 'Nov 29 sh: 日本語日…');
});

test('the message of a log line is cut near its end, and its colours stay', () => {
  assert.equal(
    cutLogLine('Nov 29 12:54:35 oracle sh[101]: a long line of the log that goes on', 40, '…'),
    'Nov 29 12:54:35 oracle sh[101]: a long…n',
  );
  assert.equal(cutLogLine('short', 40, '…'), 'short');
  assert.equal(cutLogLine('\x1b[1mabcdefghijklmnop\x1b[0m', 11, '…'), '\x1b[1mabcdefghi\x1b[0m…\x1b[1mp\x1b[0m');
});

test('the status of a job is cut in its middle, as on the console of systemd', () => {
  const text = 'Started systemd-ask-password-console.path - Dispatch Password Requests to Console Directory Watch.';
  assert.equal(cutInMiddle(text, 70, '…'), 'Started systemd-ask-password-consol…quests to Console Directory Watch.');
  assert.equal(cutInMiddle('short', 5, '…'), 'short');
});
