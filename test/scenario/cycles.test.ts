import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Simulation } from './simulation.ts';

const target = (...lines: readonly string[]) => `[Unit]\nDefaultDependencies=no\n${lines.join('\n')}\n`;
const service = (...lines: readonly string[]) => `[Unit]\n${lines.join('\n')}\n[Service]\nExecStart=/bin/daemon\n`;
const path = '/etc/systemd/system';

test('a circle that cannot be broken is refused with its shortest form, each step with its file and line', () => {
  const simulation = new Simulation({
    units: {
      'default.target': target(),
      // A long way round, and a short one: from d back to b.
      'a.target': target('Requires=b.target c.target d.target', 'After=d.target'),
      'b.target': target('After=a.target d.target'),
      'c.target': target('After=b.target'),
      'd.target': target('After=c.target', 'Before=b.target'),
    },
  }).boot();
  const refused = simulation.manager.request('start', 'a.target', 'replace', 'test');
  simulation.clock.settle();
  assert.ok(!refused.ok);
  const [first = '', ...steps] = refused.error.message.split('\n');
  assert.match(first, /^Transaction order is cyclic: /);
  assert.deepEqual(
    steps.toSorted(),
    [
      `  c.target comes after b.target: After=b.target of c.target (${path}/c.target:3)`,
      `  d.target comes after c.target: After=c.target of d.target (${path}/d.target:3)`,
      `  b.target comes after d.target: After=d.target of b.target (${path}/b.target:3)`,
    ].toSorted(),
  );
  assert.ok(simulation.messages().includes(`c.target comes after b.target: After=b.target of c.target (${path}/c.target:3)`));
});

test('a preview tells which job is left out for a circle', () => {
  const simulation = new Simulation({
    units: {
      'default.target': target(),
      'a.target': target('Requires=b.target', 'Wants=c.target'),
      'b.target': target('After=c.target'),
      'c.target': target('After=b.target'),
    },
  }).boot();
  const preview = simulation.manager.preview('start', 'a.target', 'replace');
  assert.ok(preview.ok);
  assert.deepEqual(
    { ...preview.value, jobs: preview.value.jobs.map(({ unit }) => unit) },
    {
      jobs: ['a.target', 'b.target'],
      cycles: [
        {
          edges: [
            { of: 'c.target', kind: 'After', unit: 'b.target', at: `${path}/c.target:3` },
            { of: 'b.target', kind: 'After', unit: 'c.target', at: `${path}/b.target:3` },
          ],
          dropped: 'c.target',
        },
      ],
      remarks: [],
    },
  );
});

test('a circle among jobs that were at odds with others when circles were first broken is broken, too', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=s0.service s1.service s3.service s4.service s0.path s2.timer\n',
      // The start of s2.timer asks for the stop of s0.service, whose order is what is looked at. It goes with s4.socket, and the start is left.
      's0.service': service('Conflicts=s2.timer'),
      's0.path': '[Unit]\nAfter=s0.service\n[Path]\nPathModified=/run/watched\n',
      's2.timer': '[Unit]\nRequires=s4.socket\n[Timer]\nOnUnitActiveSec=9\n',
      's1.service': service('Before=s4.socket'),
      's3.service': service('After=s2.timer'),
      's4.service': service('After=s3.service', 'Before=s1.service'),
      's4.socket': '[Socket]\nListenStream=/run/s4.sock\n',
    },
  }).boot();
  assert.deepEqual(simulation.manager.jobs(), []);
  assert.equal(simulation.state('default.target'), 'active (active)');
});
