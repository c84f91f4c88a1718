import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

const path = '/etc/systemd/system';

test('what a reload would change is told by settings and dependencies, and only what runs and needs it is to be restarted', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service b.service same.service\n',
      'a.service': '[Unit]\nDescription=A\n[Service]\nExecStart=/bin/daemon --old\nRestartSec=5\nUMask=0027\n',
      'b.service': '[Service]\nExecStart=/bin/daemon\nTimeoutStopSec=10\n',
      'same.service': '[Service]\nExecStart=/bin/daemon\n',
      'gone.service': '[Service]\nExecStart=/bin/daemon\n',
      'off.service': '[Service]\nExecStart=/bin/daemon\n',
    },
  }).boot();
  for (const unit of ['gone.service']) assert.ok(simulation.manager.request('start', unit, 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.manager.pending(), []);
  simulation.files.write(
    `${path}/a.service`,
    '[Unit]\nAfter=b.service\n[Service]\nExecStart=/bin/daemon --new\n# the same\nRestartSec=5s\nUMask=0022\n',
  );
  simulation.files.write(`${path}/b.service`, '[Service]\nTimeoutStopSec=20\nExecStart=/bin/daemon\n');
  simulation.files.write(`${path}/same.service`, '# another comment\n[Service]\nExecStart="/bin/daemon"\n');
  simulation.files.unlink(`${path}/gone.service`);
  simulation.clock.advance(1000);
  assert.deepEqual(simulation.manager.pending(), [
    {
      unit: 'a.service',
      active: 'active',
      settings: [
        { setting: 'Description', before: 'A', takes: 'reload' },
        { setting: 'UMask', before: '0027', after: '0022', takes: 'restart' },
        { setting: 'ExecStart', before: '/bin/daemon --old', after: '/bin/daemon --new', takes: 'restart' },
      ],
      dependencies: [{ change: 'added', key: 'After', unit: 'b.service', at: `${path}/a.service:2` }],
      needsRestart: true,
    },
    {
      unit: 'b.service',
      active: 'active',
      settings: [{ setting: 'TimeoutStopSec', before: '10s', after: '20s', takes: 'reload' }],
      dependencies: [],
      needsRestart: false,
    },
    {
      unit: 'gone.service',
      active: 'active',
      load: { before: 'loaded', after: 'not-found' },
      settings: [],
      dependencies: [],
      needsRestart: false,
    },
  ]);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(simulation.manager.pending(), []);
});
