import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { rasterOf, wakeTime } from './coalesce.ts';

const second = 1_000_000;

test('alarms with wide windows meet on one point of the minute, those with narrow ones come as late as they may', () => {
  const raster = 7 * second;
  assert.deepEqual(
    [wakeTime(100 * second, 160 * second, raster), wakeTime(70 * second, 130 * second, raster)],
    [127 * second, 127 * second],
  );
  assert.equal(wakeTime(100 * second, 111 * second, raster), 107 * second);
  assert.equal(wakeTime(100.1 * second, 100.2 * second, raster), 100.2 * second);
  assert.equal(wakeTime(100 * second, 100 * second, raster), 100 * second);
});

test('an alarm is never early and never later than it may be', () => {
  fc.assert(
    fc.property(fc.nat(1e12), fc.nat(1e9), fc.string(), (at, window, machine) => {
      const wake = wakeTime(at, at + window, rasterOf(machine));
      assert.ok(wake >= at && wake <= at + window);
    }),
  );
});
