import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePriorities, parseSize, parseTimespan } from './values.ts';

test('a level means itself and what is more important, a range what lies in it', () => {
  assert.deepEqual(parsePriorities('err'), { ok: true, value: [0, 1, 2, 3] });
  assert.deepEqual(parsePriorities('0'), { ok: true, value: [0] });
  assert.deepEqual(parsePriorities('notice..warning'), { ok: true, value: [4, 5] });
  assert.deepEqual(parsePriorities('8'), { ok: false, error: 'Unknown log level 8' });
  assert.deepEqual(parsePriorities('1..2..3'), { ok: false, error: 'Failed to parse log level range 1..2..3' });
});

test('sizes are to the base of 1024', () => {
  assert.deepEqual(['100', '1K', '1.5M', '2G', '', 'x', '-1', '1KB'].map(parseSize), [
    100,
    1024,
    1_572_864,
    2_147_483_648,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('time spans are sums of numbers with units', () => {
  assert.deepEqual(['5', '2weeks 3d', '1h30min', '500ms', '1M', '', 'x', '5 foo'].map(parseTimespan), [
    5_000_000,
    1_468_800_000_000,
    5_400_000_000,
    500_000,
    2_629_800_000_000,
    undefined,
    undefined,
    undefined,
  ]);
});
