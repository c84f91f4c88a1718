import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from '../../src/port/keeper-fake.ts';
import { SECOND, Simulation } from './simulation.ts';

const output = { normal: '/run/systemd/generator', early: '/run/systemd/generator.early', late: '/run/systemd/generator.late' };
const generators = {
  output,
  unitPrograms: ['/etc/systemd/system-generators', '/usr/lib/systemd/system-generators'],
  environmentPrograms: ['/usr/lib/systemd/system-environment-generators'],
  environment: ['SYSTEMD_SCOPE=system'],
};
const service = '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/daemon';
const unit = '/usr/lib/systemd/system-generators/unit';
const slow = '/usr/lib/systemd/system-generators/slow';
const variables = '/usr/lib/systemd/system-environment-generators/10-variables';

/** A machine whose default target wants a unit that a generator makes, and whose generators take some time. */
function machine({ slowly = {} }: { readonly slowly?: Script } = {}): Simulation {
  const simulation: Simulation = new Simulation({
    units: { 'default.target': '[Unit]\nDefaultDependencies=no\nWants=made.service\n', 'there.service': service },
    generators,
    programs: {
      [unit]: () => {
        simulation.files.write(`${output.normal}/made.service`, service);
        return { runUsec: SECOND };
      },
      [variables]: () => {
        simulation.files.write('/run/tysd/generated-environment', 'MADE=yes\n');
        return { runUsec: SECOND };
      },
      [slow]: { runUsec: 3 * SECOND, ...slowly },
    },
  });
  for (const program of [unit, slow, variables]) simulation.files.write(program, '#!', 0o755);
  return simulation;
}

test('the default unit starts when all generators have ended, and finds what they have made', () => {
  const simulation = machine().boot();
  assert.deepEqual(simulation.running(), [variables]);
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(simulation.running().toSorted(), [`${slow} ${Object.values(output).join(' ')}`]);
  assert.equal(simulation.state('made.service'), 'inactive (dead)');
  simulation.clock.advance(5 * SECOND);
  assert.equal(simulation.state('made.service'), 'active (running)');
  assert.ok(simulation.manager.environment().includes('MADE=yes'));
});

test('a manager that is killed at any moment while generators run is followed by one that takes the run up', () => {
  let events = 0;
  const undisturbed = machine();
  undisturbed.keeper.mayDeliver = ({ sequence }) => {
    events = sequence;
    return true;
  };
  undisturbed.boot();
  undisturbed.clock.advance(60 * SECOND);
  assert.ok(events > 6);
  const stages = stagesOf(undisturbed);
  assert.deepEqual(
    stages,
    [0, 4, 4, 4].map((seconds) => String(Number(stages[0]) + seconds * SECOND)),
  );
  for (let sequence = 1; sequence <= events; sequence++) {
    const simulation = machine();
    simulation.crashAt(sequence);
    simulation.boot();
    simulation.clock.advance(60 * SECOND);
    assert.equal(simulation.state('made.service'), 'active (running)', `killed at event ${sequence}`);
    assert.ok(simulation.manager.environment().includes('MADE=yes'), `killed at event ${sequence}`);
    assert.deepEqual(stagesOf(simulation), stages, `killed at event ${sequence}`);
  }
});

/** When the generators began and ended, and when the units of the default target were read. */
function stagesOf({ manager }: Simulation): readonly (string | undefined)[] {
  const properties = manager.managerProperties();
  const stages = ['GeneratorsStart', 'GeneratorsFinish', 'UnitsLoadStart', 'UnitsLoadFinish'];
  return stages.map((stage) => properties[`${stage}TimestampMonotonic`]);
}

test('a generator that hangs is killed after 90 s, and the boot goes on without it', () => {
  const simulation = machine({ slowly: { runUsec: 3600 * SECOND } }).boot();
  simulation.clock.advance(90 * SECOND);
  assert.equal(simulation.state('made.service'), 'inactive (dead)');
  simulation.clock.advance(3 * SECOND);
  assert.equal(simulation.state('made.service'), 'active (running)');
  assert.deepEqual(simulation.running(), ['/bin/daemon']);
  assert.ok(simulation.messages().includes(`${slow} takes longer than 90 s, and is killed.`));
});

test('a reload is answered when the generators have ended; one that comes meanwhile has a run of its own', () => {
  const simulation = machine().boot();
  simulation.clock.advance(10 * SECOND);
  const answered: string[] = [];
  simulation.manager.reload(() => answered.push('first'));
  simulation.clock.advance(SECOND);
  simulation.manager.reload(() => answered.push('second'));
  simulation.manager.request('start', 'there.service', 'replace', 'test');
  simulation.clock.settle();
  assert.equal(simulation.state('there.service'), 'active (running)');
  simulation.clock.advance(4 * SECOND);
  assert.deepEqual(answered, ['first']);
  simulation.clock.advance(5 * SECOND);
  assert.deepEqual(answered, ['first', 'second']);
  assert.deepEqual(simulation.states()['made.service'], 'active (running)');
});

test('where there are no generators a reload is done at once', () => {
  const simulation = new Simulation({ units: { 'default.target': '[Unit]\n' }, generators }).boot();
  let answered = false;
  simulation.manager.reload(() => (answered = true));
  assert.ok(answered);
});
