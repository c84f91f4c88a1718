import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Tree } from '../../test/unit/tree.ts';
import { dropInDirectories } from './drop-in-names.ts';
import { UnitDirectory } from './unit-directory.ts';

const name = fc.constantFrom(
  'a.service',
  'a-b.service',
  'a-b-c.service',
  'a@x.service',
  'a-b@x.service',
  'a.socket',
  '-.mount',
  'a-.timer',
);
const beside = fc.constantFrom(
  'a.service.d',
  'a-.service.wants',
  'a-b-.service.d',
  'a@.service.d',
  'a-@.service.d',
  'a@x.service.requires',
  'service.d',
  'socket.d',
  'mount.d',
  'a-.timer.d',
  'a.socket.upholds',
);

test('where it is said that nothing can be beside a unit, no directory of its names is there', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 2 }), fc.uniqueArray(beside), (names, directories) => {
      const tree = new Tree(Object.fromEntries(directories.map((each) => [`/units/${each}/x.conf`, ''])));
      const directory = new UnitDirectory(tree, ['/units']);
      const found = dropInDirectories(names).filter((each) => directory.beside(each.slice(0, -'.d'.length)).length > 0);
      assert.ok(found.length === 0 || directory.mayHaveBeside(names), `${names.join(' ')}: ${found.join(' ')}`);
    }),
    { numRuns: 1000 },
  );
});

test('a plain unit of a machine whose directories are of other units needs to look for none', () => {
  const tree = new Tree({
    '/units/multi-user.target.wants/a.service': '',
    '/units/user@.service.d/x.conf': '',
    '/units/user-.slice.d/x.conf': '',
  });
  const directory = new UnitDirectory(tree, ['/units']);
  assert.equal(directory.mayHaveBeside(['a-b.service']), false);
  assert.equal(directory.mayHaveBeside(['multi-user.target']), true);
  assert.equal(directory.mayHaveBeside(['user@1.service']), true);
  assert.equal(directory.mayHaveBeside(['user-1.slice']), true);
});
