import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation } from './simulation.ts';

const units = {
  'default.target': '[Unit]\nWants=a.service\n',
  'a.service': '[Service]\nExecStart=/bin/daemon\nExecReload=/bin/true\n',
};

function mark({ manager }: Simulation, value: string): string {
  const marked = manager.setProperties('a.service', [{ name: 'Markers', value }], { runtime: false });
  return marked.ok ? (manager.properties('a.service')?.['Markers'] ?? 'no property') : marked.error.message;
}

test('markers are known to the next manager, and leave no file behind', () => {
  const simulation = new Simulation({ units }).boot();
  assert.equal(mark(simulation, 'needs-restart'), 'needs-restart');
  assert.equal(mark(simulation, '+needs-reload'), 'needs-reload needs-restart');
  assert.equal(mark(simulation, 'needs-restart +needs-reload'), 'Bad marker syntax.');
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(simulation.manager.marked(), [{ unit: 'a.service', markers: ['needs-reload', 'needs-restart'] }]);
  assert.deepEqual(simulation.files.list('/etc/systemd/system.control'), []);
});

test('a reload takes its marker away, a restart or a stop takes all', () => {
  for (const [job, left] of [
    ['reload', 'needs-restart'],
    ['restart', ''],
    ['stop', ''],
  ] as const) {
    const simulation = new Simulation({ units }).boot();
    assert.equal(mark(simulation, 'needs-reload needs-restart'), 'needs-reload needs-restart');
    assert.ok(simulation.manager.request(job, 'a.service', 'replace', 'test').ok);
    simulation.clock.advance(SECOND);
    assert.equal(simulation.manager.properties('a.service')?.['Markers'], left, job);
  }
});
