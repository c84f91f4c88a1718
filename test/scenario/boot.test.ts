import { test } from 'node:test';
import assert from 'node:assert/strict';
import { SECOND, Simulation } from './simulation.ts';

test('the default target is reached after the oneshot that it wants has ended', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service\n',
      'a.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/work\n',
    },
    programs: { '/bin/work': { runUsec: 5 * SECOND } },
  }).boot();
  assert.equal(simulation.state('a.service'), 'activating (start)');
  assert.equal(simulation.state('default.target'), 'inactive (dead)');
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('a.service'), 'active (exited)');
  assert.equal(simulation.state('default.target'), 'active (active)');
  assert.deepEqual(simulation.manager.jobs(), []);
});
