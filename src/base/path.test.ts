import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, followed } from '../../test/corpus/corpus.ts';
import { directoryName, fileName, isFileName, isNormalizedPath, pathBehind, simplifyPath } from './path.ts';

const cases = corpus('path-util');
const of = (name: string) => followed(cases).filter((record) => record['test'] === name);
const arg = (record: object, name: string | number) => String(field(record, 'args', name));

test('paths are simplified as systemd 257 does', () => {
  // No setting keeps a trailing slash, so the 11 records with that flag are left out.
  const plain = of('path_simplify').filter((record) => field(record, 'args', 'flags') === 0);
  assert.equal(of('path_simplify').length - plain.length, 11);
  assert.equal(plain.length, 10);
  for (const record of plain) assert.equal(simplifyPath(arg(record, 'in')), field(record, 'args', 'out'));
});

test('what is behind a prefix begins at a component', () => {
  const prefixes = cases.filter((record) => record['test'] === 'path_startswith');
  assert.equal(prefixes.length, 19);
  for (const record of prefixes) {
    assert.equal(pathBehind(arg(record, 'path'), arg(record, 'prefix')) ?? null, field(record, 'args', 'expected'), JSON.stringify(record));
  }
});

test('file and directory names are the last component and what is before it', () => {
  const named = of('path_extract_filename').filter((record) => field(record, 'args', 'input') !== null);
  assert.equal(named.length, 14);
  for (const record of named) assert.equal(fileName(arg(record, 'input')) ?? null, field(record, 'args', 'output'), arg(record, 'input'));
  const directories = of('path_extract_directory').filter((record) => field(record, 'args', 'input') !== null);
  assert.equal(directories.length, 15);
  for (const record of directories)
    assert.equal(directoryName(arg(record, 'input')) ?? null, field(record, 'args', 'output'), arg(record, 'input'));
});

test('file names and normalised paths are told from others', () => {
  for (const record of of('filename_is_valid')) assert.equal(isFileName(arg(record, 0)), field(record, 'ret'), arg(record, 0));
  const normalized = cases.filter((record) => record['test'] === 'path_is_normalized');
  assert.equal(normalized.length, 3);
  for (const record of normalized) assert.equal(isNormalizedPath(arg(record, 0)), field(record, 'ret'), arg(record, 0));
  assert.equal(isNormalizedPath('/usr/bin'), true);
  assert.equal(isNormalizedPath('/'), true);
});
