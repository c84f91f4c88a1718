import { test } from 'node:test';
import assert from 'node:assert/strict';
import { DependencyGraph } from './dependency-graph.ts';
import { inverse, inverseKind, kindBit, kinds, kindsIn } from './dependency.ts';

test('every kind has an inverse whose inverse it is', () => {
  for (const kind of kinds) {
    assert.equal(inverseKind(inverseKind(kind)), kind);
    assert.equal(inverse(kindBit(kind)), kindBit(inverseKind(kind)));
  }
  const all = kinds.reduce((set, kind) => set | kindBit(kind), 0);
  assert.equal(inverse(all), all);
});

test('an edge is seen from both ends, once, with all its kinds', () => {
  const graph = new DependencyGraph();
  graph.add('a', 'Requires', 'b');
  graph.add('a', 'After', 'b');
  graph.add('b', 'PartOf', 'a');
  graph.add('a', 'Wants', 'a');
  const seen: [string, readonly string[]][] = [];
  for (const from of ['a', 'b']) graph.forEach(from, (other, set) => seen.push([`${from} ${other}`, kindsIn(set)]));
  assert.deepEqual(seen, [
    ['a b', ['Requires', 'ConsistsOf', 'After']],
    ['b a', ['RequiredBy', 'PartOf', 'Before']],
  ]);
  assert.deepEqual(graph.related('b', 'propagate-start-failure'), ['a']);
  assert.ok(graph.has('a', 'after', 'b'));
});

test('what a unit declared is forgotten with it, what others declare towards it stays', () => {
  const graph = new DependencyGraph();
  graph.add('a', 'Requires', 'b');
  graph.add('b', 'After', 'a');
  assert.deepEqual(graph.forget('a'), ['b']);
  assert.ok(!graph.isMentioned('b'));
  assert.ok(graph.isMentioned('a'));
  assert.deepEqual(graph.related('a', 'before'), ['b']);
});

test('edges towards an alias go to the unit that it means', () => {
  const graph = new DependencyGraph();
  graph.add('a', 'After', 'alias');
  graph.add('unit', 'Before', 'alias');
  graph.merge('alias', 'unit');
  assert.deepEqual(graph.related('a', 'after'), ['unit']);
  assert.deepEqual(graph.related('unit', 'before'), ['a']);
  assert.ok(!graph.isMentioned('alias'));
});
