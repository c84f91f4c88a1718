import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SmallMap } from './small-map.ts';

test('a small map is a map, however many entries it has', () => {
  const step = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'delete', 'clear'), key: fc.nat(20), value: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [small, map] = [new SmallMap<string, number>(), new Map<string, number>()];
      for (const { what, key, value } of steps) {
        const name = `key-${key}`;
        if (what === 'set') {
          small.set(name, value);
          map.set(name, value);
        } else if (what === 'delete') {
          small.delete(name);
          map.delete(name);
        } else if (value % 10 === 0) {
          small.clear();
          map.clear();
        }
        const seen: [string, number][] = [];
        small.forEach((each, at) => seen.push([at, each]));
        assert.deepEqual(seen, [...map]);
        assert.deepEqual([small.keys(), small.entries()], [[...map.keys()], [...map]]);
        assert.deepEqual([small.get(name), small.has(name), small.isEmpty], [map.get(name), map.has(name), map.size === 0]);
      }
    }),
  );
});

test('what is added while one goes through it is come to', () => {
  for (const count of [1, 7, 8, 9]) {
    const small = new SmallMap<number, string>();
    for (let key = 0; key < count; key++) small.set(key, 'first');
    const seen: number[] = [];
    small.forEach((_, key) => {
      seen.push(key);
      if (key < 3) small.set(key + 100, 'second');
    });
    assert.deepEqual(
      seen.slice(0, count),
      Array.from({ length: count }, (_, key) => key),
    );
  }
});
