import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRules } from './log-rules.ts';

function kept(meta: Readonly<Record<string, string>>, messages: readonly (readonly [priority: number, text: string, usec?: number])[]) {
  const rules = logRules(meta);
  return messages.map(([priority, text, usec = 0]) => {
    const { keep, dropped } = rules?.admit(priority, new TextEncoder().encode(text), usec) ?? { keep: true, dropped: 0 };
    return dropped > 0 ? `${dropped} before ${text}` : keep ? text : '-';
  });
}

test('without settings there are no rules', () => {
  assert.equal(logRules({ UNIT: 'a.service' }), undefined);
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
  assert.deepEqual(
    kept({ RATE: '0 2' }, [
      [6, 'a'],
      [6, 'b'],
      [6, 'c'],
    ]),
    ['a', 'b', 'c'],
  );
});
