import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeStyle } from '../../src/cli/output/terminal.ts';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

const at = (usec: number, unit: string) => ({ usec, monotonicUsec: usec, unit });

function example(manager: FakeManager): void {
  manager.add('web.service', { active: 'failed', sub: 'failed', result: 'exit-code' });
  manager.add('needy.service');
  manager.add('masked.service', { load: 'masked' });
  manager.add('broken.service', { load: 'bad-setting' });
  manager.outcomes.set('web.service', 'failed');
  manager.outcomes.set('needy.service', 'dependency');
  manager.entries.push(
    { what: 'job', ...at(1, 'needy.service'), job: 1, type: 'start', cause: 'somebody', anchor: 1 },
    {
      what: 'job',
      ...at(1, 'web.service'),
      job: 2,
      type: 'start',
      cause: 'somebody',
      anchor: 1,
      reason: { because: 'dependency', kind: 'Requires', of: 'needy.service' },
    },
    { what: 'state', ...at(2, 'web.service'), from: 'inactive (dead)', to: 'activating (start)', cause: 'start job 2' },
    {
      what: 'state',
      ...at(3, 'web.service'),
      from: 'activating (start)',
      to: 'failed (failed)',
      result: 'exit-code',
      cause: '/bin/web exited with status 4',
      invocation: 'abc',
    },
    { what: 'end', ...at(3, 'needy.service'), job: 1, type: 'start', result: 'dependency', by: 'web.service' },
  );
}

const screen = {
  style: makeStyle({ colours: false, unicode: true }),
  width: 100,
  status: () => undefined,
  canRedraw: true,
};

const ofWeb = [
  'Job for web.service failed because the control process exited with error code.',
  'See "tysctl status web.service" and "tysctl logs -xeu web.service" for details.',
];

test('on a terminal a job that failed is followed by what failed, where that stands, the last words and what to type next', () =>
  withBench(example, async ({ tysctl, watching }) => {
    assert.deepEqual(await tysctl('start', 'web'), { out: [], err: ofWeb, status: 1 });
    watching.errors = screen;
    assert.deepEqual(await tysctl('start', 'web'), {
      out: [],
      err: [
        ...ofWeb,
        '  × it became failed: /bin/web exited with status 4',
        '    /etc/systemd/system/web.service:2: ExecStart=/bin/web',
        '    │ the last 5 own lines of web.service',
        '  Next: tysctl why web.service',
      ],
      status: 1,
    });
    assert.deepEqual((await tysctl('-q', 'start', 'web')).err, []);
  }));

test('where another unit is to blame, its failure is told', () =>
  withBench(example, async ({ tysctl, watching }) => {
    const words = "A dependency job for needy.service failed. See 'tysctl logs -xe' for details.";
    assert.deepEqual((await tysctl('start', 'needy')).err, [words]);
    watching.errors = screen;
    assert.deepEqual((await tysctl('start', 'needy')).err, [
      words,
      '  × it was not started, as a unit that it needs was not (web.service)',
      '  × web.service became failed: /bin/web exited with status 4',
      '    /etc/systemd/system/web.service:2: ExecStart=/bin/web',
      '    │ the last 5 own lines of web.service',
      '  Next: tysctl why needy.service',
    ]);
  }));

test('a request that is refused is followed by what is wrong, on a terminal only', () =>
  withBench(example, async ({ systemctl, watching }) => {
    const masked = ['Failed to start masked.service: Unit masked.service is masked.'];
    const broken = [
      'Failed to start broken.service: Unit broken.service has a bad unit file setting.',
      "See system logs and 'systemctl status broken.service' for details.",
    ];
    assert.deepEqual([(await systemctl('start', 'masked')).err, (await systemctl('start', 'broken')).err], [masked, broken]);
    watching.errors = screen;
    assert.deepEqual(
      [(await systemctl('start', 'masked')).err, (await systemctl('start', 'broken')).err],
      [
        [...masked, '  Next: systemctl unmask masked.service'],
        [...broken, '  /etc/broken.service:7: Unknown key Foo=.', '  Next: systemctl edit --full broken.service'],
      ],
    );
  }));

test('what is to be typed leads to the manager that was asked', () =>
  withBench(example, async ({ tysctl, systemctl, watching, directory, manager }) => {
    const place = `--runtime-directory=${directory}`;
    watching.errors = screen;
    const web = (await tysctl('--user', place, 'start', 'web')).err;
    assert.deepEqual(
      [web[1], web.at(-1)],
      [
        `See "tysctl --user ${place} status web.service" and "tysctl --user ${place} logs -xeu web.service" for details.`,
        `  Next: tysctl --user ${place} why web.service`,
      ],
    );
    // journalctl has no such option.
    assert.equal(
      (await systemctl(place, 'start', 'web')).err[1],
      `See "systemctl ${place} status web.service" and "tysctl ${place} logs -xeu web.service" for details.`,
    );
    assert.equal(
      (await systemctl(place, 'start', 'needy')).err[0],
      `A dependency job for needy.service failed. See 'tysctl ${place} logs -xe' for details.`,
    );
    assert.deepEqual((await systemctl(place, 'start', 'broken')).err, [
      'Failed to start broken.service: Unit broken.service has a bad unit file setting.',
      `See system logs and 'systemctl ${place} status broken.service' for details.`,
      '  /etc/broken.service:7: Unknown key Foo=.',
      `  Next: systemctl ${place} edit --full broken.service`,
    ]);
    assert.equal((await tysctl(place, 'why', 'web')).out.at(-1), `  To try again: tysctl ${place} restart web.service`);
    manager.outcomes.set('made.service', 'failed');
    assert.equal((await tysctl(place, 'run', '--unit=made', 'true')).err.at(-1), `  Next: tysctl ${place} why made.service`);
  }));
