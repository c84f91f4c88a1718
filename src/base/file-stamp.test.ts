import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileStamp, isSameStamp, isSettled } from './file-stamp.ts';

const at = 1_700_000_000_000;
const stamp: FileStamp = { device: 1, inode: 2, size: 3, modifiedMs: at + 0.25, changedMs: at + 0.25 };

test('each part of a stamp tells a file from others', () => {
  const others: readonly FileStamp[] = (['device', 'inode', 'size', 'modifiedMs', 'changedMs'] as const).map((part) => ({
    ...stamp,
    [part]: stamp[part] + 0.5,
  }));
  assert.deepEqual(
    [{ ...stamp }, ...others].map((other) => isSameStamp(stamp, other)),
    [true, false, false, false, false, false],
  );
});

test('a file that changed within a tick of the clock, or in times to come, may change again without another stamp', () => {
  assert.deepEqual(
    [at - 5000, at, at + 10, at + 1000].map((now) => isSettled(stamp, now)),
    [false, false, false, true],
  );
  // A copy that keeps the time of the original, made just now.
  assert.equal(isSettled({ ...stamp, modifiedMs: at - 1_000_000, changedMs: at + 999.5 }, at + 1000), false);
});

test('where a file system has whole seconds, two of them must be over', () => {
  const coarse = { ...stamp, modifiedMs: at, changedMs: at };
  assert.deepEqual(
    [1000, 2000, 3000].map((later) => isSettled(coarse, at + later)),
    [false, false, true],
  );
});
