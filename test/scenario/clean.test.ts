import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../src/port/keeper.ts';
import { SECOND, Simulation } from './simulation.ts';

const service = (...lines: readonly string[]): string => `[Service]\nType=oneshot\nExecStart=/bin/true\n${lines.join('\n')}\n`;

function machine(...lines: readonly string[]): Simulation {
  return new Simulation({ units: { 'default.target': '[Unit]\n', 'a.service': service(...lines) } }).boot();
}

function removal(command: Command): readonly (readonly string[])[] {
  if (command.do !== 'run') return [];
  return command.plan.flatMap((op) => (op.op === 'remove-below' ? [op.paths.map((path, index) => `${op.bases[index]} ${path}`)] : []));
}

/** What each child that removes directories was told to remove. */
function removals(simulation: Simulation): readonly (readonly string[])[] {
  return simulation.keeper.batches.flatMap(({ commands }) => commands.flatMap(removal));
}

/** Keeps the end of the child that removes directories from the manager, as if that took long. */
function holdUp(simulation: Simulation): void {
  simulation.keeper.mayDeliver = (event) => event.event !== 'exited';
}

function goOn(simulation: Simulation): void {
  simulation.keeper.mayDeliver = () => true;
  simulation.keeper.signalled(28);
  simulation.clock.settle();
}

function refusal(simulation: Simulation, what: readonly string[] = ['state'], unit = 'a.service'): string {
  const asked = simulation.manager.clean(unit, what);
  return asked.ok ? 'begun' : asked.error.message;
}

test('a child removes the directories of the wanted kinds, those above others first, and also below private', () => {
  const simulation = machine('StateDirectory=a/deep a:link', 'CacheDirectory=a', 'ConfigurationDirectory=a');
  assert.equal(refusal(simulation, ['state', 'configuration']), 'begun');
  assert.equal(simulation.state('a.service'), 'maintenance (cleaning)');
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.deepEqual(removals(simulation), [
    ['/var/lib a', '/var/lib link', '/etc a', '/var/lib a/deep', '/var/lib private/a', '/var/lib private/a/deep'],
  ]);
});

test('only what is off and has something is cleaned', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service\n',
      'a.service': '[Service]\nExecStart=/bin/daemon\nStateDirectory=a\n',
      'b.service': service(),
      'c.path': '[Path]\nPathExists=/x\n',
    },
  }).boot();
  assert.equal(refusal(simulation), 'Unit is not inactive or has pending job.');
  assert.equal(refusal(simulation, ['state'], 'b.service'), 'No matching resources found.');
  assert.equal(refusal(simulation, ['nonsense'], 'b.service'), 'Invalid resource type: nonsense');
  assert.equal(refusal(simulation, ['state'], 'c.path'), "Unit 'c.path' does not support cleaning.");
  assert.equal(refusal(simulation, ['state'], 'nowhere.service'), 'Unit nowhere.service not found.');
  assert.deepEqual(removals(simulation), []);
});

test('a start that comes while the directories are being removed waits for that, also if the manager dies in between', () => {
  for (const dies of [false, true]) {
    const simulation = new Simulation({
      units: { 'default.target': '[Unit]\n', 'a.service': '[Service]\nExecStart=/bin/daemon\nStateDirectory=a\n' },
    }).boot();
    holdUp(simulation);
    assert.equal(refusal(simulation), 'begun');
    assert.ok(simulation.manager.request('start', 'a.service', 'replace', 'test').ok);
    simulation.clock.settle();
    assert.equal(simulation.state('a.service'), 'maintenance (cleaning)');
    assert.deepEqual(simulation.running(), []);
    if (dies) {
      simulation.crash();
      simulation.startManager();
    }
    goOn(simulation);
    assert.equal(simulation.state('a.service'), 'active (running)');
    assert.equal(removals(simulation).length, 1);
  }
});

test('a stop ends the removal, and so does TimeoutCleanSec=, which CleanResult= tells', () => {
  for (const [stops, result] of [
    [true, 'success'],
    [false, 'timeout'],
  ] as const) {
    const simulation = machine('StateDirectory=a', 'TimeoutCleanSec=5');
    holdUp(simulation);
    assert.equal(refusal(simulation), 'begun');
    assert.ok(simulation.manager.hold('a.service'));
    simulation.clock.settle();
    if (stops) assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
    else simulation.clock.advance(6 * SECOND);
    simulation.clock.settle();
    assert.equal(simulation.state('a.service'), 'deactivating (final-sigkill)');
    goOn(simulation);
    assert.equal(simulation.manager.properties('a.service')?.['CleanResult'], result);
    assert.notEqual(simulation.manager.unit('a.service')?.active, 'maintenance');
  }
});

test('the stamp of a timer is its state', () => {
  const stamp = '/var/lib/systemd/timers/stamp-a.timer';
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\n', 'a.timer': '[Timer]\nOnCalendar=daily\nPersistent=yes\n', 'a.service': service() },
    files: { [stamp]: '' },
  }).boot();
  assert.equal(refusal(simulation, ['cache'], 'a.timer'), 'No matching resources found.');
  assert.equal(refusal(simulation, ['state'], 'a.timer'), 'begun');
  assert.equal(simulation.files.stat(stamp).kind, 'missing');
  assert.equal(simulation.state('a.timer'), 'inactive (dead)');
});
