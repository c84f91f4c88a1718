import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { readTypedName } from '../../src/api/unit-name.ts';
import { parseLogsArguments } from '../../src/journal/arguments.ts';
import { journalPath, openForWriting } from '../../src/journal/database.ts';
import { runLogs } from '../../src/journal/logs.ts';
import { fieldsOfPath } from '../../src/journal/path-fields.ts';
import type { Field, FieldValue } from '../../src/journal/record.ts';
import { valueText } from '../../src/journal/record.ts';
import { createStorage } from '../../src/journal/storage.ts';
import { parseTimestamp } from '../../src/unit/values/timestamp.ts';
import { createScratch } from './keeper-double.ts';

type CorpusText = string | { readonly latin1: string };

interface Corpus {
  readonly entries: readonly (readonly (readonly [string, CorpusText])[])[];
  readonly cases: readonly {
    readonly arguments: readonly string[];
    readonly status: number;
    readonly stdout: CorpusText;
    readonly stderr: string;
    readonly color?: boolean;
  }[];
}

const corpus: Corpus = JSON.parse(readFileSync(join(import.meta.dirname, '../corpus/journalctl.json'), 'utf8'));

test('logs prints what journalctl prints', async (t) => {
  using scratch = createScratch();
  using _ = useTimeZone('UTC');
  const path = journalPath(scratch.path);
  storeCorpus(path);
  for (const { arguments: argv, status, stdout, stderr, color = false } of corpus.cases)
    await t.test(argv.join(' '), async () => {
      const found = await run(path, argv, color);
      const order = orderOf(argv);
      assert.deepEqual(
        { status: found.status, stdout: order(found.stdout), stderr: found.stderr },
        { status, stdout: order(bytesOf(stdout).toString('latin1')), stderr },
      );
    });
});

test('times are those of the time zone', async () => {
  using scratch = createScratch();
  const path = journalPath(scratch.path);
  storeCorpus(path);
  const lines: string[] = [];
  for (const name of ['Europe/Berlin', 'Asia/Kolkata', 'America/Sao_Paulo', 'America/New_York', 'Asia/Kathmandu', 'Australia/Sydney']) {
    using _ = useTimeZone(name);
    const full = await run(path, ['-n1', '-o', 'short-full', 'PRIORITY=2', '_PID=12']);
    const iso = await run(path, ['-n1', '-o', 'short-iso-precise', 'PRIORITY=2', '_PID=12']);
    lines.push(`${full.stdout.split(' box')[0]} ${iso.stdout.split(' box')[0]}`);
  }
  assert.deepEqual(lines, [
    'Wed 2023-11-15 23:13:20 CET 2023-11-15T23:13:20.000500+0100',
    'Thu 2023-11-16 03:43:20 IST 2023-11-16T03:43:20.000500+0530',
    'Wed 2023-11-15 19:13:20 -03 2023-11-15T19:13:20.000500-0300',
    'Wed 2023-11-15 17:13:20 EST 2023-11-15T17:13:20.000500-0500',
    'Thu 2023-11-16 03:58:20 +0545 2023-11-16T03:58:20.000500+0545',
    'Thu 2023-11-16 09:13:20 AEDT 2023-11-16T09:13:20.000500+1100',
  ]);
});

test('where nothing was ever logged there are no entries, which is no failure', async () => {
  using scratch = createScratch();
  const path = journalPath(scratch.path);
  const missing = `No journal files were found (${path} does not exist).\n`;
  assert.deepEqual(await run(path, []), { status: 0, stdout: '-- No entries --\n', stderr: missing });
  assert.deepEqual(await run(path, ['-q', '-u', 'x']), { status: 0, stdout: '', stderr: '' });
  assert.deepEqual(await run(path, ['-N']), { status: 1, stdout: '', stderr: missing });
});

test('the present boot is the one that -b means, and the whole journal what --disk-usage measures', async () => {
  using scratch = createScratch();
  const path = journalPath(scratch.path);
  storeCorpus(path);
  const usage = await run(path, ['--disk-usage']);
  assert.match(usage.stdout, /^Archived and active journals take up \d+\.\dK in the file system\.\n$/);
  const boot = await run(path, ['-b', '-n1', '-o', 'cat']);
  assert.equal(boot.stdout, Buffer.from('Upper CASE Straße\n').toString('latin1'));
});

test('a cursor is where to go on, from a file that is brought up to date, and backwards', async () => {
  using scratch = createScratch();
  const path = journalPath(scratch.path);
  storeCorpus(path);
  const file = `${scratch.path}/cursor`;
  const read = async (...argv: string[]): Promise<string> => (await run(path, ['-q', '-o', 'cat', ...argv])).stdout;
  assert.equal(await read(`--cursor-file=${file}`, '-U', '@1700000003'), 'first line\nan error\nwarn here\nnotice here\n');
  assert.equal(await read(`--cursor-file=${file}`, '-n1'), 'debug here\n');
  const cursor = readFileSync(file, 'utf8').trim();
  assert.equal(await read('-c', cursor, '-n1'), 'debug here\n');
  assert.equal(await read('-c', cursor, '-n2', '-r'), 'debug here\nnotice here\n');
  assert.equal(await read('--after-cursor', cursor, '-n2', '-r'), 'notice here\nwarn here\n');
  // Nothing is shown, but where the journal is now is remembered.
  assert.equal(await read(`--cursor-file=${file}`, '-n0', '-u', 'b'), '');
  assert.equal(await read('-c', readFileSync(file, 'utf8').trim(), '-u', 'b'), 'Started b.\n');
  assert.deepEqual(await run(path, ['-q', `--cursor-file=${scratch.path}/none`, '-u', 'nix']), { status: 1, stdout: '', stderr: '' });
});

/** An entry as the corpus has them. */
const entry = (message: string, ...more: readonly (readonly [string, string])[]) =>
  [
    ['__REALTIME_TIMESTAMP', '1700000000000000'],
    ['__MONOTONIC_TIMESTAMP', '1'],
    ['_BOOT_ID', '2'.repeat(32)],
    ['MESSAGE', message],
    ...more,
  ] as const;

test('--namespace= shows what units with that LogNamespace= have said, * all, + that beside the rest; without it the rest is shown', async () => {
  using scratch = createScratch();
  const path = journalPath(scratch.path);
  storeCorpus(path, [entry('of all'), entry('of one', ['_NAMESPACE', 'one']), entry('of two', ['_NAMESPACE', 'two'])]);
  const read = async (...argv: string[]): Promise<string> => (await run(path, ['-o', 'cat', ...argv])).stdout;
  assert.equal(await read('--namespace=one'), 'of one\n');
  assert.equal(await read('--namespace=*'), 'of all\nof one\nof two\n');
  assert.equal(await read('--namespace=+one'), 'of all\nof one\n');
  assert.equal(await read(), 'of all\n');
  assert.equal(await read('--namespace=one', '--namespace='), 'of all\n');
  assert.equal((await run(path, ['--namespace=three'])).stdout, '-- No entries --\n');
});

function useTimeZone(zone: string): Disposable {
  const before = process.env['TZ'];
  process.env['TZ'] = zone;
  return {
    [Symbol.dispose]() {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    },
  };
}

function storeCorpus(path: string, entries = corpus.entries): void {
  const opened = openForWriting(path);
  if (!opened.ok) throw new Error(opened.error.message);
  using storage = createStorage(opened.value);
  for (const [index, pairs] of entries.entries()) {
    const fields: Field[] = pairs.map(([name, value]) => [name, fieldOf(value)]);
    const text = (name: string): string => valueText(fields.find(([found]) => found === name)?.[1] ?? '');
    const shared = fields.filter(([name]) => isShared(name));
    const outcome = storage.commit({
      rows: [
        {
          realtimeUsec: Number(text('__REALTIME_TIMESTAMP')),
          monotonicUsec: Number(text('__MONOTONIC_TIMESTAMP')),
          unit: aboutUnit(text),
          priority: text('PRIORITY') === '' ? null : Number(text('PRIORITY')),
          message: fields.find(([name]) => name === 'MESSAGE')?.[1] ?? null,
          extra: fields.filter(([name]) => !isShared(name) && !name.startsWith('__') && name !== 'MESSAGE' && name !== 'PRIORITY'),
          origin: {
            identifier: text('SYSLOG_IDENTIFIER'),
            fields: Object.fromEntries(shared.map(([name, value]) => [name, valueText(value)])),
          },
        },
      ],
      streams: new Map(),
      position: { instance: 'corpus', sequence: index + 1 },
      bootId: text('_BOOT_ID'),
      kernelSequence: -1,
    });
    assert.deepEqual(outcome, { ok: true, value: undefined });
  }
}

/** As the journal's intake has it. */
function aboutUnit(text: (name: string) => string): string {
  const about = (text('_PID') === '1' && text('UNIT')) || (text('_UID') === '0' && (text('OBJECT_SYSTEMD_UNIT') || text('COREDUMP_UNIT')));
  return about || text('_SYSTEMD_USER_UNIT') || text('_SYSTEMD_UNIT');
}

function isShared(name: string): boolean {
  return (name.startsWith('_') && !name.startsWith('__')) || name === 'SYSLOG_IDENTIFIER';
}

async function run(path: string, argv: readonly string[], color = false): Promise<{ status: number; stdout: string; stderr: string }> {
  const errors: string[] = [];
  const chunks: Buffer[] = [];
  const out = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  const nowUsec = Date.now() * 1000;
  const options = parseLogsArguments(argv, nowUsec, { time: parseTime, unit: readTypedName, fieldsOfPath });
  let status = 1;
  if (!options.ok) errors.push(`${options.error}\n`);
  else
    status = await runLogs(options.value, out, {
      path,
      uid: 1000,
      bootId: '2'.repeat(32),
      nowUsec,
      version: '',
      color,
      columns: 80,
      error: (text) => errors.push(`${text}\n`),
      note: (text) => errors.push(`${text}\n`),
      tell: (text) => errors.push(`${text}\n`),
      signal: new AbortController().signal,
    });
  return {
    status,
    stdout: Buffer.concat(chunks)
      .toString('latin1')
      .replaceAll(/\bs=[0-9a-f]{32};/g, 's=S;'),
    stderr: errors.join(''),
  };
}

function parseTime(text: string, nowUsec: number): number | undefined {
  const parsed = parseTimestamp(text, { usec: nowUsec, zone: { name: 'UTC' } });
  return parsed.ok ? parsed.value : undefined;
}

/** Fields come in no particular order, so what prints them is compared in one of its own. */
function orderOf(argv: readonly string[]): (text: string) => unknown {
  const words = argv.join(' ');
  if (words.includes('json-pretty')) return (text) => text.replaceAll(/,$/gm, '').split('\n').toSorted();
  if (words.includes('json')) return (text) => text.split('\n').map(parseLine);
  if (words.includes('verbose') || words.includes('export')) return (text) => text.split('\n').toSorted();
  if (words === '-N' || /^(?=.*output-fields=\w+,)(?=.*cat)/.test(words)) return (text) => text.split('\n').toSorted();
  return (text) => text;
}

function parseLine(line: string): unknown {
  const start = line.indexOf('{');
  return start < 0 || !line.endsWith('}') ? line : [line.slice(0, start), JSON.parse(line.slice(start))];
}

function bytesOf(text: CorpusText): Buffer {
  return typeof text === 'string' ? Buffer.from(expand(text)) : Buffer.from(expand(text.latin1), 'latin1');
}

function expand(short: string): string {
  return short.replaceAll('{5000 x}', 'x'.repeat(5000));
}

function fieldOf(text: CorpusText): FieldValue {
  return typeof text === 'string' ? bytesOf(text).toString() : new Uint8Array(bytesOf(text));
}
