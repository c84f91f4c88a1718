import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed, text } from '../../test/corpus/corpus.ts';
import { escapeCgroupName, slicePath, sliceOfCgroup, unescapeCgroupName, unitOfCgroup } from './slice.ts';

const cases = followed(corpus('cgroup-slice-path'));
const of = (name: string) => cases.filter((record) => record['test'] === name);

test('slices lie where their names say', () => {
  assert.equal(of('slice_to_path').length, 10);
  for (const record of of('slice_to_path')) {
    assert.equal(slicePath(text(record, 'args', 'unit')) ?? null, field(record, 'args', 'path'), text(record, 'args', 'unit'));
  }
});

test('the unit of a cgroup is its first part below the slices', () => {
  assert.equal(of('path_get_unit').length, 9);
  for (const record of of('path_get_unit')) {
    assert.equal(unitOfCgroup(text(record, 'args', 'path')) ?? null, field(record, 'args', 'result'), text(record, 'args', 'path'));
  }
  for (const record of of('path_decode_unit'))
    assert.equal(unitOfCgroup(text(record, 'args', 'path')) ?? null, field(record, 'args', 'result'));
});

test('the slice of a cgroup is the last of the slices that it begins with', () => {
  assert.equal(of('path_get_slice').length, 2);
  for (const record of of('path_get_slice')) assert.equal(sliceOfCgroup(text(record, 'args', 'path')), field(record, 'args', 'result'));
  assert.equal(sliceOfCgroup('/a.slice/a-b.slice/x.service/c.slice'), 'a-b.slice');
});

test('names that the kernel could take for its own files are escaped', () => {
  // 257 escapes what 252 does, less names of controllers that have gone; both are walked.
  assert.equal(of('escape').length, 8);
  for (const record of of('escape')) {
    const name = text(record, 'args', 's');
    assert.equal(escapeCgroupName(name), field(record, 'args', 'r') ?? field(record, 'args', 'expected'), name);
    assert.equal(unescapeCgroupName(escapeCgroupName(name)), name);
  }
});
