import { test } from 'node:test';
import assert from 'node:assert/strict';
import { SECOND, Simulation } from './simulation.ts';

const daemon = (more = '', service = ''): string => `[Unit]\n${more}\n[Service]\nExecStart=/bin/daemon-%n\n${service}\n`;

test('the main process of a forking service is found by its PID file, and its death is noticed', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon('', 'Type=forking\nPIDFile=/run/a.pid\nRestart=no') },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, forks: [{}] } },
  }).boot();
  simulation.files.live('/proc/101/stat', () => '101 (daemon) S 1 1 1');
  simulation.files.live('/proc/101/cgroup', () => '0::/tysd/system.slice/a.service\n');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'activating (start)');
  simulation.files.write('/run/a.pid', '101\n');
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.manager.unit('a.service')?.mainPid, 101);
  simulation.keeper.kill(101, 9);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'inactive (dead)');
  assert.deepEqual(simulation.keeper.groups(), []);
});

test('the main process of a forking service without a PID file is the only one left', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon('', 'Type=forking') },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, forks: [{}] } },
  }).boot();
  simulation.files.live('/sys/fs/cgroup/tysd/system.slice/a.service/cgroup.procs', () => '101\n102\n');
  simulation.files.live('/proc/101/stat', () => '101 (a (b) c) S 2 101 101');
  // What has a parent is no daemon of its own.
  simulation.files.live('/proc/102/stat', () => '102 (child) S 101 101 101');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.manager.unit('a.service')?.mainPid, 101);
  assert.ok(simulation.manager.request('stop', 'a.service', 'replace', 'test').ok);
  simulation.clock.settle();
  assert.deepEqual(simulation.running(), []);
});

test('an idle service waits on a pipe that is closed when the queue is empty', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=idle.service slow.service\n',
      'idle.service': daemon('', 'Type=idle'),
      'slow.service': '[Service]\nType=oneshot\nExecStart=/bin/slow\n',
    },
    programs: { '/bin/slow': { runUsec: 3 * SECOND } },
  }).boot();
  assert.deepEqual(simulation.keeper.descriptors(), ['manager/idle', 'manager/idle/writer']);
  const batchOf = (wanted: 'keep' | 'wait'): number =>
    simulation.keeper.batches.findIndex(({ commands }) =>
      commands.some((command) => command.do === 'run' && command.plan.some(({ op }) => op === wanted)),
    );
  // A process that is made together with the pipe might come before it.
  assert.ok(batchOf('keep') >= 0 && batchOf('keep') < batchOf('wait'));
  assert.equal(simulation.state('idle.service'), 'active (running)');
  simulation.clock.advance(3 * SECOND);
  assert.deepEqual(simulation.keeper.descriptors(), []);
});

test('descriptors of a notification are closed unless the service stores them, and a barrier too', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service b.service\n',
      'a.service': daemon('', 'Type=notify\nFileDescriptorStoreMax=4'),
      'b.service': daemon('', 'Type=notify'),
    },
    programs: {
      '/bin/daemon-a.service': {
        notify: [
          { afterUsec: 0, text: 'READY=1' },
          { afterUsec: SECOND, text: 'FDSTORE=1\nFDNAME=data', fds: 1 },
          { afterUsec: 2 * SECOND, text: 'BARRIER=1', fds: 1 },
        ],
      },
      '/bin/daemon-b.service': {
        notify: [
          { afterUsec: 0, text: 'READY=1' },
          { afterUsec: SECOND, text: 'FDSTORE=1', fds: 2 },
        ],
      },
    },
  }).boot();
  simulation.clock.advance(3 * SECOND);
  assert.equal(simulation.keeper.descriptors().length, 1);
  assert.equal(simulation.manager.properties('a.service')?.['NFileDescriptorStore'], '1');
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  assert.equal(simulation.keeper.descriptors().length, 1);
});

test('a socket starts its service when something comes, and listens again when that is gone', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.socket\n',
      'a.socket': '[Socket]\nListenStream=/run/a.sock\n',
      'a.service': daemon('', 'Restart=no'),
    },
  }).boot();
  assert.equal(simulation.state('a.socket'), 'active (listening)');
  assert.deepEqual(simulation.running(), []);
  const [listener = ''] = simulation.keeper.descriptors();
  simulation.keeper.readable(listener);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
  assert.equal(simulation.state('a.socket'), 'active (running)');
  const [process] = simulation.keeper.processes();
  assert.ok(process !== undefined);
  assert.ok(process.env.includes('LISTEN_FDS=1'));
  assert.ok(process.env.includes('LISTEN_FDNAMES=a.socket'));
  simulation.crash();
  simulation.startManager();
  simulation.clock.settle();
  simulation.keeper.kill(process.pid, 15);
  simulation.clock.settle();
  assert.equal(simulation.state('a.socket'), 'active (listening)');
  simulation.keeper.readable(listener);
  simulation.clock.settle();
  assert.equal(simulation.state('a.service'), 'active (running)');
});

test('a plan shows every command of a unit and runs none', () => {
  const simulation = new Simulation({
    units: { 'default.target': '', 'a.service': daemon('', 'ExecStartPre=/bin/pre\nUser=nobody') },
  }).boot();
  const plan = simulation.manager.plan('a.service');
  assert.ok(plan.ok);
  assert.deepEqual(
    plan.value.map(({ list, ops }) => [list, ops.at(-1)?.op, ops.some(({ op, text }) => op === 'uid' && text === '65534')]),
    [
      ['ExecStartPre', 'exec', true],
      ['ExecStart', 'exec', true],
    ],
  );
  assert.deepEqual(simulation.running(), []);
});

test('a preview names the jobs and the lines that ask for them', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '',
      'a.service': daemon('DefaultDependencies=no\nWants=b.service'),
      'b.service': daemon('DefaultDependencies=no'),
    },
  }).boot();
  const preview = simulation.manager.preview('start', 'a.service', 'replace');
  assert.ok(preview.ok);
  assert.deepEqual(preview.value.jobs, [
    { unit: 'a.service', type: 'start', reason: 'requested' },
    {
      unit: 'b.service',
      type: 'start',
      reason: 'Wants= of a.service (/etc/systemd/system/a.service:3)',
      of: 'a.service',
      edge: { of: 'a.service', kind: 'Wants', unit: 'b.service', at: '/etc/systemd/system/a.service:3' },
    },
  ]);
});

test('conditions and asserts are judged at each automatic restart, and one that does not hold ends them', () => {
  const restarts = 'Restart=always\nRestartSec=2s';
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service b.service c.service\n',
      'a.service': daemon('ConditionPathExists=/run/on', restarts),
      'b.service': daemon('AssertPathExists=/run/on', restarts),
      'c.service': daemon('ConditionPathExists=/run/on', `${restarts}\nRestartMode=direct`),
    },
    programs: Object.fromEntries(['a', 'b', 'c'].map((name) => [`/bin/daemon-${name}.service`, { runUsec: SECOND, exit: 1 }])),
    files: { '/run/on': '' },
  }).boot();
  simulation.clock.advance(3 * SECOND + SECOND / 2);
  assert.equal(simulation.manager.properties('a.service')?.['NRestarts'], '1');
  simulation.files.unlink('/run/on');
  simulation.clock.advance(SECOND);
  assert.equal(simulation.state('a.service'), 'activating (auto-restart)');
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => simulation.state(`${name}.service`)),
    ['inactive (dead)', 'inactive (dead)', 'inactive (dead)'],
  );
  assert.deepEqual(simulation.running(), []);
  assert.equal(simulation.manager.properties('a.service')?.['ConditionResult'], 'no');
  assert.equal(simulation.manager.properties('b.service')?.['AssertResult'], 'no');
});

test('reset-failed has services forget how often they were restarted and how they ended, whatever they do', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service b.service\n',
      'a.service': daemon('', 'Restart=always\nRestartSec=2s'),
      'b.service': daemon('', 'Restart=always\nRestartSec=2s'),
    },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, exit: 1 }, '/bin/daemon-b.service': { runUsec: SECOND, exit: 1 } },
  }).boot();
  const shown = (unit: string): readonly (string | undefined)[] => {
    const { NRestarts, Result, SubState } = simulation.manager.properties(unit) ?? {};
    return [NRestarts, Result, SubState];
  };
  simulation.clock.advance(3 * SECOND + SECOND / 2);
  assert.deepEqual(shown('a.service'), ['1', 'success', 'running']);
  assert.ok(simulation.manager.resetFailed('a.service').ok);
  assert.deepEqual(shown('a.service'), ['0', 'success', 'running']);
  assert.deepEqual(shown('b.service'), ['1', 'success', 'running']);
  simulation.clock.advance(SECOND);
  assert.deepEqual(shown('b.service'), ['1', 'exit-code', 'auto-restart']);
  assert.ok(simulation.manager.resetFailed().ok);
  assert.deepEqual(shown('b.service'), ['0', 'success', 'auto-restart']);
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(shown('b.service'), ['1', 'success', 'running']);
});
