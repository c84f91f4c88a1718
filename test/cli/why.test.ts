import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainOf } from '../../src/cli/why/chain.ts';
import { lineBehind } from '../../src/cli/why/places.ts';
import type { HistoryEntry, StateEntry } from '../../src/graph/history.ts';
import type { WaitingJob } from '../../src/graph/waiting.ts';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

process.env['TZ'] = 'UTC';
const environment = { TZ: 'UTC' };
const begin = Date.UTC(2026, 0, 2, 1, 50) * 1000;
const at = (seconds: number, unit: string) => ({ usec: begin + seconds * 1e6, monotonicUsec: 5e6 + seconds * 1e6, unit });
const job = (seconds: number, unit: string, id: number, more: Partial<HistoryEntry & { readonly what: 'job' }> = {}): HistoryEntry => ({
  what: 'job',
  ...at(seconds, unit),
  job: id,
  type: 'start',
  cause: 'boot',
  anchor: 1,
  ...more,
});
const state = (seconds: number, unit: string, to: string, cause: string): StateEntry => ({
  what: 'state',
  ...at(seconds, unit),
  from: 'inactive (dead)',
  to,
  cause,
});
const of = (unit: string, kind: 'Wants' | 'Requires' = 'Wants') => ({ because: 'dependency', kind, of: unit }) as const;

/** A timer starts a backup, which fails, which starts a handler; one unit needs another that fails; one is skipped. */
const entries: readonly HistoryEntry[] = [
  job(0, 'boot.target', 1),
  job(0, 'tick.timer', 2, { reason: of('boot.target') }),
  job(0, 'base.service', 3, { reason: of('needy.service', 'Requires') }),
  job(0, 'needy.service', 4, { reason: of('boot.target') }),
  job(0, 'skipped.service', 5, { reason: of('boot.target') }),
  state(1, 'tick.timer', 'active (waiting)', 'start job 2'),
  state(1, 'base.service', 'activating (start)', 'start job 3'),
  { what: 'end', ...at(1, 'skipped.service'), job: 5, type: 'start', result: 'condition', cause: 'ConditionPathExists=/x did not hold' },
  state(2, 'base.service', 'failed (failed)', '/bin/base exited with status 1'),
  { what: 'end', ...at(2, 'needy.service'), job: 4, type: 'start', result: 'dependency', by: 'base.service' },
  state(3, 'tick.timer', 'active (running)', 'its time has come'),
  job(3, 'backup.service', 6, { cause: 'triggered by tick.timer', anchor: 6, by: 'tick.timer' }),
  state(3, 'backup.service', 'activating (start)', 'start job 6'),
  state(4, 'backup.service', 'failed (failed)', '/bin/backup was killed by SIGKILL'),
  job(4, 'help.service', 7, { cause: 'OnFailure= of backup.service', anchor: 7, by: 'backup.service' }),
  state(4, 'help.service', 'active (running)', 'start job 7'),
];

const told = (unit: string): readonly string[] => chainOf(unit, entries).map((link) => `${link.unit} ${link.text}`);

test('the way to a state goes over jobs, dependencies, events and triggers back to the request', () => {
  assert.deepEqual(told('help.service'), [
    'help.service became active (running) by its start job',
    'help.service was to be started (job 7): OnFailure= of backup.service',
    'backup.service became failed: /bin/backup was killed by SIGKILL',
    'backup.service was to be started (job 6): triggered by tick.timer',
    'tick.timer became active (running): its time has come',
    'tick.timer was to be started (job 2): Wants= of boot.target',
    'boot.target was to be started (job 1): tysd starts it at boot',
  ]);
});

test('a unit that was not started tells whose fault that was', () => {
  assert.deepEqual(told('needy.service'), [
    'needy.service was not started, as a unit that it needs was not (base.service)',
    'base.service became failed: /bin/base exited with status 1',
    'base.service was to be started (job 3): Requires= of needy.service',
    'needy.service was to be started (job 4): Wants= of boot.target',
    'boot.target was to be started (job 1): tysd starts it at boot',
  ]);
  assert.deepEqual(told('skipped.service').slice(0, 1), [
    'skipped.service was not started, as a condition did not hold: ConditionPathExists=/x did not hold',
  ]);
});

test('restarts that follow each other are one step, whichever way they failed', () => {
  const crash = (seconds: number, cause: string, restart: number): readonly HistoryEntry[] => [
    state(seconds, 'a.service', 'active (running)', 'its process is there'),
    { ...state(seconds + 1, 'a.service', 'activating (auto-restart)', cause), result: 'exit-code' },
    job(seconds + 2, 'a.service', restart, { cause: 'Restart=', by: 'a.service' }),
    state(seconds + 2, 'a.service', 'activating (start)', `start job ${restart}`),
  ];
  const loop = [
    job(0, 'a.service', 1, { cause: 'somebody' }),
    ...crash(1, '/bin/a exited with status 1', 2),
    ...crash(11, '/bin/a was killed by SIGSEGV', 3),
    ...crash(21, '/bin/a exited with status 1', 4),
  ];
  const links = chainOf('a.service', loop);
  assert.deepEqual(
    links.map(({ text, sinceUsec }) => [text, sinceUsec]),
    [
      ['became activating (start) by its start job', undefined],
      [
        'was started again by Restart=, 3 times, after: /bin/a exited with status 1 (2 times); /bin/a was killed by SIGSEGV (once)',
        begin + 3e6,
      ],
      ['was to be started (job 1): somebody', undefined],
    ],
  );
  assert.deepEqual(links[1]?.behind, { settings: ['ExecStart'], program: '/bin/a' });
});

test('reasons in a circle come to an end, and what is not on record is left out', () => {
  const circle = [
    job(0, 'a.service', 1, { reason: of('b.service') }),
    job(0, 'b.service', 2, { reason: of('a.service') }),
    state(1, 'a.service', 'active (running)', 'start job 1'),
  ];
  assert.equal(chainOf('a.service', circle).length, 3);
  assert.deepEqual(chainOf('other.service', circle), []);
  const lost = [state(1, 'a.service', 'active (running)', 'start job 1')];
  assert.deepEqual(
    chainOf('a.service', lost).map(({ text }) => text),
    ['became active (running) by its start job'],
  );
  const merged = [job(0, 'a.service', 5, { reason: of('gone.target'), cause: 'somebody' })];
  assert.deepEqual(
    chainOf('a.service', merged, 5).map(({ unit, text }) => `${unit} ${text}`),
    ['a.service was to be started (job 5): Wants= of gone.target', 'gone.target was asked for: somebody'],
  );
});

const slow: WaitingJob = {
  job: 8,
  unit: 'slow.service',
  title: 'slow.service - Slow',
  type: 'start',
  state: 'running',
  cause: 'Wants= of boot.target (/etc/boot.target:2)',
  sinceUsec: Date.now() * 1000 - 12_300_000,
  deadline: { usec: Date.now() * 1000 + 77_700_000, outcome: 'it is stopped, and its start has failed (TimeoutStartSec=)' },
  now: 'start: /bin/slow runs (process 812)',
  waitsFor: [],
};
const after: WaitingJob = {
  ...slow,
  job: 9,
  unit: 'after.service',
  title: 'after.service',
  state: 'waiting',
  now: 'it is inactive (dead)',
  waitsFor: [{ job: 8, edge: { of: 'after.service', kind: 'After', unit: 'slow.service', at: '/etc/after.service:3' } }],
};
const last: WaitingJob = {
  ...after,
  job: 10,
  unit: 'last.service',
  waitsFor: [{ job: 9, edge: { of: 'last.service', kind: 'After', unit: 'after.service', at: 'default' } }],
};

const assignedLine = (key: string, value: string) => ({ key, value, at: `/tick.timer:${key}` });

test('the line that made a timer trigger is told where there is no other', () => {
  const behind = chainOf('tick.timer', entries)[0]?.behind;
  assert.ok(behind !== undefined);
  assert.deepEqual(
    lineBehind([assignedLine('Unit', 'a.service'), assignedLine('OnBootSec', '1h')], behind),
    assignedLine('OnBootSec', '1h'),
  );
  assert.equal(lineBehind([assignedLine('OnCalendar', 'daily'), assignedLine('OnBootSec', '1h')], behind), undefined);
});

function example(manager: FakeManager): void {
  manager.add('help.service', { active: 'active', sub: 'running', sinceUsec: begin + 4e6 });
  manager.add('backup.service', { active: 'failed', sub: 'failed', result: 'signal', sinceUsec: begin + 4e6 });
  manager.add('masked.service', { load: 'masked', fragment: '/etc/systemd/system/masked.service' });
  manager.add('bad.service', { load: 'bad-setting', loadReason: 'Service has no ExecStart=' });
  manager.add('none.service', { load: 'not-found', fragment: '' });
  manager.add('idle.service');
  manager.add('last.service');
  manager.entries.push(...entries);
  manager.held.push(slow, after, last);
  manager.places.set('tick.timer Triggers backup.service', 'implicit');
  manager.places.set('boot.target Wants tick.timer', '/etc/systemd/system/boot.target.wants/tick.timer');
}

const page = 'Fri 2026-01-02 01:50:04 UTC';

test('why prints the way, where each dependency is declared, the last words and what to type next', () =>
  withBench(example, async ({ run }) => {
    const { out, status } = await run('tysctl', ['why', 'backup'], environment);
    assert.match(out[0] ?? '', new RegExp(`^× backup\\.service has failed \\(signal\\) since ${page}; .* ago$`));
    assert.deepEqual(
      [out.slice(1), status],
      [
        [
          '  2026-01-02 01:50:04 it became failed: /bin/backup was killed by SIGKILL',
          '  2026-01-02 01:50:03 it was to be started (job 6): triggered by tick.timer',
          '           (implied by other settings of the unit)',
          '  2026-01-02 01:50:03 tick.timer became active (running): its time has come',
          '  2026-01-02 01:50:00 tick.timer was to be started (job 2): Wants= of boot.target',
          '           /etc/systemd/system/boot.target.wants/tick.timer',
          '  2026-01-02 01:50:00 boot.target was to be started (job 1): tysd starts it at boot',
          '  Its last words:',
          '    the last 5 own lines of backup.service',
          '  Its log: tysctl logs -u backup.service',
          '  To try again: tysctl restart backup.service',
        ],
        0,
      ],
    );
  }));

test('why says what stands in the way of a unit that is not loaded, and that nobody asked for one', () =>
  withBench(example, async ({ run }) => {
    const masked = await run('tysctl', ['why', 'masked'], environment);
    assert.deepEqual(masked.out.slice(1), [
      '  It is masked: /etc/systemd/system/masked.service is empty or a link to /dev/null, so that nothing can start it.',
      '  To allow it again: tysctl unmask masked.service',
    ]);
    const bad = await run('tysctl', ['why', 'bad'], environment);
    assert.deepEqual(bad.out.slice(1), [
      '  It could not be loaded: Service has no ExecStart=',
      '    /etc/bad.service:7: Unknown key Foo=.',
      '  What is wrong in its files: tysctl verify bad.service',
    ]);
    const none = await run('tysctl', ['why', 'none'], environment);
    assert.deepEqual([none.out, none.status], [['○ none.service does not exist', '  There is no unit file of that name.'], 4]);
    const idle = await run('tysctl', ['why', 'idle'], environment);
    assert.match(idle.out[1] ?? '', /^ {2}Nothing has asked for it, as far as the record goes\./);
  }));

/** The lines without spans of time, which go on while the test runs. */
const timeless = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replaceAll(/\d+(?:min|s)(?: \d+s)?/g, 'T').trim());

test('why of a job that waits names the dependency, and what it waits for in the end', () =>
  withBench(example, async ({ run }) => {
    const { out } = await run('tysctl', ['why', 'last.service'], environment);
    assert.deepEqual(timeless(out.slice(1)), [
      'Now: its start job 10 waits (T / T); it is inactive (dead)',
      'At the limit: it is stopped, and its start has failed (TimeoutStartSec=)',
      'It comes after:',
      'After=after.service (by default, as DefaultDependencies= says)',
      'In the end it waits for:',
      'slow.service is being started (T / T): start: /bin/slow runs (process 812)',
    ]);
    const json = await run('tysctl', ['why', 'last.service', '--json'], environment);
    const [facts]: { readonly job?: { readonly job: number }; readonly blockers?: readonly { readonly unit: string }[] }[] = JSON.parse(
      json.out.join(''),
    );
    assert.deepEqual([facts?.job?.job, facts?.blockers?.map(({ unit }) => unit)], [10, ['slow.service']]);
  }));

test('waiting shows what keeps the others, until when, what happens then, and what comes next', () =>
  withBench(example, async ({ run }) => {
    const { out, err, status } = await run('tysctl', ['waiting'], environment);
    assert.deepEqual(
      { out: timeless(out), err, status },
      {
        out: [
          '1 job under way, 2 jobs waiting for it.',
          '',
          'slow.service is being started (job 8, T / T)',
          'Why: Wants= of boot.target (/etc/boot.target:2)',
          'Now: start: /bin/slow runs (process 812)',
          'In T: it is stopped, and its start has failed (TimeoutStartSec=)',
          'Then: after.service, start: After=slow.service',
          '/etc/after.service:3',
          'and 1 more',
          'Log: the last 3 own lines of slow.service',
        ],
        err: [],
        status: 0,
      },
    );
  }));

test('waiting says so where nothing waits', () =>
  withBench(
    () => undefined,
    async ({ tysctl }) => assert.deepEqual((await tysctl('waiting')).out, ['Nothing is waiting: no job is queued.']),
  ));
