import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAgo } from './duration.ts';

const second = 1_000_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test('how long ago something was is told in at most two units', () => {
  const cases: readonly (readonly [usec: number, text: string])[] = [
    [0, 'now'],
    [15, '15us ago'],
    [15_000, '15ms ago'],
    [59 * second, '59s ago'],
    [63 * second, '1min 3s ago'],
    [7 * minute + 3 * second, '7min ago'],
    [2 * hour + 5 * minute, '2h 5min ago'],
    [7 * hour + 5 * minute, '7h ago'],
    [day + 2 * hour, '1 day 2h ago'],
    [3 * day, '3 days ago'],
    [8 * day, '1 week 1 day ago'],
    [40 * day, '1 month 9 days ago'],
    [400 * day, '1 year 1 month ago'],
    [-5 * second, '5s left'],
  ];
  assert.deepEqual(
    cases.map(([usec]) => [usec, formatAgo(usec)]),
    cases,
  );
});
