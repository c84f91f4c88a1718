import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  createKeeperDouble,
  createScratch,
  messages,
  opened,
  output,
  record,
  startUsec,
  stored,
  told as processTold,
} from './keeper-double.ts';

test('lines of a stream become entries of its unit', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(
    opened(7n, 'a.service', { INVOCATION_ID: 'e'.repeat(32), SYSLOG_FACILITY: '3' }),
    processTold(7n, 7, { name: 'sh' }),
    output(7n, 'one\n<3>two\n\nrest', 5),
  );
  keeper.clock.advance(1_000);
  const fields = {
    _PID: '7',
    _COMM: 'sh',
    _SYSTEMD_UNIT: 'a.service',
    SYSLOG_IDENTIFIER: 'a',
    _SYSTEMD_INVOCATION_ID: 'e'.repeat(32),
    SYSLOG_FACILITY: '3',
    _TRANSPORT: 'stdout',
    _STREAM_ID: '00000000000000010000000000000007',
    _BOOT_ID: `${'b'.repeat(31)}1`,
    _MACHINE_ID: 'c'.repeat(32),
    _HOSTNAME: 'box',
    _RUNTIME_SCOPE: 'system',
  };
  const common = { realtimeUsec: startUsec + 5, monotonicUsec: 1_000_005, extra: [], origin: { identifier: 'a', fields } };
  assert.deepEqual(stored(scratch.path), [
    { ...common, id: 1, priority: 6, message: 'one' },
    { ...common, id: 2, priority: 3, message: 'two' },
  ]);
});

test('a stream that a program brought says what it is in its first lines, which a killed journal remembers', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(
    opened(1n, 'own.service', { HEADER: '', _UID: '1000' }),
    output(1n, 'me\nother.service\n4\n'),
    opened(2n, 'own.service', { HEADER: '', _UID: '0' }),
    output(2n, 'root\nother.service\n30\n0\n0\n0\n0\n<3>as it is\n'),
  );
  keeper.flush();
  keeper.kill();
  keeper.send(output(1n, '1\n0\n0\n0\nfirst\n<2>second\n'));
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path).map(({ message, priority, origin: { identifier, fields } }) => [
      message,
      priority,
      identifier,
      fields['_SYSTEMD_UNIT'],
      fields['SYSLOG_FACILITY'],
    ]),
    [
      ['<3>as it is', 6, 'root', 'other.service', '3'],
      ['first', 4, 'me', 'own.service', undefined],
      ['second', 2, 'me', 'own.service', undefined],
    ],
  );
});

test('frames are acknowledged once they are stored, and many are stored at once', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\n'));
  assert.deepEqual([keeper.unacknowledged, messages(scratch.path)], [[1, 2], []]);
  keeper.clock.advance(1_000);
  assert.deepEqual([keeper.unacknowledged, messages(scratch.path)], [[], ['one']]);
  keeper.send(output(1n, 'two\n'));
  keeper.clock.advance(40_000);
  keeper.send(output(1n, 'three\n'));
  assert.deepEqual([keeper.unacknowledged, messages(scratch.path)], [[3, 4], ['one']]);
  keeper.clock.advance(10_000);
  assert.deepEqual([keeper.unacknowledged, messages(scratch.path)], [[], ['one', 'two', 'three']]);
});

test('a line that is written in parts survives a kill of the journal between them', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'first\nsecond, be'));
  keeper.flush();
  assert.deepEqual(keeper.unacknowledged, []);
  keeper.kill();
  keeper.send(output(1n, 'gun before\n'));
  keeper.kill();
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path).map(({ message, origin }) => [message, origin.fields['_SYSTEMD_UNIT']]),
    [
      ['first', 'a.service'],
      ['second, begun before', 'a.service'],
    ],
  );
});

test('frames that come again are not stored again', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.loseAcknowledgements();
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\ntw'), output(1n, 'o\n'));
  keeper.flush();
  keeper.resend();
  keeper.kill();
  keeper.resend();
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['one', 'two']);
});

test('wherever the journal is killed, no line is lost or doubled', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ stream: fc.constantFrom(1n, 2n), text: fc.stringMatching(/^[a-z\n]{0,12}$/) }) },
    fc.constantFrom('kill', 'restart', 'flush', 'deaf', 'wait', 'resend'),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      using scratch = createScratch();
      const keeper = createKeeperDouble(scratch.path);
      const actions: Readonly<Record<string, () => unknown>> = {
        kill: () => keeper.kill(),
        restart: () => keeper.restart(),
        flush: () => keeper.flush(),
        deaf: () => keeper.loseAcknowledgements(),
        wait: () => keeper.clock.advance(20_000),
        resend: () => keeper.resend(),
      };
      const texts = new Map([
        [1n, ''],
        [2n, ''],
      ]);
      keeper.send(opened(1n, 'a.service'), opened(2n, 'b.service'));
      for (const now of steps) {
        if (typeof now === 'string') actions[now]?.();
        else {
          keeper.send(output(now.stream, now.text));
          texts.set(now.stream, (texts.get(now.stream) ?? '') + now.text);
        }
      }
      keeper.send({ kind: 'stream-close', stream: 1n }, { kind: 'stream-close', stream: 2n });
      keeper.restart();
      for (const [stream, unit] of [
        [1n, 'a.service'],
        [2n, 'b.service'],
      ] as const)
        assert.deepEqual(messages(scratch.path, { units: [unit] }), texts.get(stream)?.split('\n').filter(Boolean));
      assert.deepEqual(keeper.unacknowledged, []);
    }),
    { numRuns: 60 },
  );
});

test('what a stream had begun when the machine stopped becomes an entry at the next start', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'whole\nhalf a li'));
  keeper.flush();
  keeper.reboot();
  keeper.send(opened(1n, 'b.service'), output(1n, 'other\n'));
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path).map(({ message, extra, origin }) => [message, extra, origin.fields['_SYSTEMD_UNIT']]),
    [
      ['whole', [], 'a.service'],
      ['half a li', [['_LINE_BREAK', 'eof']], 'a.service'],
      ['other', [], 'b.service'],
    ],
  );
});

test('a stream that is opened again keeps what it had begun', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'be'), opened(1n, 'a.service'), output(1n, 'gun\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['begun']);
});

test('messages of the manager are found with those of the unit that they are about', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(
    record({ MESSAGE: 'Started a.service.', UNIT: 'a.service', PRIORITY: '5', _PID: '1', JOB_ID: '3' }),
    opened(1n, 'a.service'),
    output(1n, 'hello\n'),
  );
  keeper.send(record({ MESSAGE: 'Started b.service.', UNIT: 'b.service' }));
  keeper.flush();
  assert.deepEqual(
    stored(scratch.path, { units: ['a.service'] }).map(({ message, priority, extra, origin }) => [
      message,
      priority,
      extra,
      origin.identifier,
    ]),
    [
      [
        'Started a.service.',
        5,
        [
          ['UNIT', 'a.service'],
          ['JOB_ID', '3'],
          ['_SOURCE_REALTIME_TIMESTAMP', String(startUsec)],
        ],
        'systemd',
      ],
      ['hello', 6, [], 'a'],
    ],
  );
});

test('dropped output is told', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send({ kind: 'dropped', count: 12 });
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['12 pieces of output were dropped while the journal was away or too slow.']);
});

test('a damaged file is moved aside with one warning, and a new one begun', () => {
  using scratch = createScratch();
  mkdirSync(`${scratch.path}/journal`);
  writeFileSync(`${scratch.path}/journal/journal.db`, 'this is no database, '.repeat(1000));
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'kept\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['kept']);
  assert.equal(keeper.warnings.length, 1);
  assert.match(
    keeper.warnings[0] ?? '',
    /^The journal .*journal\.db is damaged \(.*\)\. It was moved to .*journal\.db\.corrupt-\d+ and a new one begun\.$/,
  );
  assert.ok(readdirSync(`${scratch.path}/journal`).includes(`journal.db.corrupt-${Math.floor(startUsec / 1000)}`));
});

test('while nothing can be stored entries are kept, and stored when it can', () => {
  using scratch = createScratch();
  writeFileSync(`${scratch.path}/journal`, 'a file where the directory should be');
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'one\ntw'));
  keeper.clock.advance(1_500_000);
  assert.deepEqual([keeper.warnings.length, keeper.unacknowledged], [1, [1, 2]]);
  // A disk that stays away is not waited for.
  keeper.clock.advance(5_000_000);
  assert.deepEqual([keeper.warnings.length, keeper.unacknowledged], [1, []]);
  rmSync(`${scratch.path}/journal`);
  keeper.send(output(1n, 'o\n'));
  keeper.clock.advance(1_000_000);
  assert.deepEqual([messages(scratch.path), keeper.unacknowledged], [['one', 'two'], []]);
  assert.equal(keeper.warnings.at(-1), `The journal ${scratch.path}/journal/journal.db is written again.`);
});

test('what is too much to keep while nothing can be stored is given up and counted', () => {
  using scratch = createScratch();
  writeFileSync(`${scratch.path}/journal`, '');
  const keeper = createKeeperDouble(scratch.path);
  const line = `${'x'.repeat(40_000)}\n`;
  keeper.send(opened(1n, 'a.service'));
  for (let count = 0; count < 500; count++) keeper.send(output(1n, line));
  keeper.clock.advance(1_000_000);
  rmSync(`${scratch.path}/journal`);
  keeper.send(output(1n, 'last\n'));
  keeper.clock.advance(2_000_000);
  const found = messages(scratch.path);
  const told = found.find((message) => typeof message === 'string' && message.includes('were lost'));
  const lost = Number(/^\d+/.exec(String(told))?.[0]);
  assert.equal(lost > 0 && found.filter((message) => typeof message === 'string' && message.startsWith('xxx')).length + lost, 500);
  assert.ok(found.includes('last'));
  assert.deepEqual(keeper.unacknowledged, []);
});

test('a journal that somebody deletes is begun again', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'before\n'));
  keeper.flush();
  rmSync(`${scratch.path}/journal`, { recursive: true });
  keeper.clock.advance(11_000_000);
  keeper.send(output(1n, 'meanwhile\n'));
  keeper.clock.advance(1_000_000);
  keeper.send(output(1n, 'after\n'));
  keeper.flush();
  assert.deepEqual(messages(scratch.path), ['after']);
});

test('the file can be read by its group and nobody else', () => {
  using scratch = createScratch();
  createKeeperDouble(scratch.path);
  assert.equal(statSync(`${scratch.path}/journal/journal.db`).mode & 0o777, 0o640);
});

test('the oldest entries go when there are too many', () => {
  using scratch = createScratch();
  const maximumBytes = 4 << 20;
  const keeper = createKeeperDouble(scratch.path, { limits: { maximumBytes } });
  keeper.send(opened(1n, 'a.service'));
  const total = 100_000;
  for (let count = 0; count < total; count += 500)
    keeper.send(output(1n, Array.from({ length: 500 }, (_, index) => `line ${count + index} of a long story\n`).join('')));
  for (let count = 0; count < 20; count++) {
    keeper.send(output(1n, 'again\n'));
    keeper.clock.advance(11_000_000);
  }
  const found = stored(scratch.path);
  const size = readdirSync(`${scratch.path}/journal`).reduce((sum, name) => sum + statSync(`${scratch.path}/journal/${name}`).size, 0);
  assert.ok(found.length > 5_000 && found.length < 0.7 * total, `${found.length} entries`);
  assert.equal(found.at(-1)?.message, 'again');
  assert.deepEqual(
    found.map(({ id }) => id),
    Array.from({ length: found.length }, (_, index) => (found[0]?.id ?? 0) + index),
  );
  assert.ok(found.every(({ origin }) => origin.fields['_SYSTEMD_UNIT'] === 'a.service'));
  assert.ok(size < maximumBytes * 3, `${size} bytes`);
});

test('entries that are too old go, and ids are not used again', () => {
  using scratch = createScratch();
  const day = 86_400_000_000;
  const keeper = createKeeperDouble(scratch.path, { limits: { maximumAgeUsec: day } });
  keeper.send(opened(1n, 'a.service'));
  for (let round = 0; round < 3; round++) {
    keeper.send(output(1n, `round ${round}\n`.repeat(5000), round * day));
    keeper.clock.advance(day);
  }
  keeper.send(output(1n, 'now\n', 3 * day));
  keeper.flush();
  const found = stored(scratch.path);
  assert.deepEqual([found[0]?.message, found.at(-1)?.message, found.at(-1)?.id], ['round 2', 'now', 15_001]);
});

test('a file that was damaged while the journal was away is moved aside, and nothing that is not acknowledged is lost', () => {
  using scratch = createScratch();
  const keeper = createKeeperDouble(scratch.path);
  keeper.send(opened(1n, 'a.service'), output(1n, 'line\n'.repeat(20_000)));
  keeper.restart();
  const path = `${scratch.path}/journal/journal.db`;
  const { size } = statSync(path);
  rmSync(`${path}-wal`, { force: true });
  writeFileSync(path, Buffer.alloc(size, 0x5a));
  appendFileSync(path, 'end');
  keeper.kill();
  keeper.send(output(1n, 'after the damage\n'));
  keeper.flush();
  assert.deepEqual([messages(scratch.path), keeper.unacknowledged, keeper.warnings.length], [['after the damage'], [], 1]);
});
