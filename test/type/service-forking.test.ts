import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceType } from '../../src/type/service.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { command, Rig, serviceConfig } from './rig.ts';

/** A forking service whose starter has just ended. */
function forked(settings: Partial<ServiceSettings>, { groupEmpty = false } = {}) {
  const rig = new Rig(serviceType, serviceConfig({ Type: 'forking', ...settings }));
  rig.start();
  assert.deepEqual(serviceType.pids(rig.spawned().state), { control: 1001 });
  return rig.exited(0, { groupEmpty });
}

const PIDFile = '/run/a.pid';

test('the PID file names the main process', () => {
  const rig = forked({ PIDFile });
  assert.deepEqual([rig.sub, rig.did], ['start', ['watch /run/a.pid']]);
  rig.send({ event: 'pid-file', pid: 77 });
  assert.deepEqual([rig.sub, rig.did], ['running', ['adopt 77', 'unwatch-pid-file', 'disarm timeout']]);
  assert.deepEqual(serviceType.pids(rig.state), { main: 77 });
  rig.stop();
  rig.exited(0, { groupEmpty: true });
  assert.deepEqual([rig.sub, rig.did], ['dead', ['unlink /run/a.pid', 'remove-group', 'disarm timeout']]);
});

test('a PID file that is late is waited for, as long as somebody may write it', () => {
  const rig = forked({ PIDFile });
  rig.send({ event: 'pid-file', reason: 'it is missing' });
  assert.deepEqual([rig.sub, rig.did], ['start', ['watch-group']]);
  rig.send({ event: 'pid-file', reason: 'it is empty' });
  assert.deepEqual([rig.sub, rig.did], ['start', []]);
  rig.send({ event: 'pid-file', pid: 77 });
  assert.equal(rig.sub, 'running');
});

test('nobody left to write the PID file is a breach of protocol', () => {
  const rig = forked({ PIDFile });
  rig.send({ event: 'pid-file' });
  rig.send({ event: 'group-empty' });
  assert.deepEqual([rig.sub, rig.result], ['failed', 'protocol']);
  const empty = forked({ PIDFile }, { groupEmpty: true });
  empty.send({ event: 'pid-file' });
  assert.deepEqual([empty.sub, empty.result], ['failed', 'protocol']);
});

test('a PID file may be written by ExecStartPost=', () => {
  const rig = forked({ PIDFile, ExecStartPost: [command('/q')] });
  assert.deepEqual(rig.did, ['read /run/a.pid']);
  rig.send({ event: 'pid-file' });
  assert.deepEqual([rig.sub, rig.did], ['start-post', ['spawn ExecStartPost /q']]);
  rig.spawned().exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['start-post', ['watch /run/a.pid']]);
  rig.send({ event: 'pid-file', pid: 77 });
  assert.deepEqual([rig.sub, serviceType.pids(rig.state)], ['running', { main: 77 }]);
});

test('a main process that has a successor in the PID file is no end', () => {
  const rig = forked({ PIDFile }).send({ event: 'pid-file', pid: 77 });
  rig.exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['running', ['read /run/a.pid']]);
  rig.send({ event: 'pid-file', pid: 88 });
  assert.deepEqual([rig.sub, rig.did, serviceType.pids(rig.state)], ['running', ['adopt 88'], { main: 88 }]);
  rig.exited(1, { groupEmpty: true }).send({ event: 'pid-file', reason: 'process 88 does not exist' });
  assert.deepEqual([rig.sub, rig.result], ['failed', 'exit-code']);
});

test('a stop that comes before the successor is known does not wait for the dead', () => {
  const rig = forked({ PIDFile }).send({ event: 'pid-file', pid: 77 });
  rig.exited(0, { groupEmpty: true });
  rig.stop();
  rig.send({ event: 'pid-file' });
  rig.send({ event: 'group-empty' });
  assert.deepEqual([rig.sub, rig.timers.size], ['dead', 0]);
});

test('without a PID file the only process that is left is the main process', () => {
  const rig = forked({});
  assert.deepEqual(rig.did, ['guess-main']);
  rig.send({ event: 'guessed', pid: 77 });
  assert.deepEqual(serviceType.pids(rig.state), { main: 77 });
});

test('a service whose main process is not known lives as long as its group', () => {
  const rig = forked({}).send({ event: 'guessed' });
  assert.deepEqual([rig.sub, rig.did], ['running', ['watch-group', 'disarm timeout']]);
  rig.send({ event: 'group-empty' });
  assert.deepEqual([rig.sub, rig.result], ['dead', 'success']);
  const unguessed = forked({ GuessMainPID: false });
  assert.deepEqual(unguessed.sub, 'running');
  assert.equal(forked({ GuessMainPID: false }, { groupEmpty: true }).sub, 'dead');
});

test('a starter that fails fails the start; one that ends by SIGTERM is clean, as a daemon is', () => {
  const failed = new Rig(serviceType, serviceConfig({ Type: 'forking' }));
  failed.start();
  failed.spawned().exited(1);
  assert.deepEqual([failed.sub, failed.result], ['failed', 'exit-code']);
  const terminated = new Rig(serviceType, serviceConfig({ Type: 'forking', GuessMainPID: false }));
  terminated.start();
  terminated.spawned().killed(15, { groupEmpty: false });
  assert.equal(terminated.sub, 'running');
});

test('a manager that comes back asks again what it was asked', () => {
  const resume = (rig: ReturnType<typeof forked>) => serviceType.resume?.(rig.state, rig.config);
  assert.deepEqual(resume(forked({ PIDFile })), [{ effect: 'read-pid-file', path: PIDFile, watch: true }]);
  assert.deepEqual(resume(forked({})), [{ effect: 'guess-main' }]);
  assert.deepEqual(resume(forked({ GuessMainPID: false })), []);
});
