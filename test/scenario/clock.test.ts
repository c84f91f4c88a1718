import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SECOND, Simulation } from './simulation.ts';

const year = 365 * 24 * 3600 * SECOND;
const minute = 60 * SECOND;
const hour = 60 * minute;

const units = {
  'default.target': '[Unit]\nWants=up.service crashes.service often.timer tens.timer late.service\n',
  'up.service': '[Service]\nExecStart=/usr/bin/up-daemon\nRuntimeMaxSec=2h\n',
  'crashes.service': '[Service]\nExecStart=/usr/bin/crash\nRestart=always\nRestartSec=1min\nStartLimitIntervalSec=0\n',
  'often.timer': '[Timer]\nOnActiveSec=1min\nOnUnitActiveSec=1min\nAccuracySec=1us\nUnit=often.service\n',
  'often.service': '[Service]\nType=oneshot\nExecStart=/usr/bin/often\n',
  'tens.timer': '[Timer]\nOnCalendar=*:0/10\nAccuracySec=1us\nUnit=tens.service\n',
  'tens.service': '[Service]\nType=oneshot\nExecStart=/usr/bin/tens\n',
  'late.service': '[Service]\nType=notify\nTimeoutStartSec=30min\nExecStart=/usr/bin/late-daemon\n',
};

/** A machine whose runs of programs are counted. */
function machine() {
  const runs = new Map<string, number>();
  const counted =
    (runUsec: number) =>
    (_run: number, [name = '']: readonly string[]) => {
      runs.set(name, (runs.get(name) ?? 0) + 1);
      return { runUsec };
    };
  const programs = { '/usr/bin/crash': counted(1000), '/usr/bin/often': counted(1000), '/usr/bin/tens': counted(1000) };
  const simulation = new Simulation({ units, programs }).boot();
  const set = (usec: number) => {
    simulation.clock.jump(usec);
    simulation.keeper.readable('manager/clock');
    simulation.clock.settle();
  };
  return { simulation, set, runs: (name: string) => runs.get(`/usr/bin/${name}`) ?? 0 };
}

for (const [what, jump] of [
  ['back a year', -year],
  ['forward a year', year],
] as const) {
  test(`a clock that is set ${what} moves no timeout, no restart and no monotonic timer; calendar timers follow it`, () => {
    const plain = machine();
    const moved = machine();
    for (const { simulation } of [plain, moved]) simulation.clock.advance(15 * minute);
    const tens = moved.runs('tens');
    assert.ok(tens > 0);
    moved.set(jump);
    // An elapse that the clock jumped over is made good once, not once for each that it jumped over.
    assert.equal(moved.runs('tens') - tens, jump > 0 ? 1 : 0);
    for (const { simulation } of [plain, moved]) simulation.clock.advance(hour);
    for (const name of ['often', 'crash']) assert.equal(moved.runs(name), plain.runs(name), name);
    assert.deepEqual(moved.simulation.states(), plain.simulation.states());
    assert.equal(moved.simulation.state('late.service'), 'failed (failed)');
    assert.equal(moved.simulation.state('up.service'), 'active (running)');
    // What triggered in what is now the future may do so again, as in systemd.
    assert.equal(moved.runs('tens') - tens, jump > 0 ? 7 : 6);
    moved.simulation.clock.advance(hour);
    assert.equal(moved.simulation.state('up.service'), 'failed (failed)');
  });
}

test('a machine that slept for a week finds its timeouts where they were, and each calendar timer elapses once for all that was missed', () => {
  const { simulation, set, runs } = machine();
  simulation.clock.advance(50 * SECOND);
  const [often, tens, crash] = [runs('often'), runs('tens'), runs('crash')];
  // CLOCK_MONOTONIC stands still meanwhile, so a suspend is a jump of the wall clock alone.
  set(7 * 24 * hour);
  assert.deepEqual([runs('often'), runs('tens'), runs('crash')], [often, tens + 1, crash]);
  assert.equal(simulation.state('late.service'), 'activating (start)');
  simulation.clock.advance(30 * minute);
  assert.equal(simulation.state('late.service'), 'failed (failed)');
  assert.equal(runs('tens'), tens + 4);
});

test('a manager that dies while the clock is set back a year goes on as if it had not', () => {
  const { simulation, runs } = machine();
  simulation.clock.advance(30 * SECOND);
  const crash = runs('crash');
  simulation.crash();
  simulation.clock.jump(-year);
  simulation.keeper.readable('manager/clock');
  simulation.startManager();
  simulation.clock.settle();
  simulation.clock.advance(10 * minute);
  assert.equal(runs('crash'), crash + 10);
  assert.equal(simulation.state('up.service'), 'active (running)');
});
