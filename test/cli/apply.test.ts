import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

function changed(manager: FakeManager): void {
  for (const unit of ['db.service', 'web.service', 'old.service']) manager.add(unit, { active: 'active', sub: 'running' });
  manager.changes.push(
    {
      unit: 'db.service',
      active: 'active',
      settings: [{ setting: 'ExecStart', before: '/bin/db', after: '/bin/db -v', takes: 'restart' }],
      dependencies: [],
      needsRestart: true,
    },
    {
      unit: 'old.service',
      active: 'active',
      load: { before: 'loaded', after: 'not-found' },
      settings: [],
      dependencies: [],
      needsRestart: false,
    },
    {
      unit: 'web.service',
      active: 'active',
      settings: [
        { setting: 'Description', after: 'Web', takes: 'reload' },
        { setting: 'Nice', before: '5', takes: 'restart' },
      ],
      dependencies: [
        { change: 'removed', key: 'Wants', unit: 'old.service', at: '/etc/web.service:2' },
        { change: 'added', key: 'After', unit: 'db.service' },
      ],
      needsRestart: true,
    },
  );
}

const preview = [
  'db.service (active, needs a restart)',
  '  - ExecStart=/bin/db',
  '  + ExecStart=/bin/db -v  at its next start',
  '',
  'old.service (active)',
  '  it is loaded, and will be not-found',
  '',
  'web.service (active, needs a restart)',
  '  + Description=Web',
  '  - Nice=5',
  '  + Nice=  at its next start',
  '  - Wants=old.service  (/etc/web.service:2)',
  '  + After=db.service',
  '',
  'To be restarted for it: db.service, web.service',
];

test('diff shows settings and dependencies, and does nothing', () =>
  withBench(changed, async ({ tysctl, manager }) => {
    assert.deepEqual(await tysctl('diff'), { out: preview, err: [], status: 1 });
    const json: readonly unknown[] = JSON.parse((await tysctl('diff', '--json')).out.join(''));
    assert.deepEqual([json.length, manager.calls], [3, []]);
  }));

test('apply without a person and without --yes does nothing but show it', () =>
  withBench(changed, async ({ tysctl, manager }) => {
    const { out, err, status } = await tysctl('apply');
    assert.deepEqual([out, err, status], [preview, ['Nothing was done. With --yes it is done without asking.'], 1]);
    assert.deepEqual(manager.calls, []);
  }));

test('apply --yes reloads, then restarts what needs it', () =>
  withBench(changed, async ({ tysctl, manager }) => {
    const { status } = await tysctl('apply', '--yes');
    assert.deepEqual([status, manager.calls], [0, ['reload', 'try-restart db.service replace', 'try-restart web.service replace']]);
  }));

test('apply --dry-run shows it and does nothing, whatever else is said', () =>
  withBench(changed, async ({ tysctl, manager }) => {
    assert.deepEqual(await tysctl('apply', '--yes', '--dry-run'), { out: preview, err: [], status: 0 });
    assert.deepEqual(manager.calls, []);
  }));

test('where nothing would change, neither does anything', () =>
  withBench(
    () => undefined,
    async ({ tysctl, manager }) => {
      const nothing = { out: ['Nothing that is loaded would change.'], err: [], status: 0 };
      assert.deepEqual([await tysctl('diff'), await tysctl('apply', '--yes'), manager.calls], [nothing, nothing, []]);
    },
  ));
