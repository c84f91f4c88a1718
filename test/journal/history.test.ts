import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHistoryFile, historyPath, readHistory } from '../../src/journal/history.ts';
import { createScratch } from './keeper-double.ts';

const ignore = (): void => undefined;

test('entries are read back in the order in which they came, each once though it came twice', () => {
  using scratch = createScratch();
  const path = historyPath(scratch.path);
  createHistoryFile(path, ignore).add('[{"what":"state","n":1},{"what":"state","n":2}]');
  const next = createHistoryFile(path, ignore);
  next.add('[{"what":"state","n":2}]');
  next.add('[{"what":"state","n":3,"unit":"a.service"}]');
  assert.deepEqual(readHistory(path, []), [
    { what: 'state', n: 1 },
    { what: 'state', n: 2 },
    { what: 'state', n: 3, unit: 'a.service' },
  ]);
  assert.deepEqual(readHistory(path, ['a.service', 'b.service']), [{ what: 'state', n: 3, unit: 'a.service' }]);
});

test('what looks like the end of an entry within a text is none', () => {
  using scratch = createScratch();
  const path = historyPath(scratch.path);
  const entries = [
    { what: 'state', cause: 'a"},{"what":"b"},\n{"what":\\', used: { cpuUsec: 1 } },
    { what: 'end', by: '},{"what":' },
  ];
  createHistoryFile(path, ignore).add(JSON.stringify(entries));
  assert.deepEqual(readHistory(path, []), entries);
});

test('a line that was cut off spoils no other', () => {
  using scratch = createScratch();
  const path = historyPath(scratch.path);
  createHistoryFile(path, ignore).add('[{"what":"state","n":1},{"what":"state","n":2}]');
  truncateSync(path, statSync(path).size - 3);
  createHistoryFile(path, ignore).add('[{"what":"state","n":3}]');
  appendFileSync(path, 'no JSON\n');
  assert.deepEqual(readHistory(path, []), [
    { what: 'state', n: 1 },
    { what: 'state', n: 3 },
  ]);
});

test('a file that is full goes on under another name, and what was in that one is gone', () => {
  using scratch = createScratch();
  const path = historyPath(scratch.path);
  const file = createHistoryFile(path, ignore, 100);
  for (let n = 0; n < 100; n++) file.add(`[{"what":"state","n":${n},"text":"0123456789"}]`);
  const kept = readHistory(path, []);
  assert.ok(kept.length >= 3 && kept.length <= 6, String(kept.length));
  assert.deepEqual(kept.at(-1), { what: 'state', n: 99, text: '0123456789' });
  const directory = join(scratch.path, 'journal');
  const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
  assert.ok(sizes.length === 2 && sizes.every((size) => size <= 100), sizes.join(' '));
});

test('a place that cannot be written is told once, and is tried again', () => {
  using scratch = createScratch();
  const warnings: string[] = [];
  const blocked = join(scratch.path, 'journal');
  writeFileSync(blocked, '');
  const file = createHistoryFile(historyPath(scratch.path), (text) => warnings.push(text));
  file.add('[{"what":"state","n":1}]');
  file.add('[{"what":"state","n":2}]');
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /Cannot write the history/);
  assert.deepEqual(readHistory(historyPath(scratch.path), []), []);
});
