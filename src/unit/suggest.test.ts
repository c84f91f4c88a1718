import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from './suggest.ts';

const known = ['Description', 'After', 'Before', 'Restart', 'RestartSec', 'ExecStart', 'ExecStartPre'];

test('a name that is nearly right finds the one that was meant', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['Descripton', 'Description'],
    ['description', 'Description'],
    ['ExceStart', 'ExecStart'],
    ['RestartSecs', 'RestartSec'],
    ['Aftre', 'After'],
    ['Frobnicate', undefined],
    ['', undefined],
    ['X', undefined],
  ];
  for (const [written, expected] of cases) assert.equal(nearestName(written, known), expected, written);
});
