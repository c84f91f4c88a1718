import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpus, field, text } from '../../test/corpus/corpus.ts';
import { facts } from '../../test/unit/facts.ts';
import { escapeSpecifiers, specifiersOf } from './specifiers.ts';
import type { SpecifierFacts } from './specifiers.ts';

const userFacts: SpecifierFacts = {
  ...facts,
  scope: 'user',
  user: { ...facts.user, name: 'me', uid: 1000, group: 'us', gid: 1000 },
  cgroupRoot: '/cgroup-root',
};

/** What the known cases name by variables of the test that they are from. */
const symbols: Readonly<Record<string, string>> = {
  user: 'me',
  uid: '1000',
  group: 'us',
  gid: '1000',
  home: '/root',
  shell: '/bin/sh',
  filename: '/tmp/unit.service',
  os_build_id: '',
  pretty_hostname: 'The Box',
  host: 'box.example.org',
  mid: facts.machineId,
  bid: facts.bootId,
  'm -> prefix [ EXEC_DIRECTORY_CACHE ]': '/var/cache',
  'm -> prefix [ EXEC_DIRECTORY_LOGS ]': '/var/log',
  'm -> prefix [ EXEC_DIRECTORY_RUNTIME ]': '/run',
};

test('every known specifier of a user unit is expanded', () => {
  const cases = corpus('unit-specifiers');
  assert.equal(cases.length, 33);
  for (const record of cases) {
    const specifiers = specifiersOf(text(record, 'unit'), userFacts, '/tmp/unit.service');
    const expected = record['expected_fnmatch'] ?? symbols[String(record['expected_symbolic'])];
    assert.deepEqual(specifiers.expand(text(record, 'pattern'), 'full'), { ok: true, value: expected }, JSON.stringify(record));
  }
});

test('every known specifier of [Install] is expanded', () => {
  // Two of the 21 records are of the global scope, which no running manager has.
  const cases = corpus('install-specifiers').filter((record) => record['scope'] !== 'global');
  assert.equal(cases.length, 19);
  for (const record of cases) {
    const specifiers = specifiersOf(text(record, 'unit'), record['scope'] === 'user' ? userFacts : facts);
    const expected = record['expected'] ?? symbols[String(record['expected_symbolic'])];
    assert.deepEqual(specifiers.expand(text(record, 'pattern'), 'install'), { ok: true, value: expected }, JSON.stringify(record));
  }
});

test('an escaped text expands to itself', () => {
  // Three of the 6 records are of nothing or of lists, which are escaped word by word.
  const cases = corpus('specifier-escape').filter((record) => typeof field(record, 'args', 'a') === 'string');
  assert.equal(cases.length, 3);
  for (const record of cases) {
    const original = text(record, 'args', 'a');
    assert.equal(escapeSpecifiers(original), text(record, 'args', 'b'));
    assert.deepEqual(specifiersOf('a.service', facts).expand(escapeSpecifiers(original), 'full'), { ok: true, value: original });
  }
});

test('several specifiers, doubled signs and signs before other characters stand in one text', () => {
  const specifiers = specifiersOf('a-b@x-y.service', facts, '/etc/systemd/system/a-b@.service');
  assert.deepEqual(specifiers.expand('%p/%i %%n 100% %, %I %f %Y %', 'full'), {
    ok: true,
    value: 'a-b/x-y %n 100% %, x/y /x/y /etc/systemd/system %',
  });
});

test('a letter that is not known here is an error that tells its place', () => {
  const specifiers = specifiersOf('a.service', facts);
  assert.deepEqual(specifiers.expand('ab%Zc', 'full'), {
    ok: false,
    error: { message: '%Z is not a known specifier; write %% for a percent sign', offset: 2 },
  });
  assert.deepEqual(specifiers.expand('%t/x', 'dependency'), {
    ok: false,
    error: { message: '%t is not a known specifier in the name of a dependency; write %% for a percent sign', offset: 0 },
  });
  assert.deepEqual(specifiersOf('a@b\\xzz.service', facts).expand('%I', 'full'), {
    ok: false,
    error: { message: '%I has no value for this unit', offset: 0 },
  });
});
