import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../port/clock-fake.ts';
import { createRest } from './rest.ts';

function resting(isSettled: () => boolean = () => true) {
  const clock = new FakeClock(0);
  const asked: (readonly [at: number, idle: number])[] = [];
  const rest = createRest({ clock, afterUsec: 10, isSettled, ask: (idle) => void asked.push([clock.now().monotonicUsec, idle]) });
  return { clock, asked, rest };
}

test('one who is not allowed to rest asks later and later, and early again when something has come', () => {
  const { clock, asked, rest } = resting();
  clock.advance(50);
  assert.deepEqual(asked, [
    [10, 10],
    [20, 20],
    [40, 40],
  ]);
  rest.busy();
  clock.advance(15);
  assert.deepEqual(asked.at(-1), [60, 10]);
});

test('what comes again and again is never followed by a question', () => {
  const { clock, asked, rest } = resting();
  for (let i = 0; i < 20; i++) {
    clock.advance(9);
    rest.busy();
  }
  assert.deepEqual(asked, []);
});

test('one who has something planned asks when that is done', () => {
  let settled = false;
  const { clock, asked } = resting(() => settled);
  clock.advance(25);
  assert.deepEqual(asked, []);
  settled = true;
  clock.advance(10);
  assert.deepEqual(asked, [[30, 30]]);
});

test('after its end it asks nothing', () => {
  const { clock, asked, rest } = resting();
  rest[Symbol.dispose]();
  clock.advance(100);
  assert.deepEqual(asked, []);
});
