import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ManagerOptions } from '../../src/manager/options.ts';
import { Simulation } from './simulation.ts';

const etc = '/etc/systemd/system';

const units: Readonly<Record<string, string>> = {
  'default.target': '[Unit]\nWants=a.service b.service c@1.service d.timer\n',
  'a.service': '[Unit]\nDescription=A\nAfter=b.service\n[Service]\nExecStart=/bin/daemon a\n',
  'b.service': '[Unit]\nPartOf=group.target\n[Service]\nExecStart=/bin/daemon b\n',
  'c@.service': '[Unit]\nDescription=C %i\nBefore=group.target\n[Service]\nExecStart=/bin/daemon %i\n',
  'd.timer': '[Timer]\nOnActiveSec=1h\n',
  'd.service': '[Service]\nType=oneshot\nExecStart=/bin/once\n',
  'group.target': '[Unit]\nWants=a.service c@2.service\n',
};

/** Its manager reads every file at each reload. */
function forgetful(options: ManagerOptions): ManagerOptions {
  return {
    ...options,
    openUnits: () => {
      const source = options.openUnits();
      return { ...source, load: (name) => source.load(name) };
    },
  };
}

/** All that a manager says of its units. */
function said({ manager }: Simulation): unknown {
  const names = manager
    .units()
    .map(({ name }) => name)
    .toSorted();
  return names.map((name) => {
    const edges = manager.dependencies(name).map(({ key, unit }) => `${key} ${unit}`);
    const { InvocationID: _random, ...properties } = manager.properties(name) ?? {};
    return { name, edges: edges.toSorted(), properties };
  });
}

const files = [
  'a.service',
  'b.service',
  'alias.service',
  'c@.service',
  'c@1.service',
  'd.timer',
  'group.target',
  'new.service',
  'a.service.d/x.conf',
  'service.d/x.conf',
  'c@.service.d/x.conf',
  'default.target.wants/new.service',
  'b.service.requires/a.service',
].map((name) => `${etc}/${name}`);

const content = fc.oneof(
  fc
    .constantFrom('One', 'Two')
    .map((text) => `[Unit]\nDescription=${text}\nWants=new.service\n[Service]\nExecStart=/bin/daemon\n[Timer]\nOnActiveSec=2h\n`),
  fc.constantFrom('After', 'Wants', 'BindsTo', 'Conflicts').map((key) => `[Unit]\n${key}=a.service group.target\n`),
  fc.constantFrom('a.service', 'b.service', 'c@.service', '../dev/null').map((target) => `-> ${etc}/${target}`),
  fc.constantFrom('-> /dev/null', '', undefined),
);

test('a reload that reads only what has changed leaves the manager as one that reads all', () => {
  const edits = fc.array(fc.tuple(fc.constantFrom(...files), content), { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(edits, { minLength: 1, maxLength: 4 }), (rounds) => {
      const both = [
        new Simulation({ units, files: { '/dev/null': '' } }),
        new Simulation({ units, files: { '/dev/null': '' }, adapt: forgetful }),
      ] as const;
      for (const simulation of both) simulation.boot();
      for (const round of rounds) {
        for (const simulation of both) {
          for (const [path, text] of round) {
            if (text === undefined) simulation.files.unlink(path);
            else if (text.startsWith('-> ')) simulation.files.symlink(text.slice('-> '.length), path);
            else simulation.files.write(path, text);
          }
          simulation.manager.reload();
          simulation.clock.settle();
        }
        assert.deepEqual(said(both[0]), said(both[1]));
      }
    }),
    { numRuns: 12 },
  );
});

test('a reload reads the files again that have changed, and no others', () => {
  const simulation = new Simulation({ units }).boot();
  simulation.files.write(`${etc}/b.service`, '[Unit]\nDescription=New\n[Service]\nExecStart=/bin/daemon b\n');
  const read: string[] = [];
  const readStamped = simulation.files.readStamped.bind(simulation.files);
  simulation.files.readStamped = (path, limit) => {
    read.push(path);
    return readStamped(path, limit);
  };
  simulation.manager.reload();
  assert.deepEqual(read, [`${etc}/b.service`]);
  assert.equal(simulation.manager.unit('b.service')?.description, 'New');
  // What is wrong in a file is told at each reload.
  simulation.files.write(`${etc}/a.service`, '[Service]\nExecStart=/bin/daemon a\nNonsense=yes\n');
  for (let times = 0; times < 2; times++) simulation.manager.reload();
  simulation.clock.settle();
  assert.equal(simulation.messages().filter((message) => message.includes('Nonsense')).length, 2);
});

test('what is set for all units by the manager is read at each reload', () => {
  const simulation = new Simulation({ units }).boot();
  simulation.environment = ['PATH=/new'];
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(simulation.manager.environment(), ['PATH=/new']);
});

test('a property that was set stays over reloads, and goes with its file', () => {
  const simulation = new Simulation({ units }).boot();
  const shares = (): string | undefined => simulation.manager.properties('a.service')?.['CPUWeight'];
  const set = simulation.manager.setProperties('a.service', [{ name: 'CPUWeight', value: '7' }], { runtime: true });
  assert.ok(set.ok);
  for (let times = 0; times < 2; times++) {
    simulation.manager.reload();
    simulation.clock.settle();
    assert.equal(shares(), '7');
  }
  simulation.files.unlink('/run/systemd/system.control/a.service.d/50-CPUWeight.conf');
  simulation.manager.reload();
  simulation.clock.settle();
  assert.equal(shares(), '[not set]');
});

test('a unit whose drop-ins came or went is to be read again, once the loading of another has shown it, and no other', () => {
  const simulation = new Simulation({ units }).boot();
  const stale = (): readonly string[] =>
    ['a.service', 'b.service', 'c@1.service'].filter((name) => simulation.manager.properties(name)?.['NeedDaemonReload'] === 'yes');
  const reload = (): void => {
    simulation.manager.reload();
    simulation.clock.settle();
  };
  const path = `${etc}/a.service.d/more.conf`;
  assert.deepEqual(stale(), []);
  simulation.clock.advance(1_000_000);
  simulation.files.write(path, '[Unit]\nDescription=B\n');
  simulation.clock.advance(1_000_000);
  assert.deepEqual(stale(), []);
  simulation.manager.request('start', 'd.service', 'replace', 'test');
  simulation.clock.settle();
  assert.deepEqual(stale(), ['a.service']);
  reload();
  assert.deepEqual(stale(), []);
  simulation.files.unlink(path);
  simulation.clock.advance(1_000_000);
  assert.deepEqual(stale(), ['a.service']);
});
