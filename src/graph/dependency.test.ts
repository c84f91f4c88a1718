import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstKind, kindBit, kinds, kindsIn, shownKinds } from './dependency.ts';

test('the first kind of a set is the one that is named first', () => {
  assert.equal(firstKind(0), undefined);
  for (const kind of kinds) assert.equal(firstKind(kindBit(kind)), kind);
  for (const one of shownKinds) {
    for (const other of shownKinds) {
      const set = kindBit(one) | kindBit(other);
      assert.equal(firstKind(set), kindsIn(set)[0]);
    }
  }
});
