import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vendorStrings } from './machine.ts';

function entry(strings: string): Uint8Array {
  return Buffer.concat([Buffer.from([11, 5, 0, 0, 2]), Buffer.from(strings)]);
}

test('the strings of an entry end with an empty one, and cannot command the terminal', () => {
  assert.deepEqual(vendorStrings(entry('io.systemd.credential:a=b\0second\0\0garbage\0')), ['io.systemd.credential:a=b', 'second']);
  assert.deepEqual(vendorStrings(entry('\u001b[31mred\0\0')), ['\ufffd[31mred']);
  assert.deepEqual(vendorStrings(entry('\0\0')), []);
});

test('an entry that is cut off gives what is there', () => {
  assert.deepEqual(vendorStrings(entry('half')), ['half']);
  assert.deepEqual(vendorStrings(Buffer.from([11])), []);
  assert.deepEqual(vendorStrings(Buffer.from([11, 200, 0])), []);
});
