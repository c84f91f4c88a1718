import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

test('what is less important than the level that was set is not logged, by this manager and the next', () => {
  const simulation = new Simulation({
    units: { 'default.target': '', 'a.service': '[Service]\nType=oneshot\nExecStart=/bin/a' },
    programs: { '/bin/a': { exit: 1, runUsec: 1000 } },
  }).boot();
  simulation.manager.setLogLevel('notice');
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.manager.managerProperties()['LogLevel'], 'notice');
  assert.ok(simulation.settings.includes('level notice'));
  const before = simulation.messages().length;
  simulation.manager.request('start', 'a.service', 'replace', 'test');
  simulation.clock.advance(5_000_000);
  const said = simulation.messages().slice(before);
  assert.ok(said.some((message) => message.includes("Failed with result 'exit-code'")));
  assert.ok(!said.some((message) => message.startsWith('Starting')));
});
