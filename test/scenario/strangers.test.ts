import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SECOND, Simulation } from './simulation.ts';

test('of a flood of notifications by a stranger some are told, and again when there was rest', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\n' } }).boot();
  const stranger = simulation.keeper.outsider();
  const told = () => simulation.messages().filter((line) => /belongs to no unit, is ignored/.test(line)).length;
  for (let i = 0; i < 1000; i++) simulation.keeper.notifies(stranger, 'READY=1', 0);
  simulation.clock.settle();
  assert.equal(told(), 10);
  simulation.clock.advance(11 * SECOND);
  simulation.keeper.notifies(stranger, 'READY=1', 1);
  simulation.clock.settle();
  assert.equal(told(), 11);
  assert.deepEqual(
    simulation.keeper.descriptors().filter((name) => name.startsWith('notify/')),
    [],
  );
});
