import assert from 'node:assert/strict';
import { test } from 'node:test';
import { triggerEnvironment } from './trigger-environment.ts';

test('a process is told the unit that triggered it, and what that unit saw', () => {
  assert.deepEqual(triggerEnvironment(undefined), []);
  assert.deepEqual(triggerEnvironment({ unit: 'a.path', path: '/run/a' }), ['TRIGGER_UNIT=a.path', 'TRIGGER_PATH=/run/a']);
  assert.deepEqual(triggerEnvironment({ unit: 'a.timer', timerRealtimeUsec: 1_700_000_000_000_000, timerMonotonicUsec: 5 }), [
    'TRIGGER_UNIT=a.timer',
    'TRIGGER_TIMER_REALTIME_USEC=1700000000000000',
    'TRIGGER_TIMER_MONOTONIC_USEC=5',
  ]);
});
