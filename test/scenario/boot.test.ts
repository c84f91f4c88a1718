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

test('a default unit that is masked, or leads to nothing, gives way to rescue.target', () => {
  const service = '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/daemon';
  const rescue = { 'rescue.target': '[Unit]\nDefaultDependencies=no\nWants=shell.service', 'shell.service': service };
  const cases: readonly Readonly<Record<string, string>>[] = [
    { ...rescue, 'default.target': '-> /dev/null' },
    { ...rescue, 'default.target': '-> gone.target' },
  ];
  for (const units of cases) {
    const simulation = new Simulation({ units }).boot();
    assert.equal(simulation.state('shell.service'), 'active (running)');
    assert.ok(simulation.messages().includes('Falling back to rescue.target.'));
  }
});

test('the default unit is what default.target leads to, by links one after the other', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '-> middle.target',
      'middle.target': '-> end.target',
      'end.target': '[Unit]\nDefaultDependencies=no\nAllowIsolate=yes',
    },
  }).boot();
  assert.equal(simulation.state('end.target'), 'active (active)');
  assert.equal(simulation.state('default.target'), 'active (active)');
});
