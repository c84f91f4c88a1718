import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Simulation } from '../scenario/simulation.ts';

const count = 10_000;

test('10,000 services start, outlive a manager that is killed, are listed, and stop', () => {
  const names = Array.from({ length: count }, (_, i) => `s${i}.service`);
  const units = Object.fromEntries(names.map((name) => [name, '[Service]\nExecStart=/usr/bin/a-daemon\n']));
  const simulation = new Simulation({ units: { ...units, 'default.target': `[Unit]\nWants=${names.join(' ')}\n` } }).boot();
  const running = () => Object.values(simulation.states()).filter((state) => state === 'active (running)').length;
  assert.equal(running(), count);
  const pids = simulation.keeper.processes().map(({ pid }) => pid);
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(running(), count);
  assert.deepEqual(
    simulation.keeper.processes().map(({ pid }) => pid),
    pids,
  );
  simulation.manager.request('stop', 's5000.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(simulation.state('s5000.service'), 'inactive (dead)');
  for (const name of names) simulation.manager.request('stop', name, 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual([running(), simulation.running().length], [0, 0]);
});
