import { SmallMap } from '../base/small-map.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DependencyGraph } from '../graph/dependency-graph.ts';
import { unitTypes } from '../type/index.ts';
import { loadUnit } from '../unit/load.ts';
import { UnitDirectory } from '../unit/unit-directory.ts';
import { facts } from '../../test/unit/facts.ts';
import { Tree } from '../../test/unit/tree.ts';
import { Unit } from './unit.ts';
import { UnitTable } from './unit-table.ts';

function unitOf(name: string): Unit {
  const config = loadUnit(name, { directory: new UnitDirectory(new Tree({}), []), facts });
  return new Unit(config, unitTypes[config.type], {
    reading: { config },
    declared: [],
    perpetual: undefined,
    modified: new SmallMap<string, number>(),
    graph: new DependencyGraph(),
  });
}

test('a unit is there once, under the name that it goes by', () => {
  const table = new UnitTable(new Map());
  const unit = unitOf('a.slice');
  for (const name of ['a.slice', 'alias.slice']) table.name(unit, name);
  assert.deepEqual([[...table.values()], table.get('a.slice'), table.get('alias.slice')], [[unit], unit, undefined]);
  table.delete(unit);
  assert.deepEqual([[...table.values()], table.get('a.slice')], [[], undefined]);
});

test('a unit whose name has become an alias of another is still there', () => {
  const names = new Map<string, Unit>();
  const table = new UnitTable(names);
  const [old, other] = [unitOf('a.slice'), unitOf('b.slice')];
  table.name(old, 'a.slice');
  table.name(other, 'b.slice');
  table.name(other, 'a.slice');
  assert.deepEqual([[...table.values()], table.get('a.slice'), names.get('a.slice')], [[other, old], old, other]);
  // The alias is none any more.
  table.name(old, 'a.slice');
  assert.deepEqual([[...table.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)), names.get('a.slice')], [[old, other], old]);
  table.delete(old);
  assert.deepEqual([[...table.values()], table.get('a.slice')], [[other], undefined]);
});
