import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeManager } from '../api/fake-manager.ts';
import { eventLines } from '../../src/cli/monitor/events.ts';
import { makeStyle } from '../../src/cli/output/terminal.ts';
import { withBench, type Bench, type Ran } from './run.ts';

/** Runs `monitor` until it shows this text; the deeds are done when it has subscribed. */
async function monitored(bench: Bench, until: string, argv: readonly string[], deeds: () => void | Promise<void>): Promise<Ran> {
  bench.watching.until = until;
  const subscribed = bench.manager.subscribed();
  const ran = bench.tysctl('monitor', ...argv);
  await subscribed;
  await deeds();
  return ran;
}

const untimed = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, '').replace(/^ {13}/, '  '));

function prepare(manager: FakeManager): void {
  manager.add('web.service', { active: 'active', sub: 'running' });
  manager.add('other.service');
}

test('monitor shows changes of units and jobs as they happen, each in a line with its time', async () => {
  await withBench(prepare, async (bench) => {
    const { out, err, status } = await monitored(bench, 'reads its files', [], () => {
      bench.manager.request('start', 'other.service', 'replace', 'a test');
      bench.manager.tell({ change: 'job-new', job: 9, anchor: 8, unit: 'web.service', type: 'stop' });
      bench.manager.tell({ change: 'job-removed', job: 9, unit: 'web.service', result: 'canceled' });
      bench.manager.tell({ change: 'reloading', active: true });
    });
    assert.ok(out.every((line) => /^\d\d:\d\d:\d\d\.\d{3} /.test(line)));
    assert.deepEqual(
      { out: untimed(out), err, status },
      {
        out: [
          '→ other.service start job 1 queued',
          '● other.service active (running)',
          '✓ other.service start job 1 done',
          '→ web.service stop job 9 queued for job 8',
          '✗ web.service stop job 9 canceled',
          '• the manager reads its files anew',
        ],
        err: ['Waiting for what happens; Ctrl-C ends this.'],
        status: 0,
      },
    );
  });
});

test('monitor tells of a failure why, what was logged last, and what to type next', async () => {
  await withBench(prepare, async (bench) => {
    const entry = { usec: 1, monotonicUsec: 1, unit: 'web.service', from: 'active (running)', cause: 'main process exited with status 3' };
    bench.manager.entries.push({ what: 'state', ...entry, to: 'failed (failed)' });
    const { out } = await monitored(bench, 'Next', ['-n', '2', 'web'], () => {
      bench.manager.set('other.service', { active: 'active', sub: 'running' });
      bench.manager.set('web.service', { active: 'failed', sub: 'failed' });
    });
    assert.deepEqual(untimed(out), [
      '× web.service failed: main process exited with status 3',
      '    │ the last 2 own lines of web.service',
      '    Next: tysctl why web.service  or  tysctl status web.service',
    ]);
  });
});

test('what monitor says is to be typed leads to the manager that was asked', async () => {
  await withBench(prepare, async (bench) => {
    const place = `--runtime-directory=${bench.directory}`;
    const { out } = await monitored(bench, 'Next', [place, 'web'], () => {
      bench.manager.set('web.service', { active: 'failed', sub: 'failed' });
    });
    assert.equal(untimed(out).at(-1), `    Next: tysctl ${place} why web.service  or  tysctl ${place} status web.service`);
  });
});

test('what is told of a failure keeps to the width of the terminal', () => {
  const failure = { usec: 1, event: 'failure', unit: 'a.service', cause: 'the main process exited with status 3' } as const;
  const event = { ...failure, log: ['Nov 30 host a[1]: cannot open the file'], next: ['tysctl why a.service', 'tysctl status a.service'] };
  const style = makeStyle({ colours: false, unicode: true });
  assert.deepEqual(eventLines(event, style, 32), [
    '× a.service failed: the main',
    '  process exited with status 3',
    '  │ Nov 30 host a[1]: cannot o…e',
    '  Next: tysctl why a.service  or',
    '    tysctl status a.service',
  ]);
});

test('monitor that is interrupted says nothing of a manager that is gone', async () => {
  await withBench(prepare, async (bench) => {
    const { out, status } = await monitored(bench, 'never', [], async () => {
      const seen = new Promise<void>((resolve) => (bench.watching.seen = () => resolve()));
      bench.manager.set('other.service', { active: 'active', sub: 'running' });
      await seen;
      process.emit('SIGTERM');
    });
    await bench.restart();
    assert.deepEqual([untimed(out), status], [['● other.service active (running)'], 0]);
  });
});

test('monitor goes on with the next manager, and tells what changed meanwhile', async () => {
  await withBench(prepare, async (bench) => {
    const { out, status } = await monitored(bench, 'web.service inactive', [], async () => {
      const seen = new Promise<void>((resolve) => (bench.watching.seen = () => resolve()));
      bench.manager.set('other.service', { active: 'active', sub: 'running' });
      await seen;
      await bench.restart(() => bench.manager.set('web.service', { active: 'inactive', sub: 'dead' }));
    });
    assert.deepEqual(untimed(out), [
      '● other.service active (running)',
      '• the manager is gone: waiting for the next',
      '• the manager is back',
      '○ web.service inactive (dead)',
    ]);
    assert.equal(status, 0);
  });
});

test('monitor -o json prints one object for each event', async () => {
  await withBench(prepare, async (bench) => {
    const { out, err } = await monitored(bench, '"failure"', ['-q', '-o', 'json'], () => {
      bench.manager.request('stop', 'web.service', 'replace', 'a test');
      bench.manager.set('web.service', { active: 'failed', sub: 'failed' });
    });
    const events = out.map((line): unknown => JSON.parse(line, (key, value: unknown) => (key === 'usec' ? typeof value : value)));
    const usec = 'number';
    const unit = 'web.service';
    assert.deepEqual(events, [
      { usec, event: 'job-new', unit, job: 1, type: 'stop', anchor: 1 },
      { usec, event: 'unit', unit, active: 'inactive', sub: 'dead' },
      { usec, event: 'job-removed', unit, job: 1, type: 'stop', result: 'done' },
      { usec, event: 'unit', unit, active: 'failed', sub: 'failed' },
      {
        usec,
        event: 'failure',
        unit,
        log: ['the last 5 own lines of web.service'],
        next: ['tysctl why web.service', 'tysctl status web.service'],
      },
    ]);
    assert.deepEqual(err, []);
  });
});

test('without a manager monitor says so', async () => {
  await withBench(
    prepare,
    async ({ tysctl }) => {
      const { status, err } = await tysctl('monitor');
      assert.deepEqual([status, /Is it running\?/.test(err.join())], [1, true]);
    },
    false,
  );
});
