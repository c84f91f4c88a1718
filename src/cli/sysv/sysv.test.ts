import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromUtmp } from './runlevel.ts';
import { readTime } from './shutdown.ts';

const minute = 60_000_000;
// Local noon of some day.
const noon = new Date(2026, 4, 3, 12, 0, 0).getTime() * 1000;

/** Minutes after noon, or what is wrong. */
function read(word: string): number | string {
  const time = readTime(word, noon);
  if (!time.ok) return time.error;
  return time.value === 'now' ? 'now' : (time.value - noon) / minute;
}

test('times of shutdown are now, minutes from now, or the next time that the clock shows so', () => {
  assert.deepEqual(['now', '+0', '0', '5', '+5', '12:01', '11:59', '12:00', '0:0'].map(read), [
    'now',
    'now',
    'now',
    5,
    5,
    1,
    24 * 60 - 1,
    24 * 60,
    12 * 60,
  ]);
  for (const word of ['', '+', '-1', '+-1', '+x', '24:00', '12:60', '1:2:3', '+1h', '2030-01-01', '99999999999999999999'])
    assert.equal(read(word), `Failed to parse time specification: ${word}`);
});

function record(type: number, pid: number): Buffer {
  const made = Buffer.alloc(384);
  made.writeInt16LE(type, 0);
  made.writeInt32LE(pid, 4);
  return made;
}

test('the run level is that of the last record of one, whatever else the file holds', () => {
  const levels = (current: string, previous = '') =>
    record(1, current.charCodeAt(0) + 256 * (previous === '' ? 0 : previous.charCodeAt(0)));
  assert.deepEqual(fromUtmp(Buffer.concat([levels('3'), levels('5', 'N'), record(7, 4711)])), { current: '5', previous: 'N' });
  assert.deepEqual(fromUtmp(levels('2')), { current: '2', previous: '' });
  assert.deepEqual(fromUtmp(Buffer.concat([levels('4'), Buffer.alloc(17)])), { current: '4', previous: '' });
  assert.equal(fromUtmp(Buffer.alloc(0)), undefined);
  assert.equal(fromUtmp(record(2, 0)), undefined);
});
