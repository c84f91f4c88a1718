import { test } from 'node:test';
import assert from 'node:assert/strict';
import { compareVersions } from './version-order.ts';

/** Each is older than the next. */
const ordered: readonly (readonly string[])[] = [
  [
    '~',
    '',
    'ab',
    'abb',
    'abc',
    '0001',
    '002',
    '12',
    '122',
    '122.9',
    '123~rc1',
    '123',
    '123-a',
    '123-a.1',
    '123-3',
    '123-3.1',
    '123^patch1',
    '123^1',
    '123.a-1',
    '123.1-1',
    '123a-1',
    '124',
  ],
  ['1.2', '1.10', '1.10.1', '2'],
];

for (const versions of ordered) {
  for (const [index, older] of versions.entries()) {
    for (const newer of versions.slice(index + 1)) {
      test(`${older} is older than ${newer}`, () => {
        assert.ok(compareVersions(older, newer) < 0);
        assert.ok(compareVersions(newer, older) > 0);
        assert.equal(compareVersions(older, older), 0);
      });
    }
  }
}
