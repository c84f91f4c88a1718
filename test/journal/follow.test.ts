import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { fieldsOfPath } from '../../src/journal/path-fields.ts';
import { readTypedName } from '../../src/api/unit-name.ts';
import { parseLogsArguments } from '../../src/journal/arguments.ts';
import { journalPath } from '../../src/journal/database.ts';
import { runLogs } from '../../src/journal/logs.ts';
import { createKeeperDouble, createScratch, opened, output } from './keeper-double.ts';

/** `logs` with these words, running; `until` waits for its output to contain a text. */
function startLogs(stateDirectory: string, argv: readonly string[]) {
  const options = parseLogsArguments(argv, 0, { time: () => undefined, unit: readTypedName, fieldsOfPath });
  if (!options.ok) throw new Error(options.error);
  const stop = new AbortController();
  let text = '';
  let waiting: (() => void) | undefined;
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      waiting?.();
      done();
    },
  });
  const status = runLogs(options.value, out, {
    path: journalPath(stateDirectory),
    uid: 1000,
    bootId: '',
    nowUsec: 0,
    version: '',
    color: false,
    columns: 80,
    error: (problem) => (text += problem),
    note: (remark) => (text += remark),
    tell: (told) => (text += told),
    signal: stop.signal,
  });
  return {
    out,
    status,
    stop: () => stop.abort(),
    async until(part: string): Promise<string> {
      while (!text.includes(part)) await new Promise<void>((resolve) => (waiting = resolve));
      return text;
    },
  };
}

test('follow shows the last entries, then each that is stored', async () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), opened(2n, 'b.service'), output(1n, 'one\ntwo\nthree\n'));
  keeper.flush();
  const logs = startLogs(scratch.path, ['-f', '-n2', '-u', 'a', '-o', 'cat']);
  await logs.until('three');
  keeper.send(output(2n, 'of another unit\n'), output(1n, 'four\n'));
  keeper.flush();
  await logs.until('four');
  keeper.send(output(1n, 'five\n'));
  keeper.flush();
  assert.equal(await logs.until('five'), 'two\nthree\nfour\nfive\n');
  logs.stop();
  assert.equal(await logs.status, 0);
});

test('follow goes on with the file that takes the place of a deleted one', async () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\n'));
  keeper.flush();
  const logs = startLogs(scratch.path, ['-f', '-o', 'cat']);
  await logs.until('one');
  for (const name of ['', '-wal', '-shm']) rmSync(`${journalPath(scratch.path)}${name}`);
  keeper.kill();
  keeper.send(opened(1n, 'a.service'), output(1n, 'two\n'));
  keeper.flush();
  assert.equal(await logs.until('two'), 'one\ntwo\n');
  logs.stop();
  assert.equal(await logs.status, 0);
});

test('follow ends when its reader goes away', async () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\n'));
  keeper.flush();
  const logs = startLogs(scratch.path, ['-f', '-o', 'cat']);
  await logs.until('one');
  logs.out.destroy();
  assert.equal(await logs.status, 0);
});

test('follow begins with nothing where nothing is asked for', async () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\n'));
  keeper.flush();
  const logs = startLogs(scratch.path, ['-f', '-n0', '-o', 'cat']);
  await new Promise(setImmediate);
  keeper.send(output(1n, 'two\n'));
  keeper.flush();
  assert.equal(await logs.until('two'), 'two\n');
  logs.stop();
  assert.equal(await logs.status, 0);
});
