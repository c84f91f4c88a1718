import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { errnoMessage } from './errno.ts';

test('a message is what strerror(3) says', () => {
  assert.deepEqual([2, 13, 28, 4095].map(errnoMessage), [
    'No such file or directory',
    'Permission denied',
    'No space left on device',
    'Unknown error 4095',
  ]);
});

test('every error of this machine has a message', () => {
  for (const [name, number] of Object.entries(constants.errno)) assert.doesNotMatch(errnoMessage(number), /^Unknown/, name);
});
