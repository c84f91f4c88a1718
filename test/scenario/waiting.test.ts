import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation } from './simulation.ts';

test('each job tells what it waits for by which line, what its unit does, and what happens at which time', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=slow.service after.service before.service\n',
      'slow.service': '[Service]\nType=oneshot\nTimeoutStartSec=90\nExecStart=/bin/slow\n',
      'after.service': '[Unit]\nJobTimeoutSec=30\nAfter=slow.service\n[Service]\nExecStart=/bin/daemon\n',
      'before.service': '[Unit]\nBefore=after.service\n[Service]\nType=oneshot\nExecStart=/bin/slow\n',
    },
    programs: { '/bin/slow': { runUsec: 1000 * SECOND } },
  }).boot();
  simulation.clock.advance(10 * SECOND);
  const now = simulation.clock.now().realtimeUsec;
  const jobs = simulation.manager.waiting();
  const of = (unit: string) => jobs.find((job) => job.unit === unit);
  const slow = of('slow.service');
  const after = of('after.service');
  assert.deepEqual(slow, {
    job: slow?.job,
    unit: 'slow.service',
    title: 'slow.service',
    type: 'start',
    state: 'running',
    cause: 'Wants= of default.target (/etc/systemd/system/default.target:2)',
    sinceUsec: now - 10 * SECOND,
    deadline: { usec: now + 80 * SECOND, outcome: 'it is stopped, and its start has failed (TimeoutStartSec=)' },
    now: `start: /bin/slow runs (process ${simulation.manager.unit('slow.service')?.mainPid ?? 0})`,
    waitsFor: [],
  });
  assert.deepEqual(
    [after?.state, after?.deadline, after?.waitsFor.map(({ edge }) => edge)],
    [
      'waiting',
      { usec: now + 20 * SECOND, outcome: 'the start job fails (JobTimeoutSec= or JobRunningTimeoutSec=)' },
      [
        { of: 'after.service', kind: 'After', unit: 'slow.service', at: '/etc/systemd/system/after.service:3' },
        { of: 'after.service', kind: 'After', unit: 'before.service', at: '/etc/systemd/system/before.service:2' },
      ],
    ],
  );
});

test('a unit that is being stopped tells what is left to happen to it, and where nothing is queued nothing waits', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': '[Service]\nTimeoutStopSec=20\nExecStart=/bin/daemon\n' },
    programs: { '/bin/daemon': { ignores: [15] } },
  }).boot();
  assert.deepEqual(simulation.manager.waiting(), []);
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'somebody').ok);
  simulation.clock.settle();
  const now = simulation.clock.now().realtimeUsec;
  assert.deepEqual(
    simulation.manager.waiting().map(({ cause, deadline }) => ({ cause, deadline })),
    [{ cause: 'somebody', deadline: { usec: now + 20 * SECOND, outcome: 'what is left of it is ended by force (TimeoutStopSec=)' } }],
  );
});
