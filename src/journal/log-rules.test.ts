import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRules } from './log-rules.ts';

const journal = { usual: { intervalUsec: 1000, burst: 3 }, forAll: false, freeBytes: () => 0 };

function kept(
  meta: Readonly<Record<string, string>>,
  messages: readonly (readonly [priority: number, text: string, usec?: number])[],
  freeBytes = 0,
) {
  const rules = logRules(meta, { ...journal, freeBytes: () => freeBytes });
  return messages.map(([priority, text, usec = 0]) => {
    const { keep, dropped } = rules?.admit(priority, new TextEncoder().encode(text), usec) ?? { keep: true, dropped: 0 };
    return dropped > 0 ? `${dropped} before ${text}` : keep ? text : '-';
  });
}

test('without settings there are no rules', () => {
  assert.equal(logRules({ UNIT: 'a.service' }, journal), undefined);
});

test('LogLevelMax= drops what is less important', () => {
  assert.deepEqual(
    kept({ LEVEL_MAX: '4' }, [
      [3, 'a'],
      [4, 'b'],
      [5, 'c'],
    ]),
    ['a', 'b', '-'],
  );
});

test('LogFilterPatterns= keeps what one pattern fits, and drops what one with ~ fits', () => {
  const messages = [
    [6, 'error: x'],
    [6, 'noise'],
    [6, 'error: noise'],
  ] as const;
  assert.deepEqual(kept({ PATTERNS: '^error' }, messages), ['error: x', '-', 'error: noise']);
  assert.deepEqual(kept({ PATTERNS: '~noise' }, messages), ['error: x', '-', '-']);
  assert.deepEqual(kept({ PATTERNS: '^error\n~noise' }, messages), ['error: x', '-', '-']);
});

test('a pattern that is no regular expression keeps nothing, and denies nothing', () => {
  assert.deepEqual(kept({ PATTERNS: '(' }, [[6, '(']]), ['-']);
  assert.deepEqual(kept({ PATTERNS: '~(' }, [[6, '(']]), ['(']);
});

test('a burst is kept in each interval, and what was dropped is counted', () => {
  assert.deepEqual(
    kept({ RATE: '1000 2' }, [
      [6, 'a', 5000],
      [6, 'b', 5001],
      [6, 'c', 5002],
      [6, 'd', 5999],
      [6, 'e', 6000],
      [6, 'f', 6001],
    ]),
    ['a', 'b', '-', '-', '2 before e', 'f'],
  );
});

test('what a unit does not set of its rate is as the journal’s', () => {
  const many = ['a', 'b', 'c', 'd'].map((text) => [6, text] as const);
  assert.deepEqual(kept({ RATE: '0 2' }, [...many, [6, 'later', 1000]]), ['a', 'b', '-', '-', '2 before later']);
  assert.deepEqual(kept({ RATE: '5000 0' }, [...many, [6, 'later', 1000]]), ['a', 'b', 'c', '-', '-']);
});

test('messages of other importance are counted for themselves', () => {
  const flood = [7, 7, 7, 6, 5, 4, 3, 2, 1].map((priority) => [priority, String(priority)] as const);
  assert.deepEqual(kept({ RATE: '1000 1' }, flood), ['7', '-', '-', '6', '-', '4', '3', '2', '-']);
});

test('the more room there is for the journal, the more may come', () => {
  const many = Array.from({ length: 12 }, (_, index) => [6, String(index)] as const);
  const most = (freeBytes: number) => kept({ RATE: '1000 2' }, many, freeBytes).filter((text) => text !== '-').length;
  assert.deepEqual([0, 2 ** 20, 2 ** 24, 2 ** 30, 2 ** 32].map(most), [2, 2, 4, 7, 8]);
});
