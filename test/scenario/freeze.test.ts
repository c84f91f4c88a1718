import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

const root = '/sys/fs/cgroup/tysd';
const files = Object.fromEntries(
  ['system.slice', 'system.slice/a.service', 'some.slice', 'some.slice/b.service'].flatMap((path) => [
    [`${root}/${path}/cgroup.freeze`, '0\n'],
    [`${root}/${path}/cgroup.events`, 'populated 1\nfrozen 0\n'],
  ]),
);

const units = {
  'default.target': '[Unit]\nWants=a.service b.service\n',
  'a.service': '[Service]\nExecStart=/bin/daemon\n',
  'b.service': '[Service]\nExecStart=/bin/daemon b\nSlice=some.slice\n',
};

function refusal({ manager }: Simulation, unit: string): string {
  const asked = manager.freeze(unit, true);
  return asked.ok ? 'begun' : asked.error.message;
}

function written({ keeper }: Simulation): Readonly<Record<string, string>> {
  return Object.fromEntries([...keeper.attributes].filter(([file]) => file.endsWith('/cgroup.freeze')));
}

function freezerState({ manager }: Simulation, unit: string): string | undefined {
  return manager.properties(unit)?.['FreezerState'];
}

test('a frozen service is known as that by the next manager, and goes on before it is stopped', () => {
  const simulation = new Simulation({ units, files }).boot();
  assert.equal(refusal(simulation, 'a.service'), 'begun');
  simulation.clock.settle();
  assert.deepEqual(written(simulation), { 'system.slice/a.service/cgroup.freeze': '1' });
  assert.equal(freezerState(simulation, 'a.service'), 'freezing');
  simulation.files.write(`${root}/system.slice/a.service/cgroup.events`, 'populated 1\nfrozen 1\n');
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(freezerState(simulation, 'a.service'), 'frozen');

  const before = simulation.keeper.batches.length;
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  const deeds = simulation.keeper.batches
    .slice(before)
    .flatMap(({ commands }) =>
      commands.flatMap((each) => (each.do === 'attribute' ? [each.value] : each.do === 'signal-group' ? ['signal'] : [])),
    );
  assert.deepEqual(deeds.slice(0, 2), ['0', 'signal']);
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.equal(freezerState(simulation, 'a.service'), 'running');
});

test('a service that ends while it is frozen is not frozen in its next run', () => {
  const simulation = new Simulation({ units, files }).boot();
  assert.equal(refusal(simulation, 'b.service'), 'begun');
  simulation.clock.settle();
  const process = simulation.keeper.processes().find(({ argv }) => argv.includes('b'));
  simulation.keeper.kill(process?.pid ?? 0, 9);
  simulation.clock.settle();
  assert.equal(freezerState(simulation, 'b.service'), 'running');
});

test('a slice is frozen with all that is in it', () => {
  const simulation = new Simulation({ units, files }).boot();
  assert.equal(refusal(simulation, 'some.slice'), 'begun');
  simulation.clock.settle();
  assert.deepEqual(written(simulation), { 'some.slice/b.service/cgroup.freeze': '1', 'some.slice/cgroup.freeze': '1' });
  assert.ok(simulation.manager.freeze('some.slice', false).ok);
  simulation.clock.settle();
  assert.deepEqual(written(simulation), { 'some.slice/b.service/cgroup.freeze': '0', 'some.slice/cgroup.freeze': '0' });
});

test('what has no processes, is off or is where the keeper is cannot be frozen, nor anything where there is no freezer', () => {
  const simulation = new Simulation({ units: { ...units, 'c.service': '[Service]\nExecStart=/bin/daemon\n' }, files }).boot();
  assert.equal(refusal(simulation, 'default.target'), "Unit 'default.target' does not support freezing.");
  assert.equal(refusal(simulation, '-.slice'), "Unit '-.slice' does not support freezing.");
  assert.equal(refusal(simulation, 'init.scope'), "Unit 'init.scope' does not support freezing.");
  assert.equal(refusal(simulation, 'c.service'), 'Unit is inactive.');
  const bare = new Simulation({ units }).boot();
  assert.match(refusal(bare, 'a.service'), /^Unit 'a\.service' does not support freezing: there is no freezer/);
  assert.deepEqual(written(bare), {});
});
