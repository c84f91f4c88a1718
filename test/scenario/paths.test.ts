import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation, type SimulationOptions } from './simulation.ts';

/** A path unit that is started at boot, and its service, which takes a millisecond. */
function watched(path: string, more: Partial<SimulationOptions> = {}): SimulationOptions {
  return {
    ...more,
    units: {
      'default.target': '[Unit]\nWants=a.path\n',
      'a.path': `[Path]\n${path}\n`,
      'a.service': '[Service]\nType=oneshot\nExecStart=/bin/work\n',
      ...more.units,
    },
  };
}

/** How often the service was run. */
function runs(simulation: Simulation): number {
  return simulation.keeper.batches
    .flatMap(({ commands }) => commands)
    .filter((command) => command.do === 'run' && command.group === 'a.service').length;
}

/** Writes files one after the other, each a second after the one before. */
function write(simulation: Simulation, ...paths: readonly string[]): void {
  for (const path of paths) {
    simulation.clock.advance(SECOND);
    simulation.files.write(path, 'x');
    simulation.clock.settle();
  }
  simulation.clock.advance(SECOND);
}

test('a file that changes runs the service each time', () => {
  const simulation = new Simulation(watched('PathChanged=/run/a')).boot();
  write(simulation, '/run/a', '/run/other', '/run/a', '/run/a');
  assert.deepEqual([runs(simulation), simulation.state('a.path')], [3, 'active (waiting)']);
});

/** What a few changes of files come to. */
function outcome(simulation: Simulation): unknown {
  write(simulation, '/run/a', '/run/a', '/spool/.hidden', '/run/a');
  return [runs(simulation), simulation.states(), simulation.keeper.descriptors().length];
}

test('nothing that happens is missed or doubled, wherever the manager is killed', () => {
  const options = watched('PathChanged=/run/a\nDirectoryNotEmpty=/spool');
  const whole = new Simulation(options).boot();
  const expected = outcome(whole);
  const events = Math.max(...whole.keeper.batches.map(({ acknowledge }) => acknowledge));
  assert.ok(events > 10);
  for (let sequence = 1; sequence <= events; sequence += 1) {
    const simulation = new Simulation(options);
    simulation.crashAt(sequence);
    assert.deepEqual(outcome(simulation.boot()), expected, `killed before event ${sequence}`);
  }
});

test('what changes while no manager is there runs the service once', () => {
  const simulation = new Simulation(watched('PathModified=/run/a')).boot();
  simulation.crash();
  simulation.files.write('/run/a', '1');
  simulation.files.write('/run/a', '2');
  simulation.startManager();
  simulation.clock.advance(SECOND);
  assert.equal(runs(simulation), 1);
});

test('a path that stays there fails the unit by the limit of its service', () => {
  const simulation = new Simulation(watched('PathExists=/run/a')).boot();
  write(simulation, '/run/a');
  simulation.clock.advance(SECOND);
  assert.deepEqual(
    [simulation.state('a.path'), simulation.manager.unit('a.path')?.result, runs(simulation)],
    ['failed (failed)', 'unit-start-limit-hit', 5],
  );
});

test('the limit of activations counts each once', () => {
  const simulation = new Simulation(
    watched('PathExists=/run/a\nTriggerLimitBurst=3\nTriggerLimitIntervalSec=100s', {
      units: { 'a.service': '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/work\n' },
    }),
  ).boot();
  write(simulation, '/run/a');
  assert.deepEqual(
    [simulation.state('a.path'), simulation.manager.unit('a.path')?.result, runs(simulation)],
    ['failed (failed)', 'trigger-limit-hit', 3],
  );
});

test('a reload keeps what is watched, and takes over what the file says now', () => {
  const simulation = new Simulation(watched('PathChanged=/run/a')).boot();
  simulation.manager.reload();
  write(simulation, '/run/a');
  assert.equal(runs(simulation), 1);
  simulation.files.write('/etc/systemd/system/a.path', '[Path]\nPathChanged=/run/b\n');
  simulation.manager.reload();
  write(simulation, '/run/a', '/run/b');
  assert.equal(runs(simulation), 2);
});

test('the service is told the path', () => {
  const simulation = new Simulation(
    watched('PathExistsGlob=/run/*.job', { units: { 'a.service': '[Service]\nExecStart=/bin/daemon\n' } }),
  ).boot();
  write(simulation, '/run/x.job');
  const [process] = simulation.keeper.processes();
  assert.deepEqual(
    process?.env.filter((entry) => entry.startsWith('TRIGGER_')),
    ['TRIGGER_UNIT=a.path', 'TRIGGER_PATH=/run/x.job'],
  );
});

test('a path unit that is stopped holds nothing', () => {
  const simulation = new Simulation(watched('PathChanged=/run/a')).boot();
  assert.equal(simulation.keeper.descriptors().length, 2);
  assert.ok(simulation.manager.request('stop', 'a.path', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.descriptors(), []);
});

test('a path unit that is stopped while its watches are made anew is unloaded, with its service', () => {
  const simulation = new Simulation({
    ...watched('PathModified=/run/a'),
    units: { 'default.target': '[Unit]\n', 'a.path': '[Path]\nPathModified=/run/a\n', 'a.service': '[Service]\nExecStart=/bin/daemon\n' },
  }).boot();
  simulation.manager.request('start', 'a.path', 'replace', 'test');
  write(simulation, '/run/a');
  assert.equal(simulation.state('a.service'), 'active (running)');
  simulation.files.unlink('/run/a');
  simulation.files.write('/run/a', 'x');
  simulation.manager.request('stop', 'a.path', 'replace', 'test');
  simulation.manager.request('stop', 'a.service', 'replace', 'test');
  simulation.clock.advance(SECOND);
  const names = simulation.manager.units().map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.startsWith('a.')),
    [],
  );
});
