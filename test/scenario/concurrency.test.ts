import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND, Simulation } from './simulation.ts';

const member = (more = ''): string => `[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/daemon\nSlice=x.slice\n${more}`;

function booted(slice: string, more: Readonly<Record<string, string>> = {}): Simulation {
  return new Simulation({
    units: {
      'default.target': '',
      'x.slice': `[Slice]\n${slice}\n`,
      ...Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.service`, member()])),
      ...more,
    },
  }).boot();
}

function start(simulation: Simulation, ...names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => {
    const asked = simulation.manager.request('start', name, 'replace', 'test');
    simulation.clock.settle();
    return asked.ok ? undefined : asked.error.message;
  });
}

const states = (simulation: Simulation, ...names: readonly string[]): readonly string[] =>
  names.map((name) => simulation.state(`${name}.service`));
const up = 'active (running)';
const down = 'inactive (dead)';

test('starts beyond ConcurrencySoftMax= wait until another unit of the slice has ended, in the order of their names', () => {
  const simulation = booted('ConcurrencySoftMax=2');
  assert.deepEqual(start(simulation, 'd.service', 'a.service', 'c.service', 'b.service'), [undefined, undefined, undefined, undefined]);
  assert.deepEqual(states(simulation, 'a', 'b', 'c', 'd'), [up, down, down, up]);
  simulation.manager.request('stop', 'd.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b', 'c', 'd'), [up, up, down, down]);
  assert.equal(simulation.manager.properties('x.slice')?.['NCurrentlyActive'], '2');
});

test('what waits for room says so, and for whom', () => {
  const simulation = booted('ConcurrencySoftMax=1');
  start(simulation, 'a.service', 'b.service');
  const [job] = simulation.manager.jobs({ order: true });
  assert.deepEqual([job?.unit, job?.state, job?.heldBy], ['b.service', 'waiting', 'room in x.slice (ConcurrencySoftMax=1)']);
  const [waiting] = simulation.manager.waiting();
  assert.deepEqual([waiting?.state, waiting?.now], ['waiting', 'it waits for room in x.slice (ConcurrencySoftMax=1); there are a.service']);
});

test('a start that waits for room is there after a crash, and takes its turn under the next manager', () => {
  const simulation = booted('ConcurrencySoftMax=1');
  start(simulation, 'a.service', 'b.service');
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b'), [up, down]);
  const [running] = simulation.keeper.processes();
  assert.ok(running !== undefined);
  simulation.crash();
  simulation.keeper.kill(running.pid, 15);
  simulation.startManager();
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b'), [down, up]);
});

test('starts beyond ConcurrencyHardMax= are refused, those that wait count too', () => {
  const simulation = booted('ConcurrencySoftMax=1\nConcurrencyHardMax=2');
  const refused =
    "Concurrency limit of the slice unit 'x.slice' (or one of its parents) the unit 'c.service' is contained in has been reached, refusing start job.";
  assert.deepEqual(start(simulation, 'a.service', 'b.service', 'c.service'), [undefined, undefined, refused]);
  // Who is counted may be asked for again.
  assert.deepEqual(start(simulation, 'a.service', 'b.service'), [undefined, undefined]);
});

test('one request may not ask for more than the hard limit has room for; what is only wanted is left out', () => {
  const all = 'a.service b.service c.service';
  const units = { 'needs.target': `[Unit]\nRequires=${all}\n`, 'wants.target': `[Unit]\nWants=${all}\n` };
  const simulation = booted('ConcurrencyHardMax=2', units);
  assert.match(start(simulation, 'needs.target')[0] ?? '', /Concurrency limit of the slice unit 'x\.slice'/);
  assert.deepEqual(start(simulation, 'wants.target'), [undefined]);
  assert.deepEqual(states(simulation, 'a', 'b', 'c'), [up, up, down]);
});

test('limits hold for all that is below a slice, and slices in it count as units', () => {
  const nested = { 'x-y.slice': '[Slice]\n', 'n.service': member().replace('x.slice', 'x-y.slice') };
  const simulation = booted('ConcurrencySoftMax=3', nested);
  start(simulation, 'a.service', 'n.service', 'b.service');
  assert.deepEqual(states(simulation, 'a', 'n', 'b'), [up, up, down]);
  simulation.manager.request('stop', 'n.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'n', 'b'), [up, down, up]);
});

test('only as many units of a slice are on their way up as ActivatingConcurrencyMax= says', () => {
  const slow = member('Type=notify\n');
  const simulation = booted('ActivatingConcurrencyMax=2', { 'a.service': slow, 'b.service': slow, 'c.service': slow });
  start(simulation, 'a.service', 'b.service', 'c.service');
  assert.deepEqual(states(simulation, 'a', 'b', 'c'), ['activating (start)', 'activating (start)', down]);
  const [first] = simulation.keeper.processes();
  assert.ok(first !== undefined);
  simulation.keeper.notifies(first.pid, 'READY=1', 0);
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b', 'c'), [up, 'activating (start)', 'activating (start)']);
});

test('with a limit of 0 nothing starts until it is raised, by set-property or by a reload', () => {
  const simulation = booted('ConcurrencySoftMax=0');
  start(simulation, 'a.service', 'b.service');
  assert.deepEqual(states(simulation, 'a', 'b'), [down, down]);
  assert.ok(simulation.manager.setProperties('x.slice', [{ name: 'ConcurrencySoftMax', value: '1' }], { runtime: true }).ok);
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b'), [up, down]);
  assert.ok(simulation.manager.setProperties('x.slice', [{ name: 'ConcurrencySoftMax', value: 'infinity' }], { runtime: true }).ok);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b'), [up, up]);
});

test('a start that was queued below a hard limit that is lower now fails when its turn comes', () => {
  const simulation = booted('ConcurrencySoftMax=1\nConcurrencyHardMax=3');
  start(simulation, 'a.service', 'b.service');
  simulation.files.write('/etc/systemd/system/x.slice', '[Slice]\nConcurrencyHardMax=1\n');
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual([states(simulation, 'a', 'b'), simulation.manager.jobs()], [[up, down], []]);
});

test('a start that waits for room is cancelled like any other, and its time runs', () => {
  const simulation = booted('ConcurrencySoftMax=1', { 'b.service': member().replace('[Service]', 'JobTimeoutSec=5\n[Service]') });
  start(simulation, 'a.service', 'b.service', 'c.service');
  const waiting = simulation.manager.jobs().find(({ unit }) => unit === 'c.service');
  assert.ok(waiting !== undefined && simulation.manager.cancel(waiting.id));
  simulation.clock.advance(6 * SECOND);
  assert.deepEqual(simulation.manager.jobs(), []);
  simulation.manager.request('stop', 'a.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(states(simulation, 'a', 'b', 'c'), [down, down, down]);
});
