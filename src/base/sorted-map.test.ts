import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SortedMap } from './sorted-map.ts';

test('a sorted map is a map whose keys are in order', () => {
  const step = fc.record({ deletes: fc.boolean(), key: fc.string({ maxLength: 2 }), value: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [sorted, map] = [new SortedMap<number>(), new Map<string, number>()];
      for (const { deletes, key, value } of steps) {
        if (deletes) {
          sorted.delete(key);
          map.delete(key);
        } else {
          sorted.set(key, value);
          map.set(key, value);
        }
        assert.deepEqual(
          [...sorted],
          [...map].toSorted(([a], [b]) => (a < b ? -1 : 1)),
        );
        assert.equal(sorted.get(key), map.get(key));
      }
    }),
  );
});
