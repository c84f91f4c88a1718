import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from './timestamp.ts';

test('a timestamp is the local weekday, date, time and zone', () => {
  const date = new Date(2026, 10, 22, 9, 5, 3);
  assert.match(formatTimestamp(date.getTime() * 1000), /^Sun 2026-11-22 09:05:03 \S+$/);
});

test('the time 0 is never', () => {
  assert.equal(formatTimestamp(0), '');
});
