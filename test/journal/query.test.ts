import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { fieldsOfPath } from '../../src/journal/path-fields.ts';
import { readTypedName } from '../../src/api/unit-name.ts';
import { parseLogsArguments } from '../../src/journal/arguments.ts';
import { journalPath } from '../../src/journal/database.ts';
import { runLogs } from '../../src/journal/logs.ts';
import { findUnits } from '../../src/journal/logs-query.ts';
import { vacuum } from '../../src/journal/maintenance.ts';
import { openJournal } from '../../src/journal/query.ts';
import { createKeeperDouble, createScratch, messages, opened, output, record, startUsec, stored } from './keeper-double.ts';

test('entries of many units come in the order in which they were stored, both ways, over many pages', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  const names = Array.from({ length: 100 }, (_, index) => `u${index}.service`);
  for (const [index, unit] of names.entries()) keeper.send(opened(BigInt(index), unit));
  for (let round = 0; round < 30; round++)
    for (let index = 0; index < 100; index++) keeper.send(output(BigInt(index), `${round} ${index}\n`));
  keeper.flush();
  const all = [...Array(30).keys()].flatMap((round) => [...names.keys()].map((index) => `${round} ${index}`));
  const ofTwo = all.filter((message) => message.endsWith(' 3') || message.endsWith(' 50'));
  const opening = openJournal(journalPath(scratch.path));
  assert.ok(opening.ok);
  using reader = opening.value;
  const backward = (units: readonly string[]): unknown[] => [...reader.entries({ units }, 'backward')].map((entry) => entry.message);
  assert.deepEqual(messages(scratch.path), all);
  assert.deepEqual(messages(scratch.path, { units: names }), all);
  assert.deepEqual(messages(scratch.path, { units: ['u3.service', 'u50.service', 'none.service'] }), ofTwo);
  assert.deepEqual(backward(names), all.toReversed());
  assert.deepEqual(backward(['u50.service', 'u3.service']), ofTwo.toReversed());
  assert.deepEqual(messages(scratch.path, { units: [] }), []);
});

test('a query by time finds entries by their own time, wherever the clock was stepped', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'));
  const times = [0, 10, 20, 5, 15, 25, 1_000_000, 30];
  for (const time of times) keeper.send(output(1n, `${time}\n`.repeat(3000), time));
  keeper.flush();
  const found = new Set(messages(scratch.path, { sinceUsec: startUsec + 10, untilUsec: startUsec + 25 }));
  assert.deepEqual([...found], ['10', '20', '15', '25']);
  assert.deepEqual(new Set(messages(scratch.path, { sinceUsec: startUsec + 31 })), new Set(['1000000']));
  assert.deepEqual(messages(scratch.path, { untilUsec: startUsec - 1 }), []);
});

test('conditions are combined', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), opened(2n, 'b.service'), output(1n, '<3>bad a\n<6>good a\n'), output(2n, '<3>bad b\n<4>so so b\n'));
  keeper.send(record({ MESSAGE: 'about a', UNIT: 'a.service', RESULT: 'x' }));
  keeper.flush();
  assert.deepEqual(messages(scratch.path, { units: ['a.service'], priorities: [0, 1, 2, 3] }), ['bad a']);
  assert.deepEqual(messages(scratch.path, { priorities: [3, 4] }), ['bad a', 'bad b', 'so so b']);
  assert.deepEqual(messages(scratch.path, { identifiers: ['b', 'systemd'] }), ['bad b', 'so so b', 'about a']);
  assert.deepEqual(messages(scratch.path, { grep: /BAD/i, identifiers: ['b'] }), ['bad b']);
  const either = [
    new Map([['RESULT', ['x', 'y']]]),
    new Map([
      ['_SYSTEMD_UNIT', ['b.service']],
      ['PRIORITY', ['4']],
    ]),
  ];
  assert.deepEqual(messages(scratch.path, { matches: either }), ['so so b', 'about a']);
  assert.deepEqual(messages(scratch.path, { after: 3 }), ['so so b', 'about a']);
});

test('each boot is found by its entries', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(record({ MESSAGE: 'first' }));
  keeper.flush();
  keeper.reboot();
  keeper.send(record({ MESSAGE: 'second' }, 7), record({ MESSAGE: 'last' }, 9));
  keeper.flush();
  const opening = openJournal(journalPath(scratch.path));
  assert.ok(opening.ok);
  using reader = opening.value;
  const [one = '', two = ''] = [1, 2].map((number) => 'b'.repeat(31) + String(number));
  assert.deepEqual(reader.boots(), [
    { bootId: one, firstUsec: startUsec, lastUsec: startUsec },
    { bootId: two, firstUsec: startUsec + 7, lastUsec: startUsec + 9 },
  ]);
  assert.deepEqual([messages(scratch.path, { bootId: one }), messages(scratch.path, { bootId: two })], [['first'], ['second', 'last']]);
});

test('a journal that is not there is an error for people', () => {
  using scratch = createScratch();
  assert.deepEqual(openJournal(`${scratch.path}/journal.db`), {
    ok: false,
    error: `No journal files were found (${scratch.path}/journal.db does not exist).`,
  });
});

test('a journal can be read while it is written, and when nobody writes it', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(record({ MESSAGE: 'first' }));
  keeper.flush();
  const opening = openJournal(journalPath(scratch.path));
  assert.ok(opening.ok);
  using reader = opening.value;
  const entries = reader.entries({});
  assert.equal(entries.next().value?.message, 'first');
  keeper.send(record({ MESSAGE: 'second' }));
  keeper.restart();
  assert.deepEqual([messages(scratch.path), keeper.warnings], [['first', 'second'], []]);
});

test('vacuuming beside a running journal leaves what follows whole', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), opened(2n, 'b.service'), output(2n, 'early\n'));
  for (let count = 0; count < 100; count++) keeper.send(output(1n, `line ${count}\n`.repeat(500)));
  keeper.flush();
  const outcome = vacuum(journalPath(scratch.path), { maximumBytes: 1 << 20, maximumAgeUsec: 0 }, startUsec);
  assert.ok(outcome.ok);
  assert.match(outcome.value, /^Vacuuming done, freed \d\.\dM of archived journals from .*\/journal\.$/);
  keeper.send(output(2n, 'late\n'));
  keeper.flush();
  const found = stored(scratch.path);
  assert.ok(found.length < 40_000 && found.length > 1000, `${found.length} entries`);
  const last = found.at(-1);
  assert.deepEqual([last?.message, last?.id, last?.origin.fields['_SYSTEMD_UNIT']], ['late', 50_002, 'b.service']);
});

test('a unit is named with or without its type, or by a pattern', () => {
  const known = ['a.service', 'ab.socket', 'b.service', 'x@1.service', 'x@22.service'];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a.service', ['a.service']],
    ['ab.socket', ['ab.socket']],
    ['unknown.service', ['unknown.service']],
    ['a*', ['a.service', 'ab.socket']],
    ['x@?.service', ['x@1.service']],
    ['[!a]*', ['b.service', 'x@1.service', 'x@22.service']],
    ['x@[0-9][0-9].service', ['x@22.service']],
    ['[', []],
  ];
  for (const [word, names] of cases)
    assert.deepEqual(
      findUnits([word], () => known),
      names,
      word,
    );
});

test('a damaged journal is an error for people, not a crash', async () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'line\n'.repeat(20_000)));
  keeper.restart();
  const path = journalPath(scratch.path);
  const copy = `${scratch.path}/copy.db`;
  const bytes = readFileSync(path);
  writeFileSync(copy, bytes.fill(0x5a, bytes.length / 4));
  const errors: string[] = [];
  const options = parseLogsArguments(['--file', copy, '-o', 'cat', '-q'], 0, { time: () => undefined, unit: readTypedName, fieldsOfPath });
  assert.ok(options.ok);
  const status = await runLogs(options.value, new Writable({ write: (_chunk, _encoding, done) => done() }), {
    path,
    uid: 1000,
    bootId: '',
    nowUsec: 0,
    version: '',
    color: false,
    columns: 80,
    error: (text) => errors.push(text),
    note: (text) => errors.push(text),
    tell: (text) => errors.push(text),
    signal: new AbortController().signal,
  });
  assert.deepEqual([status, errors], [1, [`Cannot read the journal ${copy}: database disk image is malformed`]]);
});
