import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Script } from '../../src/port/keeper-fake.ts';
import { SECOND, Simulation } from './simulation.ts';

const daemon = (more = '', service = ''): string => `[Unit]\n${more}\n[Service]\nExecStart=/bin/daemon-%n\n${service}\n`;
const units = {
  'default.target': '[Unit]\nWants=a.service b.service\n',
  'a.service': daemon(),
  'b.service': daemon('After=a.service\nRequires=a.service'),
};

for (const scope of ['system', 'user'] as const) {
  test(`SIGTERM stops all in order and ends with status 0 (${scope})`, () => {
    const simulation = new Simulation({ units, scope, programs: { '/bin/daemon-b.service': { slowUsec: SECOND } } }).boot();
    assert.equal(simulation.running().length, 2);
    simulation.keeper.signalled(15);
    simulation.clock.settle();
    assert.equal(simulation.state('b.service'), 'deactivating (stop-sigterm)');
    assert.equal(simulation.state('a.service'), 'active (running)');
    assert.ok(!simulation.keeper.hasEnded);
    simulation.clock.advance(2 * SECOND);
    assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'exit' });
    assert.deepEqual(simulation.running(), []);
  });
}

test('a second SIGINT within two seconds ends at once, and leaves no process', () => {
  const simulation = new Simulation({ units, programs: { '/bin/daemon-b.service': { ignores: [15] } } }).boot();
  simulation.keeper.signalled(2);
  simulation.clock.advance(SECOND);
  assert.ok(!simulation.keeper.hasEnded);
  simulation.keeper.signalled(2);
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'exit' });
  assert.deepEqual(simulation.running(), []);
});

test('poweroff by request ends with poweroff, and nothing can be started on the way', () => {
  const simulation = new Simulation({ units, init: true, programs: { '/bin/daemon-b.service': { slowUsec: SECOND } } }).boot();
  simulation.manager.exit('poweroff', false);
  simulation.clock.settle();
  const refused = simulation.manager.request('start', 'a.service', 'replace', 'test');
  assert.equal(refused.ok ? undefined : refused.error.code, 'destructive');
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'poweroff' });
});

test('a forced exit by request ends at once, and leaves no process', () => {
  const simulation = new Simulation({ units, programs: { '/bin/daemon-b.service': { ignores: [15] } } }).boot();
  simulation.manager.exit('exit', true, 3);
  simulation.clock.settle();
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 3, action: 'exit' });
  assert.deepEqual(simulation.running(), []);
});

/** The status with which the manager ends because of how a service with these lines ends. */
function statusOfEnd(lines: string, script: Script): number | undefined {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon(lines) },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, ...script } },
  }).boot();
  simulation.clock.advance(10 * SECOND);
  return simulation.keeper.end?.status;
}

test('FailureAction=exit and SuccessAction=exit pass on the exit status of the service, unless they name another', () => {
  assert.equal(statusOfEnd('FailureAction=exit', { exit: 7 }), 7);
  assert.equal(statusOfEnd('FailureAction=exit\nFailureActionExitStatus=33', { exit: 7 }), 33);
  assert.equal(statusOfEnd('FailureAction=exit-force', { exit: 7 }), 7);
  assert.equal(statusOfEnd('SuccessAction=exit', { exit: 0 }), 0);
  assert.equal(statusOfEnd('SuccessAction=exit\nSuccessActionExitStatus=5', { exit: 0 }), 5);
  assert.equal(statusOfEnd('SuccessAction=exit\nFailureActionExitStatus=5', { exit: 0 }), 0);
  assert.equal(statusOfEnd('SuccessAction=exit', { exit: 7 }), undefined);
});

test('a service that a signal has ended makes the manager end with 255', () => {
  assert.equal(statusOfEnd('FailureAction=exit', { killedBy: 9 }), 255);
  assert.equal(statusOfEnd('SuccessAction=exit', { killedBy: 15 }), 255);
});

test('StartLimitAction=exit has no status to pass on', () => {
  const lines = 'StartLimitIntervalSec=60\nStartLimitBurst=2\nStartLimitAction=exit\nFailureActionExitStatus=9\n[Service]\nRestart=always';
  assert.equal(statusOfEnd(lines, { exit: 7 }), 0);
});

test('an action is taken also where the manager dies in between', () => {
  const simulation = new Simulation({
    units: { 'default.target': '[Unit]\nWants=a.service\n', 'a.service': daemon('FailureAction=exit') },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, exit: 7 } },
  }).boot();
  simulation.crash();
  simulation.clock.advance(2 * SECOND);
  simulation.startManager();
  simulation.clock.advance(SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 7, action: 'exit' });
});

test('RebootArgument= goes along with a reboot, over the death of the manager', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service\n',
      'reboot.target': '[Unit]\nRequires=last.service\nAfter=last.service\nDefaultDependencies=no\n',
      'last.service': '[Unit]\nDefaultDependencies=no\nSuccessAction=reboot-force\n[Service]\nType=oneshot\nExecStart=/bin/last\n',
      'a.service': daemon('FailureAction=reboot\nRebootArgument=recovery mode'),
    },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, exit: 7 }, '/bin/last': { runUsec: 5 * SECOND } },
  }).boot();
  simulation.clock.advance(2 * SECOND);
  simulation.crash();
  simulation.startManager();
  simulation.clock.advance(10 * SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'reboot', argument: 'recovery mode' });
});

test('a RebootArgument= that is too long is left out', () => {
  const simulation = new Simulation({
    units: {
      'default.target': '[Unit]\nWants=a.service\n',
      'a.service': daemon(`FailureAction=reboot-force\nRebootArgument=${'ä'.repeat(128)}`),
    },
    programs: { '/bin/daemon-a.service': { runUsec: SECOND, exit: 7 } },
  }).boot();
  simulation.clock.advance(2 * SECOND);
  assert.deepEqual(simulation.keeper.end, { do: 'end', status: 0, action: 'reboot' });
});
