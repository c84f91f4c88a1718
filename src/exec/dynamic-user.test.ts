import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceConfig } from '../../test/exec/example.ts';
import { dynamicName, dynamicUids, isDynamicUid } from './dynamic-user.ts';

test('a dynamic user gets the uid that systemd 252 gives it, or one of those behind it', () => {
  const [first, second] = dynamicUids('dyn');
  assert.deepEqual([first, second, ...[...dynamicUids('dyn2')].slice(0, 1)], [62264, 62265, 61542]);
});

test('every uid of the range comes once', () => {
  const uids = [...dynamicUids('a')];
  assert.equal(new Set(uids).size, 4336);
  assert.ok(uids.every(isDynamicUid));
});

function named(name: string, User = ''): string {
  return dynamicName({ ...serviceConfig({ User }), name });
}

test('it is named by User= or after the unit', () => {
  assert.deepEqual([named('a.service'), named('b@c.service'), named('a.service', 'other')], ['a', 'b', 'other']);
  assert.match(named('1.service'), /^_du[0-9a-f]{16}$/);
});
