import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesAny } from './glob.ts';

test('patterns match as fnmatch(3) does', () => {
  const cases: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
    ['web.service', 'web.service', true],
    ['web.service', 'webXservice', false],
    ['web*', 'web.service', true],
    ['*', 'a/b', true],
    ['web', 'web.service', false],
    ['w?b.service', 'web.service', true],
    ['w??b.service', 'web.service', false],
    ['w[de]b*', 'web.service', true],
    ['w[!de]b*', 'web.service', false],
    ['w[^de]b*', 'wab.service', true],
    ['w[a-f]b*', 'web.service', true],
    ['w[z-a]b*', 'web.service', false],
    ['[]x]', ']', true],
    ['a[b', 'a[b', true],
    ['a\\*b', 'a*b', true],
    ['a+(b)*', 'a+(b).service', true],
    ['getty@*.service', 'getty@tty1.service', true],
  ];
  assert.deepEqual(
    cases.map(([pattern, name]) => [pattern, name, matchesAny([pattern])(name)]),
    cases,
  );
});

test('one matching pattern of several is enough, and none match nothing', () => {
  assert.equal(matchesAny(['a', 'b*'])('bc'), true);
  assert.equal(matchesAny([])('bc'), false);
});

test('many stars do not make matching slow', () => {
  const started = process.hrtime.bigint();
  matchesAny(['a*'.repeat(3) + '*'.repeat(5000) + 'b'])('a'.repeat(200));
  assert.ok(process.hrtime.bigint() - started < 2_000_000_000n);
});
