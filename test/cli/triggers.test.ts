import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimestamp } from '../../src/base/timestamp.ts';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

const hour = 3_600_000_000;
const now = Date.now() * 1000;
const soon = now + 3 * 24 * hour + 12 * hour;
const later = now + 15 * 24 * hour;
const past = now - 4 * 24 * hour - 12 * hour;

function example(manager: FakeManager): void {
  const add = (name: string, sub: string, timer: { readonly nextUsec: number | null; readonly lastUsec: number }): void =>
    manager.add(name, { active: sub === 'dead' ? 'inactive' : 'active', sub, timer }, { Triggers: name.replace('timer', 'service') });
  add('later.timer', 'waiting', { nextUsec: later, lastUsec: 0 });
  add('soon.timer', 'waiting', { nextUsec: soon, lastUsec: past });
  add('over.timer', 'elapsed', { nextUsec: null, lastUsec: past });
  add('clock.timer', 'waiting', { nextUsec: 0, lastUsec: 0 });
  add('off.timer', 'dead', { nextUsec: null, lastUsec: 0 });
  manager.add(
    'b.path',
    { active: 'active', sub: 'waiting' },
    { Paths: '/run/b (x) (PathChanged)\n/run/a (PathExists)', Triggers: 'b.service' },
  );
  manager.add('a.path', { active: 'active', sub: 'running' }, { Paths: '/run/a (DirectoryNotEmpty)', Triggers: 'a.service' });
  manager.add('off.path', {}, { Paths: '/run/c (PathExists)', Triggers: 'off.service' });
}

/** Two columns as wide as a time and what is told of it. */
const never = `${'-'.padEnd(formatTimestamp(soon).length)} ${'-'.padEnd('2 weeks 0 days left'.length)}`;

test('list-timers shows what elapses first on top, and what elapses no more at the end', () =>
  withBench(example, async ({ systemctl }) => {
    const ago = `${formatTimestamp(past)} 4 days ago`;
    const nothing = `${'-'.padEnd(formatTimestamp(past).length)} -         `;
    const { out, err, status } = await systemctl('list-timers');
    assert.deepEqual(
      { out, err, status },
      {
        out: [
          `${'NEXT'.padEnd(formatTimestamp(soon).length)} ${'LEFT'.padEnd('2 weeks 0 days left'.length)} ${'LAST'.padEnd(formatTimestamp(past).length)} PASSED     UNIT        ACTIVATES`,
          `${never} ${nothing} clock.timer clock.service`,
          `${formatTimestamp(soon)} ${'3 days left'.padEnd('2 weeks 0 days left'.length)} ${ago} soon.timer  soon.service`,
          `${formatTimestamp(later)} 2 weeks 0 days left ${nothing} later.timer later.service`,
          `${never} ${ago} over.timer  over.service`,
          '',
          '4 timers listed.',
          'Pass --all to see loaded but inactive timers, too.',
        ],
        err: [],
        status: 0,
      },
    );
  }));

test('list-timers takes patterns, and has a header without rows too', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual((await systemctl('list-timers', 'nope*')).out, [
      'NEXT LEFT LAST PASSED UNIT ACTIVATES',
      '',
      '0 timers listed.',
      'Pass --all to see loaded but inactive timers, too.',
    ]);
    assert.deepEqual((await systemctl('list-timers', '--all', '--no-legend', 'off')).out, ['- - - - off.timer off.service']);
  }));

test('list-timers as JSON has the times as systemd has them', () =>
  withBench(example, async ({ systemctl }) => {
    const { out } = await systemctl('list-timers', '-o', 'json', 'soon.timer', 'over.timer');
    assert.deepEqual(JSON.parse(out.join('')), [
      { next: soon, left: soon, last: past, passed: past, unit: 'soon.timer', activates: 'soon.service' },
      { next: null, left: null, last: past, passed: past, unit: 'over.timer', activates: 'over.service' },
    ]);
  }));

test('list-paths shows each path with what it has to be, sorted', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('list-paths'), {
      out: [
        'PATH       CONDITION         UNIT   ACTIVATES',
        '/run/a     DirectoryNotEmpty a.path a.service',
        '/run/a     PathExists        b.path b.service',
        '/run/b (x) PathChanged       b.path b.service',
        '',
        '3 paths listed.',
        'Pass --all to see loaded but inactive paths, too.',
      ],
      err: [],
      status: 0,
    });
    const { out } = await systemctl('list-paths', '-o', 'json', '--all', 'off.path');
    assert.deepEqual(JSON.parse(out.join('')), [{ path: '/run/c', condition: 'PathExists', unit: 'off.path', activates: 'off.service' }]);
  }));

test('status tells when a timer elapses next', () =>
  withBench(example, async ({ systemctl }) => {
    const lineOf = async (unit: string): Promise<string | undefined> =>
      (await systemctl('status', unit)).out.find((line) => line.includes('Trigger:'));
    assert.equal(await lineOf('soon.timer'), `    Trigger: ${formatTimestamp(soon)}; 3 days left`);
    assert.equal(await lineOf('over.timer'), '    Trigger: n/a');
  }));
