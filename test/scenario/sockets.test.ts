import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation } from './simulation.ts';

const held = 'socket/web.socket/0';

/** A socket whose service conflicts with one that runs. */
function rivals(socket: string): Simulation {
  return new Simulation({
    units: {
      'default.target': '[Unit]\nRequires=web.socket rival.service\n',
      'web.socket': `[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/sock\n${socket}\n`,
      'web.service': '[Unit]\nConflicts=rival.service\n[Service]\nExecStart=/bin/daemon web\n',
      'rival.service': '[Service]\nExecStart=/bin/daemon rival\n',
      'slow.service': '[Service]\nType=oneshot\nExecStart=/bin/slow\n',
    },
    programs: { '/bin/slow': { runUsec: 10 * SECOND } },
  }).boot();
}

function ask(simulation: Simulation, job: 'start' | 'stop', unit: string): void {
  simulation.manager.request(job, unit, 'replace', 'test');
  simulation.clock.settle();
}

function traffic(simulation: Simulation): void {
  simulation.keeper.readable(held);
  simulation.clock.settle();
}

test('without DeferTrigger= the service takes the place of what it conflicts with', () => {
  const simulation = rivals('');
  traffic(simulation);
  assert.deepEqual(simulation.running(), ['/bin/daemon web']);
});

test('with DeferTrigger= it waits for the jobs that are queued, also over a crash, and starts when the other is gone', () => {
  const simulation = rivals('DeferTrigger=yes');
  ask(simulation, 'start', 'slow.service');
  traffic(simulation);
  assert.equal(simulation.state('web.socket'), 'active (deferred)');
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.state('web.socket'), 'active (deferred)');
  ask(simulation, 'stop', 'rival.service');
  assert.equal(simulation.state('web.socket'), 'active (deferred)');
  simulation.clock.advance(11 * SECOND);
  assert.deepEqual([simulation.state('web.socket'), simulation.running()], ['active (running)', ['/bin/daemon web']]);
});

test('with DeferTrigger=yes the socket fails when no job is left and the other stays', () => {
  const simulation = rivals('DeferTrigger=yes');
  traffic(simulation);
  assert.deepEqual([simulation.state('web.socket'), simulation.running()], ['failed (failed)', ['/bin/daemon rival']]);
});

test('with DeferTrigger=patient it waits until the other ends by itself, or its time is over', () => {
  const patient = rivals('DeferTrigger=patient\nDeferTriggerMaxSec=60');
  traffic(patient);
  patient.clock.advance(30 * SECOND);
  assert.equal(patient.state('web.socket'), 'active (deferred)');
  const [rival] = patient.keeper.processes();
  patient.keeper.kill(rival?.pid ?? 0, 15);
  patient.clock.settle();
  assert.deepEqual([patient.state('web.socket'), patient.running()], ['active (running)', ['/bin/daemon web']]);
  const impatient = rivals('DeferTrigger=patient\nDeferTriggerMaxSec=60');
  traffic(impatient);
  impatient.clock.advance(61 * SECOND);
  assert.deepEqual([impatient.state('web.socket'), impatient.running()], ['failed (failed)', ['/bin/daemon rival']]);
});

test('the time of silence that a poll limit brings goes on over a crash', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nRequires=web.socket\n',
      'web.socket': '[Socket]\nListenStream=/run/sock\nPollLimitIntervalSec=30\nPollLimitBurst=2\n',
      'web.service': '[Service]\nExecStart=/bin/once\n',
    },
    programs: { '/bin/once': { runUsec: 1000 } },
  }).boot();
  for (let round = 0; round < 3; round += 1) {
    traffic(simulation);
    simulation.clock.advance(SECOND);
  }
  const starts = (): number =>
    simulation.keeper.batches.flatMap(({ commands }) =>
      commands.filter((command) => command.do === 'run' && command.group === 'web.service'),
    ).length;
  assert.equal(starts(), 2);
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  traffic(simulation);
  assert.equal(starts(), 2);
  simulation.clock.advance(30 * SECOND);
  traffic(simulation);
  assert.equal(starts(), 3);
});
