import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryEntry } from '../../src/graph/history.ts';
import { withBench } from './run.ts';

const begin = Date.UTC(2026, 10, 29, 1, 50) * 1000;
const at = (seconds: number, unit = 'web.service') => ({ usec: begin + seconds * 1e6, monotonicUsec: 5e6 + seconds * 1e6, unit });

/** A service that was started twice: once it failed, once it goes on. */
const old: readonly HistoryEntry[] = [
  { what: 'job', ...at(0), job: 7, type: 'start', cause: 'tysctl start by root (pid 812)', anchor: 7 },
  {
    what: 'state',
    ...at(0.01),
    from: 'inactive (dead)',
    to: 'activating (start)',
    cause: 'start job 7',
    job: 7,
    invocation: 'a'.repeat(32),
  },
  {
    what: 'state',
    ...at(2.5),
    from: 'activating (start)',
    to: 'failed (failed)',
    result: 'exit-code',
    cause: '/usr/bin/web exited with status 3',
    job: 7,
    invocation: 'a'.repeat(32),
    used: { cpuUsec: 120_000, largestKib: 4096, exit: { how: 'exited', status: 3 } },
  },
];
const recent: readonly HistoryEntry[] = [
  { what: 'manager', ...at(3, ''), cause: 'took the place of the one before it' },
  {
    what: 'job',
    ...at(4),
    job: 8,
    type: 'start',
    cause: 'boot',
    anchor: 1,
    reason: { because: 'dependency', kind: 'Wants', of: 'multi-user.target' },
  },
  { what: 'state', ...at(4), from: 'failed (failed)', to: 'active (running)', cause: 'start job 8', job: 8, invocation: 'b'.repeat(32) },
  { what: 'end', ...at(5, 'other.service'), job: 9, type: 'start', result: 'dependency' },
];

const environment = { TZ: 'UTC' };
process.env['TZ'] = 'UTC';

const withRecord = (check: Parameters<typeof withBench>[1], serve = true) =>
  withBench(
    (manager) => {
      manager.add('web.service', { active: 'active', sub: 'running' });
      manager.entries.push(...old.slice(2), ...recent);
    },
    (bench) => {
      bench.written.push(...old, { what: 'state', unit: 'web.service' }, 'damaged');
      return check(bench);
    },
    serve,
  );

test('history joins what was written down with what the manager remembers, each once', () =>
  withRecord(async ({ run }) => {
    assert.deepEqual(await run('tysctl', ['history'], environment), {
      out: [
        '-- Sun 2026-11-29 UTC --',
        '01:50:00.000 web.service start job 7 queued: tysctl start by root (pid 812)',
        '01:50:00.010 web.service activating (start): start job 7',
        '01:50:02.500 web.service failed: /usr/bin/web exited with status 3',
        '01:50:03.000 the manager took the place of the one before it',
        '01:50:04.000 web.service start job 8 queued: Wants= of multi-user.target, for boot',
        '01:50:04.000 web.service active (running): start job 8',
        '01:50:05.000 other.service start job 9 ended: what it depends on failed',
      ],
      err: [],
      status: 0,
    });
  }));

test('history of one unit does not name it, and can be cut by time and number', () =>
  withRecord(async ({ run }) => {
    const { out } = await run('tysctl', ['history', 'web', '--since=2026-11-29 01:50:02', '-n', '2'], environment);
    assert.deepEqual(out, [
      '-- Sun 2026-11-29 UTC --',
      '01:50:04.000 start job 8 queued: Wants= of multi-user.target, for boot',
      '01:50:04.000 active (running): start job 8',
    ]);
    const none = await run('tysctl', ['history', 'no.service'], environment);
    assert.deepEqual(none, { out: [], err: ['Nothing is on record of no.service.'], status: 1 });
    const bad = await run('tysctl', ['history', '--since=someday'], environment);
    assert.deepEqual(bad, { out: [], err: ['Failed to parse timestamp: someday'], status: 1 });
  }));

test('history does without a manager', () =>
  withRecord(async ({ run }) => {
    const { out } = await run('tysctl', ['history', 'web.service', '--json'], environment);
    assert.deepEqual(JSON.parse(out.join('')), old);
  }, false));

test('invocations shows how long each run took, how it ended and what it used', () =>
  withRecord(async ({ run }) => {
    const { out, status } = await run('tysctl', ['invocations', 'web.service'], environment);
    assert.equal(status, 0);
    assert.match(out[0] ?? '', /^STARTED +DURATION +EXIT CPU +MEMORY +RESULT$/);
    assert.match(out[1] ?? '', /^2026-11-29 01:50:00 2\.4s +3 +120ms 4\.0M \(largest\) exit-code$/);
    assert.match(out[2] ?? '', /^2026-11-29 01:50:04 \S.* - +- +- +running$/);
    const full = await run('tysctl', ['invocations', '-l', 'web.service'], environment);
    assert.match(full.out[0] ?? '', / RESULT +INVOCATION$/);
    assert.match(full.out[1] ?? '', / exit-code a{32}$/);
    const json = await run('tysctl', ['invocations', 'web.service', '--json'], environment);
    const [first, second]: { readonly [field: string]: unknown }[] = JSON.parse(json.out.join(''));
    assert.deepEqual([first?.['durationUsec'], first?.['result'], first?.['cpuUsec']], [2_490_000, 'exit-code', 120_000]);
    assert.deepEqual([second?.['result'], 'endedUsec' in (second ?? {})], ['running', false]);
  }));

test('status --at shows how a unit was then, why, and what came next', () =>
  withRecord(async ({ run }) => {
    assert.deepEqual(await run('tysctl', ['status', '--at=2026-11-29 01:50:01', 'web.service'], environment), {
      out: [
        '● web.service at Sun 2026-11-29 01:50:01.000000 UTC',
        '     Active: activating (start) since Sun 2026-11-29 01:50:00 UTC; for 990ms then',
        '      Cause: start job 7',
        '        Job: start (7): tysctl start by root (pid 812)',
        '       Then: failed: /usr/bin/web exited with status 3, 1.500s later',
      ],
      err: [],
      status: 0,
    });
    const all = await run('tysctl', ['status', '--at=2026-11-29 01:50:03'], environment);
    assert.deepEqual(all.out, [
      'Sun 2026-11-29 01:50:03 UTC: 1 unit was not inactive, 1 of them failed.',
      '  UNIT        STATE  FOR   CAUSE',
      '× web.service failed 500ms /usr/bin/web exited with status 3',
    ]);
    const early = await run('tysctl', ['status', '--at=2026-11-28 01:50:03', 'web.service'], environment);
    assert.deepEqual(early.err, ['The record goes back only to Sun 2026-11-29 01:50:00 UTC; before that nothing is known.']);
    assert.equal(early.status, 3);
  }));

test('status --at counts nothing that an earlier tysd left', () =>
  withBench(
    (manager) => {
      manager.add('web.service', { active: 'inactive', sub: 'dead' });
      manager.entries.push(
        { what: 'manager', ...at(0, ''), cause: 'started' },
        { what: 'state', ...at(1), from: 'inactive (dead)', to: 'active (running)', cause: 'boot' },
        { what: 'manager', ...at(2, ''), cause: 'took the place of the one before it' },
        { what: 'manager', ...at(10, ''), cause: 'started' },
      );
    },
    async ({ run }) => {
      const web = async (second: string) =>
        (await run('tysctl', ['status', `--at=2026-11-29 01:50:${second}`, 'web.service'], environment)).out;
      assert.match((await web('05')).join('\n'), /Active: active \(running\) since/);
      assert.match((await web('15')).join('\n'), /Active: not on record/);
      const all = await run('tysctl', ['status', '--at=2026-11-29 01:50:15'], environment);
      assert.match(all.out[0] ?? '', /: 0 units were not inactive/);
    },
  ));

test('restarts that go as the one before them are told once, with how often; -l and JSON have each', () =>
  withBench(
    (manager) => {
      manager.add('loop.service');
      manager.entries.push({ what: 'job', ...at(0, 'loop.service'), job: 1, type: 'start', cause: 'boot', anchor: 1 });
      for (let round = 0; round < 9; round++) {
        const cause = round < 8 ? '/bin/loop exited with status 1' : '/bin/loop was killed by SIGSEGV';
        manager.entries.push(
          {
            what: 'state',
            ...at(round + 0.1, 'loop.service'),
            from: 'active (running)',
            to: 'activating (auto-restart)',
            cause,
            result: 'exit-code',
          },
          {
            what: 'state',
            ...at(round + 0.2, 'other.service'),
            from: 'inactive (dead)',
            to: 'active (running)',
            cause: `start job ${round}`,
          },
          { what: 'job', ...at(round + 0.5, 'loop.service'), job: 10 + round, type: 'start', cause: 'Restart=', anchor: 10 + round },
        );
      }
    },
    async ({ run }) => {
      const { out } = await run('tysctl', ['history', 'loop'], environment);
      assert.deepEqual(out, [
        '-- Sun 2026-11-29 UTC --',
        '01:50:00.000 start job 1 queued: boot',
        '01:50:00.100 activating (auto-restart): /bin/loop exited with status 1',
        '01:50:00.500 start job 10 queued: Restart=',
        '01:50:01.100 activating (auto-restart): /bin/loop exited with status 1',
        '01:50:01.500 the same again, 5 times until 01:50:05 (history -l shows each)',
        '01:50:06.500 start job 16 queued: Restart=',
        '01:50:07.100 activating (auto-restart): /bin/loop exited with status 1',
        '01:50:07.500 start job 17 queued: Restart=',
        '01:50:08.100 activating (auto-restart): /bin/loop was killed by SIGSEGV',
        '01:50:08.500 start job 18 queued: Restart=',
      ]);
      const whole = await run('tysctl', ['history', '-l', 'loop'], environment);
      assert.equal(whole.out.length, 20);
    },
  ));

test('rounds that several units go through again and again are told once for each unit', () =>
  withBench(
    (manager) => {
      manager.add('tick.service');
      for (let round = 0; round < 8; round++) {
        const job = 10 + 2 * round;
        const run = (from: string, to: string, cause: string, second: number, unit: string): HistoryEntry => ({
          what: 'state',
          ...at(round + second, unit),
          from,
          to,
          cause,
        });
        const started: readonly HistoryEntry[] = [
          { what: 'job', ...at(round + 0.1, 'tick.service'), job, type: 'start', cause: 'triggered by tick.timer', anchor: job },
          run('inactive (dead)', 'activating (start)', `start job ${job}`, 0.2, 'tick.service'),
        ];
        manager.entries.push(
          run('active (waiting)', 'active (running)', 'its time has come', 0, 'tick.timer'),
          ...started,
          {
            what: 'job',
            ...at(round + 0.3, 'other.service'),
            job: job + 1,
            type: 'restart',
            cause: `systemctl restart (pid ${900 + round}, uid 0)`,
            anchor: job + 1,
          },
          run('activating (start)', 'inactive (dead)', '/bin/true exited with status 0', 0.4, 'tick.service'),
          run('active (running)', 'active (waiting)', 'tick.service is inactive (dead)', 0.5, 'tick.timer'),
        );
      }
    },
    async ({ run }) => {
      const { out } = await run('tysctl', ['history'], environment);
      const folded = out.filter((line) => line.includes('the same again'));
      assert.deepEqual(folded, [
        '01:50:01.000 tick.timer the same again, 6 times until 01:50:06 (history -l shows each)',
        '01:50:01.100 tick.service the same again, 6 times until 01:50:06 (history -l shows each)',
        '01:50:01.300 other.service the same again, 6 times until 01:50:06 (history -l shows each)',
      ]);
      assert.equal(out.length, 1 + 2 * 6 + folded.length);
    },
  ));
