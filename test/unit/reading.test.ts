import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openUnits } from '../../src/manager/unit-source.ts';
import type { Reading } from '../../src/unit/reading.ts';
import { facts } from './facts.ts';
import { type Node, Tree } from './tree.ts';

const etc = '/etc/systemd/system';
const run = '/run/systemd/system';
const lib = '/usr/lib/systemd/system';
const service = (description: string): string => `[Unit]\nDescription=${description}\n[Service]\nExecStart=/bin/true\n`;

const machine: Readonly<Record<string, Node>> = {
  [`${lib}/a.service`]: service('A'),
  [`${lib}/b.target`]: '[Unit]\nDescription=B\n',
  [`${lib}/linked.service`]: { link: '/opt/linked.service' },
  '/opt/linked.service': service('Linked'),
  '/opt/other.service': service('Other'),
  [`${etc}/alias.service`]: { link: `${lib}/a.service` },
  [`${lib}/t@.service`]: service('Instance %i'),
  [`${lib}/drop-in-one.service`]: service('One'),
  [`${lib}/drop-in-one.service.d/10.conf`]: '[Service]\nNice=1\n',
  [`${lib}/drop-in-one.service.d/20.conf`]: { link: '/dev/null' },
  [`${etc}/b.target.wants/a.service`]: { link: `${lib}/a.service` },
  [`${etc}/b.target.requires/t@1.service`]: { link: `${lib}/t@.service` },
};

const names = [
  'a.service',
  'alias.service',
  'b.target',
  'linked.service',
  't@1.service',
  't@2.service',
  'drop-in-one.service',
  'new.service',
];

function sourceOf(tree: Tree) {
  return openUnits(tree, [etc, run, lib], facts, run);
}

function readAll(tree: Tree, earlier?: ReadonlyMap<string, Reading>): ReadonlyMap<string, Reading> {
  const source = sourceOf(tree);
  const readings = new Map<string, Reading>();
  source.atOnce(() => {
    for (const name of names) readings.set(name, source.load(name, earlier?.get(name)));
  });
  return readings;
}

/** The names of units that are read again after something has been done; what they say then is what somebody says who never saw another state. */
function readAgain(edit: (tree: Tree) => void, more: Readonly<Record<string, Node>> = {}): readonly string[] {
  const tree = new Tree({ ...machine, ...more });
  const before = readAll(tree);
  edit(tree);
  const after = readAll(tree, before);
  const fresh = readAll(tree);
  for (const name of names) assert.deepEqual(after.get(name)?.config, fresh.get(name)?.config, name);
  return names.filter((name) => after.get(name) !== before.get(name) && before.get(name)?.fragment !== undefined);
}

test('where nothing has changed nothing is read', () => {
  const tree = new Tree(machine);
  const before = readAll(tree);
  const { read } = tree.calls;
  const after = readAll(tree, before);
  assert.equal(tree.calls.read, read);
  assert.deepEqual(
    names.filter((name) => after.get(name) !== before.get(name)),
    ['new.service'],
  );
});

test('only what has changed is read again', () => {
  const cases: Readonly<Record<string, readonly [edit: (tree: Tree) => void, ...again: string[]]>> = {
    'a file that was written': [(tree) => tree.put(`${lib}/a.service`, service('New')), 'a.service', 'alias.service'],
    'the same words in another file': [(tree) => tree.put(`${lib}/b.target`, '[Unit]\nDescription=B\n'), 'b.target'],
    'a file that has gone': [(tree) => tree.remove(`${lib}/a.service`), 'a.service', 'alias.service'],
    'a stronger file': [(tree) => tree.put(`${etc}/a.service`, service('Stronger')), 'a.service', 'alias.service'],
    'a mask by a link': [(tree) => tree.put(`${etc}/a.service`, { link: '/dev/null' }), 'a.service', 'alias.service'],
    'a mask by an empty file': [(tree) => tree.put(`${run}/drop-in-one.service`, ''), 'drop-in-one.service'],
    'what a link out of the path leads to': [(tree) => tree.put('/opt/linked.service', service('New')), 'linked.service'],
    'a link that leads elsewhere': [(tree) => tree.put(`${lib}/linked.service`, { link: '/opt/other.service' }), 'linked.service'],
    'an alias that comes': [(tree) => tree.put(`${etc}/c.target`, { link: `${lib}/b.target` }), 'b.target'],
    'an alias that goes': [(tree) => tree.remove(`${etc}/alias.service`), 'a.service', 'alias.service'],
    'an alias that is another unit': [(tree) => tree.put(`${etc}/alias.service`, service('Own')), 'a.service', 'alias.service'],
    'a template': [(tree) => tree.put(`${lib}/t@.service`, service('New %i')), 't@1.service', 't@2.service'],
    'a file for one instance': [(tree) => tree.put(`${etc}/t@2.service`, service('Two')), 't@2.service'],
    'the first drop-in': [(tree) => tree.put(`${etc}/a.service.d/x.conf`, '[Service]\nNice=2\n'), 'a.service', 'alias.service'],
    'a drop-in of an alias': [(tree) => tree.put(`${etc}/alias.service.d/x.conf`, '[Service]\nNice=2\n'), 'a.service', 'alias.service'],
    'a further drop-in': [(tree) => tree.put(`${lib}/drop-in-one.service.d/30.conf`, '[Service]\nNice=3\n'), 'drop-in-one.service'],
    'a drop-in that was written': [
      (tree) => tree.put(`${lib}/drop-in-one.service.d/10.conf`, '[Service]\nNice=3\n'),
      'drop-in-one.service',
    ],
    'a drop-in that is masked no more': [
      (tree) => tree.put(`${lib}/drop-in-one.service.d/20.conf`, '[Service]\nNice=3\n'),
      'drop-in-one.service',
    ],
    'a drop-in that is masked': [(tree) => tree.put(`${etc}/drop-in-one.service.d/10.conf`, { link: '/dev/null' }), 'drop-in-one.service'],
    'a drop-in that has gone': [(tree) => tree.remove(`${lib}/drop-in-one.service.d/10.conf`), 'drop-in-one.service'],
    'a drop-in for all with a prefix': [(tree) => tree.put(`${etc}/drop-.service.d/x.conf`, '[Service]\nNice=2\n'), 'drop-in-one.service'],
    'a drop-in for a template': [(tree) => tree.put(`${etc}/t@.service.d/x.conf`, '[Service]\nNice=2\n'), 't@1.service', 't@2.service'],
    'a drop-in for all of a type': [(tree) => tree.put(`${run}/target.d/x.conf`, '[Unit]\nDescription=All\n'), 'b.target'],
    'a link that is a dependency': [(tree) => tree.put(`${etc}/b.target.wants/t@2.service`, { link: `${lib}/t@.service` }), 'b.target'],
    'a directory of such links': [
      (tree) => tree.put(`${etc}/a.service.upholds/b.target`, { link: `${lib}/b.target` }),
      'a.service',
      'alias.service',
    ],
    'such a link that goes': [(tree) => tree.remove(`${etc}/b.target.wants/a.service`), 'b.target'],
    'such a link that leads elsewhere': [(tree) => tree.put(`${etc}/b.target.wants/a.service`, { link: '/opt/other.service' }), 'b.target'],
    'such a link that is masked': [(tree) => tree.put(`${etc}/b.target.wants/a.service`, { link: '/dev/null' }), 'b.target'],
    'a target that is masked where such a link leads': [
      (tree) => tree.put(`${lib}/a.service`, ''),
      'a.service',
      'alias.service',
      'b.target',
    ],
    'something that is no unit': [(tree) => tree.put(`${etc}/README`, 'Hello')],
  };
  const found = Object.fromEntries(Object.entries(cases).map(([what, [edit]]) => [what, readAgain(edit)]));
  assert.deepEqual(found, Object.fromEntries(Object.entries(cases).map(([what, [, ...again]]) => [what, again])));
});

test('a unit of which a file changed too lately to be told is read again', () => {
  const tree = new Tree(machine);
  const young = new Set([`${lib}/b.target`, `${lib}/drop-in-one.service.d/10.conf`]);
  const readStamped = tree.readStamped.bind(tree);
  tree.readStamped = (path, limit) => {
    const read = readStamped(path, limit);
    return read !== undefined && young.has(path) ? { ...read, stamp: undefined } : read;
  };
  const before = readAll(tree);
  assert.deepEqual(
    names.filter((name) => before.get(name)?.fragment === undefined),
    ['b.target', 'drop-in-one.service', 'new.service'],
  );
});

test('what cannot be read is looked at again', () => {
  const path = `${etc}/a.service.d/x.conf`;
  const tree = new Tree({ ...machine, [path]: { unreadable: true } });
  const before = readAll(tree);
  assert.equal(before.get('a.service')?.fragment, undefined);
  tree.put(path, '[Service]\nNice=5\n');
  assert.equal(readAll(tree, before).get('a.service')?.config.exec?.Nice, 5);
});

test('a unit that is loaded again soon is only looked at, and read again when it has changed', () => {
  const tree = new Tree(machine);
  const source = sourceOf(tree);
  const first = source.load('drop-in-one.service');
  const { read } = tree.calls;
  assert.equal(source.load('drop-in-one.service'), first);
  assert.equal(tree.calls.read, read);
  tree.put(`${lib}/drop-in-one.service.d/10.conf`, '[Service]\nNice=7\n');
  source.refresh();
  assert.equal(source.load('drop-in-one.service').config.exec?.Nice, 7);
});

test('what was not there is looked for each time', () => {
  const tree = new Tree(machine);
  const source = sourceOf(tree);
  assert.equal(source.load('new.service').config.load.state, 'not-found');
  tree.put(`${lib}/new.service`, service('New'));
  source.refresh();
  assert.equal(source.load('new.service').config.load.state, 'loaded');
});

test('of units that are loaded once the latest readings are kept, no more', () => {
  const many = Array.from({ length: 100 }, (_, number): [string, Node] => [`${lib}/many-${number}.service`, service(`${number}`)]);
  const tree = new Tree(Object.fromEntries(many));
  const source = sourceOf(tree);
  const load = (numbers: readonly number[]): void => numbers.forEach((number) => source.load(`many-${number}.service`));
  const all = Array.from({ length: 100 }, (_, number) => number);
  load(all);
  const { read } = tree.calls;
  load(all.slice(50));
  assert.equal(tree.calls.read, read);
  load(all.slice(0, 10));
  assert.equal(tree.calls.read, read + 10);
});

test('a directory beside many units is listed once', () => {
  const tree = new Tree({ ...machine, [`${etc}/service.d/x.conf`]: '[Service]\nNice=2\n' });
  const before = readAll(tree);
  const lists: string[] = [];
  const list = tree.list.bind(tree);
  tree.list = (path) => {
    lists.push(path);
    return list(path);
  };
  readAll(tree, before);
  assert.deepEqual(
    lists.filter((path) => path === `${etc}/service.d`),
    [`${etc}/service.d`],
  );
});

const paths = [
  ...[etc, run, lib].flatMap((directory) =>
    ['a.service', 'alias.service', 'b.target', 't@.service', 't@1.service', 'new.service', 'drop-in-one.service'].map(
      (name) => `${directory}/${name}`,
    ),
  ),
  ...[etc, lib].flatMap((directory) =>
    ['a.service.d', 'alias.service.d', 'drop-.service.d', 'service.d', 't@.service.d', 't@1.service.d', 'target.d'].flatMap((beside) =>
      ['10.conf', '20.conf'].map((name) => `${directory}/${beside}/${name}`),
    ),
  ),
  ...['b.target.wants', 'a.service.requires', 't@.service.upholds'].flatMap((beside) =>
    ['a.service', 't@.service', 't@2.service', 'b.target'].map((name) => `${etc}/${beside}/${name}`),
  ),
  '/opt/linked.service',
];

const node: fc.Arbitrary<Node | undefined> = fc.oneof(
  fc.constantFrom('1', '2', '3').map(service),
  fc.constantFrom('a.service', 't@1.service', 'b.target').map((name) => `[Unit]\nAfter=${name}\nWants=${name}\nDescription=%p %i\n`),
  fc.constantFrom('', '# nothing\n', '[Unit\n', 'no section\n'),
  fc
    .constantFrom(
      '/dev/null',
      '/opt/linked.service',
      '/opt/nowhere',
      ...[etc, run, lib].map((directory) => `${directory}/a.service`),
      `${lib}/t@.service`,
    )
    .map((link) => ({ link })),
  fc.constant({ unreadable: true } as const),
  fc.constant(undefined),
);

test('whatever is done to a tree of unit files, reading only what has changed gives what reading all would give', () => {
  const edits = fc.array(fc.tuple(fc.constantFrom(...paths), node), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(edits, { minLength: 2, maxLength: 6 }), (rounds) => {
      const tree = new Tree(machine);
      let readings = readAll(tree);
      for (const round of rounds) {
        for (const [path, put] of round) {
          if (put === undefined) tree.remove(path);
          else tree.put(path, put);
        }
        readings = readAll(tree, readings);
        const fresh = readAll(tree);
        for (const name of names) assert.deepEqual(readings.get(name)?.config, fresh.get(name)?.config, name);
      }
    }),
    { numRuns: 60 },
  );
});
