import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobResult } from '../../src/graph/job.ts';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

function example(manager: FakeManager): void {
  manager.add('web.service');
  manager.add('other.service');
  manager.add('bad.service', { active: 'failed', sub: 'failed', result: 'exit-code' });
  manager.add('limited.service', { active: 'failed', sub: 'failed', result: 'start-limit-hit' });
  manager.add('masked.service', { load: 'masked' });
  manager.add('broken.service', { load: 'bad-setting' });
  manager.add('my.target');
  manager.outcomes.set('bad.service', 'failed');
  manager.outcomes.set('limited.service', 'failed');
}

const quiet = { out: [], err: [], status: 0 };

test('start queues units by the names that people type, and waits for their jobs', () =>
  withBench(example, async ({ manager, systemctl }) => {
    assert.deepEqual(await systemctl('start', 'web', 'other.service'), quiet);
    assert.deepEqual(manager.calls, ['start web.service replace', 'start other.service replace']);
  }));

test('each verb asks for its own job', () =>
  withBench(example, async ({ manager, systemctl }) => {
    for (const verb of ['stop', 'restart', 'try-restart', 'reload-or-restart', 'try-reload-or-restart', 'condrestart', 'force-reload']) {
      assert.deepEqual(await systemctl(verb, 'web'), quiet);
    }
    assert.deepEqual(await systemctl('isolate', 'my'), quiet);
    assert.deepEqual(await systemctl('--job-mode=fail', 'start', 'web'), quiet);
    assert.deepEqual(manager.calls, [
      'stop web.service replace',
      'restart web.service replace',
      'try-restart web.service replace',
      'reload-or-restart web.service replace',
      'try-reload-or-restart web.service replace',
      'try-restart web.service replace',
      'try-reload-or-restart web.service replace',
      'start my.target isolate',
      'start web.service fail',
    ]);
  }));

const refusals: readonly (readonly [argv: readonly string[], err: readonly string[], status: number])[] = [
  [['start', 'nope'], ['Failed to start nope.service: Unit nope.service not found.'], 5],
  [['stop', 'nope'], ['Failed to stop nope.service: Unit nope.service not loaded.'], 5],
  [['start', 'masked'], ['Failed to start masked.service: Unit masked.service is masked.'], 1],
  [
    ['start', 'broken'],
    [
      'Failed to start broken.service: Unit broken.service has a bad unit file setting.',
      "See system logs and 'systemctl status broken.service' for details.",
    ],
    1,
  ],
  [['reload', 'web'], ['Failed to reload web.service: Job type reload is not applicable for unit web.service.'], 3],
  [
    ['--job-mode=foo', 'start', 'web'],
    ['Failed to start web.service: Job mode foo invalid', "See system logs and 'systemctl status web.service' for details."],
    1,
  ],
  [['start', 'web', '--wait', '--no-block'], ['--wait may not be combined with --no-block.'], 1],
  [['try-restart', 'web', '--wait'], ["--wait may only be used with the 'start' or 'restart' commands."], 1],
  [['start', ''], ['Failed to mangle name: Invalid argument', 'Failed to expand names: Invalid argument'], 1],
  [
    ['start', 'foo/bar'],
    [
      'Invalid unit name "foo/bar" escaped as "foo-bar" (maybe you should use systemd-escape?).',
      'Failed to start foo-bar.service: Unit foo-bar.service not found.',
    ],
    5,
  ],
  [['kill', 'nope'], ['Failed to kill unit nope.service: Unit nope.service not loaded.'], 1],
  [['kill', '-s', 'FOO', 'web'], ['Failed to parse signal string "FOO".'], 1],
  [['kill', '--kill-whom=foo', 'web'], ['Failed to kill unit web.service: Invalid who argument foo'], 1],
  [['reset-failed', 'nope'], ['Failed to reset failed state of unit nope.service: Unit nope.service not loaded.'], 1],
  [['cancel', '99'], ['Failed to cancel job 99: Job 99 does not exist.'], 1],
  [['cancel', 'foo'], ['Failed to parse job id "foo": Invalid argument'], 1],
  [['isolate', 'a', 'b'], ['Too many arguments.'], 1],
  [['start'], ['Too few arguments.'], 1],
  [['set-environment', 'A'], ['Failed to set environment: Invalid environment assignments'], 1],
  [['unset-environment', 'A!'], ['Failed to set environment: Invalid environment variable names or assignments'], 1],
  [['exit', '300'], ['Invalid exit code.'], 1],
  [['--foo'], ["systemctl: unrecognized option '--foo'"], 1],
  [['-p'], ["systemctl: option requires an argument -- 'p'"], 1],
  [['list-units', '-t', 'foo'], ["Unknown unit type or load state 'foo'.", 'Use -t help to see a list of allowed values.'], 1],
];

for (const [argv, err, status] of refusals) {
  test(`systemctl ${argv.join(' ')} is refused in systemd's words with status ${status}`, () =>
    withBench(example, async ({ systemctl }) => assert.deepEqual(await systemctl(...argv), { out: [], err, status })));
}

test('of several units those that can be are started, and the status tells of the one that cannot', () =>
  withBench(example, async ({ manager, systemctl }) => {
    const ran = await systemctl('start', 'web', 'nope', 'other');
    assert.deepEqual(ran, { out: [], err: ['Failed to start nope.service: Unit nope.service not found.'], status: 5 });
    assert.deepEqual(manager.calls, ['start web.service replace', 'start nope.service replace', 'start other.service replace']);
  }));

test('a job that failed is explained by the result of its service, with the commands that tell more', () =>
  withBench(example, async ({ systemctl, tysctl }) => {
    assert.deepEqual(await systemctl('start', 'bad'), {
      out: [],
      err: [
        'Job for bad.service failed because the control process exited with error code.',
        'See "systemctl status bad.service" and "journalctl -xeu bad.service" for details.',
      ],
      status: 1,
    });
    assert.deepEqual((await tysctl('start', 'limited')).err, [
      'Job for limited.service failed because start of the service was attempted too often.',
      'See "tysctl status limited.service" and "tysctl logs -xeu limited.service" for details.',
      'To force a start use "tysctl reset-failed limited.service"',
      'followed by "tysctl start limited.service" again.',
    ]);
  }));

test('a job is explained by the result that its service had when it ended, whatever a restart has made of that since', () =>
  withBench(example, async ({ manager, systemctl }) => {
    manager.outcomes.set('web.service', 'failed');
    manager.unitResults.set('web.service', 'signal');
    const [told] = (await systemctl('start', 'web')).err;
    assert.equal(told, 'Job for web.service failed because a fatal signal was delivered to the control process.');
    assert.equal((await systemctl('start', 'web', '--wait')).err[0], told);
  }));

const results: readonly (readonly [result: 'canceled' | 'timeout' | 'dependency' | 'assert' | 'skipped', message: readonly string[]])[] = [
  ['canceled', ['Job for web.service canceled.']],
  ['timeout', ['Job for web.service timed out.']],
  ['dependency', ["A dependency job for web.service failed. See 'journalctl -xe' for details."]],
  ['assert', ['Assertion failed on job for web.service.']],
  ['skipped', []],
];

for (const [result, err] of results) {
  test(`a job that ends with ${result} is told in systemd's words`, () =>
    withBench(example, async ({ manager, systemctl }) => {
      manager.outcomes.set('web.service', result);
      assert.deepEqual(await systemctl('start', 'web'), { out: [], err, status: err.length === 0 ? 0 : 1 });
    }));
}

test('--no-block does not wait for a job that takes long', () =>
  withBench(example, async ({ manager, systemctl }) => {
    manager.slow.add('web.service');
    assert.deepEqual(await systemctl('start', '--no-block', 'web'), quiet);
    assert.deepEqual((await systemctl('list-jobs')).out, [
      'JOB UNIT        TYPE  STATE',
      '1   web.service start running',
      '',
      '1 jobs listed.',
    ]);
    assert.deepEqual((await systemctl('cancel')).status, 0);
    assert.deepEqual((await systemctl('list-jobs')).out, ['No jobs running.']);
  }));

test('-T names every job, and which of them was asked for', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('start', '-T', 'web', 'other'), {
      out: [],
      err: ['Enqueued anchor job 1 web.service/start.', 'Enqueued anchor job 2 other.service/start.'],
      status: 0,
    });
  }));

test('--wait waits until the unit has ended, and tells by its status how', () =>
  withBench(example, async ({ manager, systemctl }) => {
    const waiting = systemctl('start', '--wait', 'web');
    while (manager.unit('web.service')?.active !== 'active') await systemctl('is-active', 'web');
    manager.set('web.service', { active: 'failed', sub: 'failed' });
    assert.deepEqual(await waiting, { out: [], err: [], status: 1 });
  }));

test('a unit that was stopped and can come back by itself is warned of', () =>
  withBench(example, async ({ manager, systemctl }) => {
    manager.add('web.socket', { active: 'active', sub: 'listening' });
    manager.edge('web.service', 'TriggeredBy', 'web.socket');
    assert.deepEqual((await systemctl('stop', 'web')).err, [
      'Warning: Stopping web.service, but it can still be activated by:',
      '  web.socket',
    ]);
    assert.deepEqual((await systemctl('stop', 'web', 'web.socket')).err, []);
  }));

test('patterns mean the units that list-units shows', () =>
  withBench(example, async ({ manager, systemctl }) => {
    await systemctl('restart', 'w*', 'o?her.service');
    assert.deepEqual(manager.calls, []);
    await systemctl('restart', '--all', 'w*', 'o?her.service');
    assert.deepEqual(manager.calls, ['restart other.service replace', 'restart web.service replace']);
    assert.equal((await systemctl('start', 'zz*')).err[0], 'Warning: systemctl start called with a glob pattern.');
  }));

test('--dry-run shows the jobs and queues none', () =>
  withBench(example, async ({ manager, tysctl }) => {
    assert.deepEqual(await tysctl('start', '--dry-run', 'web'), { out: ['web.service: start'], err: [], status: 0 });
    assert.deepEqual(manager.calls, []);
  }));

test('kill, reset-failed, daemon-reload and the ways to end reach the manager', () =>
  withBench(example, async ({ manager, systemctl, run }) => {
    await systemctl('kill', '-s', 'HUP', '--kill-whom=main', 'web');
    await systemctl('reset-failed');
    await systemctl('reset-failed', 'bad');
    await systemctl('daemon-reload');
    await systemctl('poweroff', '--dry-run');
    await systemctl('exit', '7');
    await run('/sbin/reboot', ['-f']);
    assert.deepEqual(manager.calls, [
      'kill web.service main 1',
      'reset-failed *',
      'reset-failed bad.service',
      'reload',
      'exit exit false 7',
      'exit reboot true',
    ]);
  }));

test('where no manager answers, the message says where it was looked for and what to do', () =>
  withBench(
    example,
    async ({ directory, tysctl }) => {
      const ran = await tysctl('start', 'web');
      assert.equal(ran.status, 1);
      assert.match(
        ran.err.join('\n'),
        new RegExp(`^Failed to connect to tysd: ${directory}/control.sock: no such socket. Is it running\\? Try: tysd`),
      );
      assert.deepEqual(await tysctl('is-system-running'), { out: ['offline'], err: [], status: 1 });
    },
    false,
  ));

test('another container is refused with a reason', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('--machine=box', 'status')).err, [
      'tysd does not run containers: run tysctl inside the container instead.',
    ]);
  }));

test('what tysd does not have is said, with the reason and status 1', () =>
  withBench(example, async ({ systemctl, run, tysctl }) => {
    assert.deepEqual(await systemctl('whoami'), {
      out: [],
      err: ['systemctl: tysd does not have the verb whoami: status PID tells of which unit a process is.'],
      status: 1,
    });
    assert.deepEqual((await systemctl('suspend')).err, ['Call to Suspend failed: Sleep verb "suspend" not supported']);
    assert.deepEqual((await systemctl('star')).err, ['Unknown command verb star.']);
    assert.deepEqual(await run('systemd-analyze', ['srk']), {
      out: [],
      err: ['The verb srk is not there: tysd encrypts nothing with a TPM: try tpm2_readpublic, or systemd-analyze of systemd.'],
      status: 1,
    });
    assert.deepEqual(await tysctl('strat', 'web'), { out: [], err: ['Unknown command verb strat.', 'Did you mean start?'], status: 1 });
    assert.deepEqual((await tysctl('sttop', 'web')).err, ['Unknown command verb sttop.', 'Did you mean stop?']);
    assert.deepEqual(await tysctl('stat', 'web'), { out: [], err: ['Unknown command verb stat.', 'Did you mean status?'], status: 1 });
  }));

test('a job is waited for across a restart of the manager, and how one ended meanwhile is asked of the next manager', () =>
  withBench(example, async ({ manager, restart, systemctl }) => {
    manager.slow.add('web.service').add('other.service').add('my.target');
    const waiting = systemctl('start', 'web', 'other', 'my.target');
    while (manager.jobs().length < 3) await systemctl('is-active', 'web');
    const known = (unit: string, result?: JobResult) => {
      const job = manager.jobs().find((each) => each.unit === unit)?.id;
      assert.ok(job !== undefined);
      manager.lost.set(unit, { job, ...(result === undefined ? {} : { result }) });
    };
    known('web.service');
    // These end while nobody is connected.
    known('other.service', 'done');
    known('my.target', 'failed');
    const timesAsked = () => manager.calls.filter((call) => call.startsWith('outcome web.service ')).length;
    await restart();
    while (timesAsked() < 1) await systemctl('is-active', 'web');
    // It is replaced once more.
    await restart();
    while (timesAsked() < 2) await systemctl('is-active', 'web');
    manager.finish('web.service', 'timeout');
    assert.deepEqual(await waiting, {
      out: [],
      err: ['Job for my.target failed.', hint('my.target'), 'Job for web.service timed out.'],
      status: 1,
    });
  }));

test('--wait goes on waiting across a restart of the manager', () =>
  withBench(example, async ({ manager, restart, systemctl }) => {
    const waiting = systemctl('start', '--wait', 'web');
    while (manager.unit('web.service')?.active !== 'active') await systemctl('is-active', 'web');
    await restart();
    manager.set('web.service', { active: 'inactive', sub: 'dead' });
    assert.deepEqual(await waiting, quiet);
  }));

function hint(unit: string): string {
  return `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`;
}

test('--dry-run shows why each job is there as a tree, and circles in the order step by step', () =>
  withBench(
    (manager) => {
      manager.add('web.service');
      const file = '/etc/systemd/system';
      manager.previews.set('web.service', {
        jobs: [
          { unit: 'web.service', type: 'start', reason: 'requested' },
          {
            unit: 'db.service',
            type: 'start',
            reason: `Requires= of web.service (${file}/web.service:3)`,
            of: 'web.service',
            edge: { of: 'web.service', kind: 'Requires', unit: 'db.service', at: `${file}/web.service:3` },
          },
          {
            unit: 'old-db.service',
            type: 'stop',
            reason: `Conflicts= of db.service (${file}/db.service:4)`,
            of: 'db.service',
            edge: { of: 'db.service', kind: 'Conflicts', unit: 'old-db.service', at: `${file}/db.service:4` },
          },
          {
            unit: 'system.slice',
            type: 'start',
            reason: 'Requires= of web.service (implicit)',
            of: 'web.service',
            edge: { of: 'web.service', kind: 'Requires', unit: 'system.slice', at: 'implicit' },
          },
          { unit: 'late.service', type: 'start', reason: 'Wants= of up.target', of: 'up.target' },
        ],
        cycles: [
          {
            edges: [
              { of: 'b.service', kind: 'After', unit: 'a.service', at: `${file}/b.service:2` },
              { of: 'b.service', kind: 'Before', unit: 'a.service', at: `${file}/b.service:3` },
            ],
            dropped: 'b.service',
          },
        ],
        remarks: ['web.service: cannot add a job for gone.service, ignoring: Unit gone.service not found.'],
      });
    },
    async ({ tysctl }) => {
      assert.deepEqual((await tysctl('start', '--dry-run', 'web')).out, [
        'web.service: start',
        '├─db.service: start  Requires= /etc/systemd/system/web.service:3',
        '│ └─old-db.service: stop  Conflicts= /etc/systemd/system/db.service:4',
        '├─system.slice: start  Requires= (implicit)',
        '└─late.service: start  Wants= of up.target',
        'web.service: cannot add a job for gone.service, ignoring: Unit gone.service not found.',
        'The order has a circle, for which the job of b.service is left out:',
        '  b.service comes after a.service: After= in /etc/systemd/system/b.service:2',
        '  a.service comes after b.service: Before= in /etc/systemd/system/b.service:3',
      ]);
      const json = await tysctl('start', '--dry-run', '--json', 'web');
      const preview: { readonly jobs: readonly unknown[] } = JSON.parse(json.out.join(''));
      assert.equal(preview.jobs.length, 5);
    },
  ));
