import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../port/clock-fake.ts';
import { Timers } from './timers.ts';

const second = 1_000_000;

test('of ten thousand timers the clock is asked for one, and they come in the order of their times', () => {
  const clock = new FakeClock(0);
  let asked = 0;
  const timers = new Timers<{ readonly index: number }>(
    {
      now: () => clock.now(),
      at: (usec, elapsed) => {
        asked += 1;
        return clock.at(usec, elapsed);
      },
      soon: (turn) => clock.soon(turn),
    },
    () => {},
    String,
  );
  for (let index = 0; index < 10_000; index += 1) timers.arm({ index }, 'x', (index + 1) * second);
  assert.equal(asked, 1);
  const taken: number[] = [];
  for (let due = timers.take(5000 * second); due !== undefined; due = timers.take(5000 * second)) taken.push(due.key.index);
  assert.deepEqual(
    taken,
    Array.from({ length: 5000 }, (_, index) => index),
  );
  assert.equal(asked, 2);
});

test('a timer that may wait is answered as soon as the manager is awake for another', () => {
  const clock = new FakeClock(0);
  const woken: number[] = [];
  const timers = new Timers<object>(clock, () => woken.push(clock.now().monotonicUsec), String);
  timers.arm({}, 'may wait', 10 * second, 100 * second);
  timers.arm({}, 'must not', 30 * second);
  clock.advance(20 * second);
  assert.deepEqual(woken, []);
  clock.advance(10 * second);
  assert.deepEqual(woken, [30 * second]);
  assert.deepEqual([timers.take(30 * second)?.name, timers.take(30 * second)?.name], ['may wait', 'must not']);
});

test('a timer that was moved or disarmed does not come', () => {
  const timers = new Timers<object>(new FakeClock(0), () => {}, String);
  const key = {};
  timers.arm(key, 'moved', 10);
  timers.arm(key, 'moved', 30);
  timers.arm(key, 'gone', 20);
  timers.disarm(key, 'gone');
  assert.deepEqual([timers.take(29), timers.take(30)?.name, timers.take(100)], [undefined, 'moved', undefined]);
});

test('deadlines that fall together come in the order of their owners, whichever was armed first', () => {
  const orders = [
    ['a', 'b', 'c', 'd'],
    ['d', 'b', 'a', 'c'],
    ['c', 'd', 'b', 'a'],
  ];
  for (const order of orders) {
    const timers = new Timers<{ readonly owner: string }>(
      new FakeClock(0),
      () => {},
      ({ owner }) => owner,
    );
    for (const owner of order) timers.arm({ owner }, 'timeout', 10);
    const taken: string[] = [];
    for (let due = timers.take(10); due !== undefined; due = timers.take(10)) taken.push(due.key.owner);
    assert.deepEqual(taken, ['a', 'b', 'c', 'd']);
  }
});
