import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Command } from '../../src/port/keeper.ts';
import { SECOND, Simulation } from './simulation.ts';

const unitsWith = (service: string): Record<string, string> => ({
  'default.target': '[Unit]\nWants=a.service\n',
  'a.service': `[Service]\nExecStart=/bin/daemon\nRuntimeDirectory=a\n${service}\n`,
});

/** What was removed and what was run, in the order in which the keeper was told. */
function deeds(simulation: Simulation): readonly string[] {
  return simulation.keeper.batches.flatMap(({ commands }) => commands.flatMap(deed));
}

function deed(command: Command): readonly string[] {
  if (command.do !== 'run') return [];
  return command.plan.flatMap((op) => (op.op === 'remove' ? [`remove ${op.path}`] : op.op === 'exec' ? [`exec ${op.argv.join(' ')}`] : []));
}

test('a runtime directory is removed when its service has stopped, and only then is the stop over', () => {
  const simulation = new Simulation({ units: unitsWith('') }).boot();
  const ended: boolean[] = [];
  simulation.manager.subscribe((change) => {
    if (change.change === 'job-removed') ended.push(deeds(simulation).includes('remove /run/a'));
  });
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(deeds(simulation), ['exec /bin/daemon', 'remove /run/a']);
  assert.deepEqual(ended, [true]);
  assert.deepEqual(simulation.manager.jobs(), []);
});

test('a restart job removes the directory before the service starts again, unless it is preserved', () => {
  for (const [preserve, expected] of [
    ['no', ['exec /bin/daemon', 'remove /run/a', 'exec /bin/daemon']],
    ['restart', ['exec /bin/daemon', 'exec /bin/daemon']],
    ['yes', ['exec /bin/daemon', 'exec /bin/daemon']],
  ] as const) {
    const simulation = new Simulation({ units: unitsWith(`RuntimeDirectoryPreserve=${preserve}`) }).boot();
    assert.ok(simulation.manager.request('restart', 'a.service', 'replace', 'test').ok);
    simulation.clock.settle();
    assert.deepEqual(deeds(simulation), expected, preserve);
    assert.equal(simulation.state('a.service'), 'active (running)');
  }
});

test('a service that Restart= starts again gets a new directory, or keeps it with RuntimeDirectoryPreserve=restart until it is stopped', () => {
  for (const [preserve, expected] of [
    ['no', ['exec /bin/daemon', 'remove /run/a', 'exec /bin/daemon', 'remove /run/a']],
    ['restart', ['exec /bin/daemon', 'exec /bin/daemon', 'remove /run/a']],
  ] as const) {
    const simulation = new Simulation({ units: unitsWith(`Restart=always\nRuntimeDirectoryPreserve=${preserve}`) }).boot();
    const [process] = simulation.keeper.processes();
    simulation.keeper.kill(process?.pid ?? 0, 9);
    simulation.clock.advance(SECOND);
    assert.equal(simulation.state('a.service'), 'active (running)');
    assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
    simulation.clock.settle();
    assert.deepEqual(deeds(simulation), expected, preserve);
  }
});

test('a start that comes while the directory is being removed waits, also if the manager dies in between', () => {
  for (const dies of [false, true]) {
    const simulation = new Simulation({ units: unitsWith('') }).boot();
    const [process] = simulation.keeper.processes();
    const remover = nextChild(simulation);
    // The end of the child that removes the directory is not told until we say so.
    simulation.keeper.mayDeliver = (event) => event.event !== 'exited' || event.child !== remover;
    simulation.keeper.kill(process?.pid ?? 0, 15);
    simulation.clock.settle();
    assert.equal(simulation.state('a.service'), 'inactive (dead)');
    assert.ok(simulation.manager.request('start', 'a.service', 'replace', 'test').ok);
    simulation.clock.settle();
    assert.deepEqual(deeds(simulation), ['exec /bin/daemon', 'remove /run/a']);
    if (dies) simulation.crash();
    simulation.keeper.mayDeliver = () => true;
    if (dies) simulation.startManager();
    else simulation.keeper.signalled(28);
    simulation.clock.settle();
    assert.deepEqual(deeds(simulation), ['exec /bin/daemon', 'remove /run/a', 'exec /bin/daemon']);
    assert.equal(simulation.state('a.service'), 'active (running)');
  }
});

test('the shutdown ends only when the directories are removed', () => {
  const simulation = new Simulation({ units: unitsWith('') }).boot();
  simulation.keeper.signalled(15);
  simulation.clock.settle();
  assert.ok(simulation.keeper.hasEnded);
  const removed = simulation.keeper.batches.findIndex(({ commands }) => commands.some((command) => deed(command)[0] === 'remove /run/a'));
  const ended = simulation.keeper.batches.findIndex(({ commands }) => commands.some((command) => command.do === 'end'));
  assert.ok(removed >= 0 && removed < ended);
});

/** The id that the next child will have. */
function nextChild(simulation: Simulation): number {
  const ids = simulation.keeper.batches.flatMap(({ commands }) =>
    commands.flatMap((command) => (command.do === 'run' ? [command.child] : [])),
  );
  return Math.max(...ids) + 1;
}
