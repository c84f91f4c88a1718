import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagerConfig } from '../../src/manager/options.ts';
import { SECOND, Simulation } from './simulation.ts';

const SIGINT = 2;

function booted(config: Partial<ManagerConfig>, more: { readonly container?: boolean } = {}): Simulation {
  return new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': '[Service]\nExecStart=/bin/daemon\n' },
    init: true,
    adapt: (options) => {
      const whole = { ...options.config, ...config };
      return { ...options, ...more, config: whole, readConfig: () => whole };
    },
  }).boot();
}

function press(simulation: Simulation, times: number): void {
  for (let each = 0; each < times; each += 1) {
    simulation.keeper.signalled(SIGINT);
    simulation.clock.settle();
  }
}

test('Ctrl-Alt-Del that is pressed more than seven times in two seconds does what CtrlAltDelBurstAction= says', () => {
  const slow = { '/bin/daemon': { ignores: [15] } };
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': '[Service]\nExecStart=/bin/daemon\n' },
    init: true,
    programs: slow,
    adapt: (options) => ({ ...options, config: { ...options.config, controlAltDeleteBurst: 'poweroff-force' } }),
  }).boot();
  press(simulation, 7);
  assert.ok(!simulation.keeper.hasEnded);
  press(simulation, 1);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'poweroff' });
});

test('with CtrlAltDelBurstAction=none the machine goes down in order, however often the keys are pressed', () => {
  const simulation = booted({ controlAltDeleteBurst: 'none' });
  press(simulation, 20);
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'reboot' });
});

test('a machine is up for at least MinimumUptimeSec= before it ends, whoever is the manager by then', () => {
  const simulation = booted({ minimumUptimeUsec: 1_000_000 * SECOND });
  const left = 1_000_000 * SECOND - simulation.clock.now().monotonicUsec;
  simulation.manager.exit('reboot', false);
  simulation.clock.settle();
  assert.deepEqual([simulation.running(), simulation.keeper.hasEnded], [[], false]);
  simulation.clock.advance(left - SECOND);
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.ok(!simulation.keeper.hasEnded);
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'reboot' });
});

test('who asks by force, a container, and a machine that is up for long do not wait', () => {
  const early = { minimumUptimeUsec: 1_000_000 * SECOND };
  const ends = [
    { simulation: booted(early), force: true },
    { simulation: booted(early, { container: true }), force: false },
    { simulation: booted({ minimumUptimeUsec: 1 }), force: false },
  ].map(({ simulation, force }) => {
    simulation.manager.exit('poweroff', force);
    simulation.clock.settle();
    return simulation.keeper.hasEnded;
  });
  assert.deepEqual(ends, [true, true, true]);
});

test('clients may ask for ReloadLimitBurst= reloads in ReloadLimitIntervalSec=, also over a crash', () => {
  const simulation = booted({ reloadLimit: { intervalUsec: 10 * SECOND, burst: 2 } });
  assert.ok(simulation.manager.grantReload());
  simulation.manager.reload();
  simulation.clock.settle();
  assert.ok(simulation.manager.grantReload());
  simulation.clock.settle();
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.ok(!simulation.manager.grantReload());
  simulation.clock.advance(11 * SECOND);
  assert.ok(simulation.manager.grantReload());
});

test('messages call a unit as StatusUnitFormat= says', () => {
  const said = (['name', 'description', 'combined'] as const).map((statusUnitFormat) => {
    const simulation = new Simulation({
      units: { 'default.target': '', 'a.service': '[Unit]\nDescription=A service\n[Service]\nExecStart=/bin/daemon\n' },
      adapt: (options) => ({ ...options, config: { ...options.config, statusUnitFormat } }),
    }).boot();
    simulation.manager.request('start', 'a.service', 'replace', 'test');
    simulation.clock.settle();
    return simulation.lines.filter(({ unit }) => unit === 'a.service').map(({ text }) => text);
  });
  assert.deepEqual(said, [['Started a.service.'], ['Started A service.'], ['Started a.service - A service.']]);
});
