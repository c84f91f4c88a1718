import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Inheritance } from '../../src/exec/inheritance.ts';
import { Simulation } from './simulation.ts';

test('a plan says of what a process has from the manager in which line of its configuration it stands', () => {
  const simulation = booted('[Service]\nExecStart=/bin/daemon\nTimerSlackNSec=5\n', { TimerSlackNSec: 77, CPUAffinity: [[0]] });
  const plan = simulation.manager.plan('a.service');
  assert.ok(plan.ok);
  const ops = plan.value.flatMap((command) => command.ops).filter(({ op }) => op === 'timer-slack' || op === 'affinity');
  assert.deepEqual(
    ops.map(({ op, setting, at }) => [op, setting, at]),
    [
      ['affinity', 'CPUAffinity', '/etc/systemd/system.conf:7'],
      ['timer-slack', 'TimerSlackNSec', '/etc/systemd/system/a.service:3'],
    ],
  );
});

function booted(text: string, inherited: Inheritance): Simulation {
  const places = new Map([
    ['CPUAffinity', '/etc/systemd/system.conf:7'],
    ['TimerSlackNSec', '/etc/systemd/system.conf:8'],
  ]);
  return new Simulation({
    units: { 'default.target': '', 'a.service': text },
    adapt: (options) => ({ ...options, config: { ...options.config, inherited, places } }),
  }).boot();
}
