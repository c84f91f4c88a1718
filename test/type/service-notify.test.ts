import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayNotify } from '../../src/type/service/notify.ts';
import { serviceType } from '../../src/type/service.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { notification } from './notification.ts';
import { command, Rig, second, serviceConfig } from './rig.ts';

function running(settings: Partial<ServiceSettings> = {}) {
  const rig = new Rig(serviceType, serviceConfig({ NotifyAccess: 'main', ...settings }));
  rig.start();
  rig.spawned();
  return rig.sub === 'start' ? rig.send(notification({ ready: true })) : rig;
}

test('NotifyAccess= decides who is listened to', () => {
  assert.deepEqual(mayNotify, {
    none: { main: false, control: false, other: false },
    main: { main: true, control: false, other: false },
    exec: { main: true, control: true, other: false },
    all: { main: true, control: true, other: true },
  });
  for (const from of ['main', 'control', 'other'] as const) {
    for (const NotifyAccess of ['none', 'main', 'exec', 'all'] as const) {
      const rig = running({ NotifyAccess });
      rig.send(notification({ status: 'hello', fds: ['notify/1'] }, { from }));
      assert.equal(rig.state.memory.statusText, mayNotify[NotifyAccess][from] ? 'hello' : '');
      assert.deepEqual(rig.did, ['close notify/1']);
    }
  }
});

test('a service may change who is listened to until it stops', () => {
  const rig = running({ NotifyAccess: 'main' });
  rig.send(notification({ notifyAccess: 'all' }));
  rig.send(notification({ status: 'by another' }, { from: 'other' }));
  assert.equal(rig.state.memory.statusText, 'by another');
});

test('status, error and bus error are remembered until the next start', () => {
  const rig = running();
  rig.send(notification({ status: 'Serving', errno: 5, busError: 'a.b.C' }));
  const shown = serviceType.properties(rig.state, rig.config);
  assert.deepEqual([shown['StatusText'], shown['StatusErrno'], shown['StatusBusError']], ['Serving', '5', 'a.b.C']);
  rig.exited();
  rig.start();
  assert.equal(rig.state.memory.statusText, '');
});

test('a service that says it reloads is reloading until it says it is ready', () => {
  const rig = running({ Type: 'notify' });
  rig.send(notification({ reloading: true }));
  assert.deepEqual([rig.look.active, rig.sub, rig.did], ['reloading', 'reload-notify', ['propagate-reload', 'arm timeout']]);
  rig.send(notification({ ready: true }));
  assert.deepEqual([rig.sub, rig.did], ['running', ['disarm timeout']]);
});

test('a service that says it stops is waited for without a signal', () => {
  const rig = running();
  rig.send(notification({ stopping: true, reloading: true }));
  assert.deepEqual([rig.sub, rig.did], ['stop-sigterm', ['arm timeout']]);
  assert.deepEqual([rig.exited().sub, rig.result], ['dead', 'success']);
});

test('what was said while starting takes effect once the service runs', () => {
  const rig = new Rig(serviceType, serviceConfig({ NotifyAccess: 'main', ExecStartPost: [command('/q')] }));
  rig.start();
  rig.spawned().send(notification({ stopping: true }));
  assert.equal(rig.sub, 'start-post');
  rig.spawned().exited();
  assert.equal(rig.sub, 'stop-sigterm');
});

test('Type=notify-reload is asked by signal, and done at the READY=1 that follows its RELOADING=1', () => {
  const rig = running({ Type: 'notify-reload', ReloadSignal: 10 });
  rig.reload();
  assert.deepEqual([rig.sub, rig.did], ['reload-signal', ['signal child 1 with 10', 'signal child 1 with 18', 'arm timeout']]);
  rig.send(notification({ reloading: true, monotonicUsec: rig.world.now - 1 }));
  assert.equal(rig.sub, 'reload-signal');
  rig.send(notification({ ready: true }));
  assert.equal(rig.sub, 'reload-signal');
  rig.send(notification({ reloading: true, monotonicUsec: rig.world.now }));
  assert.equal(rig.sub, 'reload-notify');
  rig.send(notification({ ready: true }));
  assert.deepEqual([rig.sub, rig.did], ['running', ['disarm timeout']]);
});

test('a reload by commands runs them in turn, and a failure leaves the service up', () => {
  const rig = running({ ExecReload: [command('/r1'), command('/r2')], ExecReloadPost: [command('/after')] });
  rig.reload();
  assert.deepEqual([rig.look.active, rig.did], ['reloading', ['spawn ExecReload /r1', 'arm timeout']]);
  rig.spawned().exited(0, { groupEmpty: false });
  rig.spawned().exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['reload-post', ['spawn ExecReloadPost /after']]);
  rig.spawned().exited(0, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.did], ['running', ['disarm timeout']]);

  rig.reload();
  rig.spawned().exited(1, { groupEmpty: false });
  assert.deepEqual([rig.sub, rig.result, rig.did], ['running', 'success', ['reload-failed', 'disarm timeout']]);
  assert.equal(serviceType.properties(rig.state, rig.config)['ReloadResult'], 'exit-code');
});

test('a reload that takes too long is killed, and the service stays up', () => {
  const rig = running({ ExecReload: [command('/r')] });
  rig.reload();
  rig.spawned().elapse('timeout');
  assert.deepEqual([rig.sub, rig.did], ['running', ['signal child 2 with 9', 'reload-failed']]);
});

test('a reload is refused where it makes no sense', () => {
  assert.deepEqual(running().reload(), { refused: 'unsupported' });
  const rig = running({ ExecReload: [command('/r')] });
  rig.reload();
  assert.deepEqual(rig.reload(), { refused: 'again' });
  const dead = new Rig(serviceType, serviceConfig({ ExecReload: [command('/r')] }));
  assert.deepEqual(dead.reload(), { refused: 'invalid' });
});

test('a main process that dies during a reload ends the service once the reload command is done', () => {
  const rig = running({ ExecReload: [command('/r')] });
  rig.reload();
  rig.spawned().send({ event: 'exited', child: 1, how: 'killed', status: 9, missing: false, groupEmpty: false });
  assert.equal(rig.sub, 'reload');
  rig.exited();
  assert.deepEqual([rig.sub, rig.result], ['failed', 'signal']);
});

test('EXTEND_TIMEOUT_USEC= moves the running time limits, never backwards', () => {
  const rig = new Rig(serviceType, serviceConfig({ Type: 'notify', NotifyAccess: 'main', TimeoutStartSec: 10 * second }));
  rig.start();
  rig.spawned().send(notification({ extendTimeoutUsec: 30 * second }));
  assert.equal(rig.timers.get('timeout'), 1030 * second);
  rig.send(notification({ extendTimeoutUsec: 5 * second }));
  assert.equal(rig.timers.get('timeout'), 1030 * second);
});

test('WATCHDOG_USEC= sets another limit, WATCHDOG=trigger ends the wait', () => {
  const rig = running();
  assert.equal(rig.timers.has('watchdog'), false);
  rig.send(notification({ watchdogUsec: 3 * second }));
  assert.equal(rig.timers.get('watchdog'), 1003 * second);
  rig.send(notification({ watchdog: 'trigger' }));
  assert.deepEqual([rig.sub, rig.result, rig.timers.has('watchdog')], ['stop-watchdog', 'watchdog', false]);
});

test('MAINPID= names another main process', () => {
  const rig = running();
  rig.send(notification({ mainPid: 77 }));
  assert.deepEqual([rig.did, serviceType.pids(rig.state)], [['adopt 77'], { main: 77 }]);
  rig.send({ event: 'exited', child: 1, how: 'exited', status: 1, missing: false, groupEmpty: false });
  assert.equal(rig.sub, 'running');
  rig.send(notification({ mainPid: 88 }, { uid: 1000, mainPidOwn: false }));
  assert.deepEqual(serviceType.pids(rig.state), { main: 77 });
});

test('stored descriptors are renamed, counted, passed on and removed by name', () => {
  const rig = running({ FileDescriptorStoreMax: 2, Restart: 'always' });
  rig.send(notification({ fdStore: true, fdName: 'state', fds: ['notify/1', 'notify/2', 'notify/3'] }));
  assert.deepEqual(rig.did, [
    'close notify/3',
    'rename notify/1 store/a.service/0',
    'watch-hangup store/a.service/0',
    'rename notify/2 store/a.service/1',
    'watch-hangup store/a.service/1',
  ]);
  assert.deepEqual(serviceType.descriptors(rig.state), ['store/a.service/0', 'store/a.service/1']);
  rig.send({ event: 'hangup', name: 'store/a.service/0' });
  assert.deepEqual(rig.did, ['close store/a.service/0']);
  rig.send(notification({ fdStore: true, fdPoll: false, fds: ['notify/4'] }));
  assert.deepEqual(rig.did, ['rename notify/4 store/a.service/2']);
  rig.exited(1);
  assert.equal(rig.sub, 'auto-restart');
  rig.start();
  const spawn = rig.effects.find((effect) => effect.effect === 'spawn');
  assert.deepEqual(spawn?.request.descriptors, [
    { held: 'store/a.service/1', name: 'state', stored: true },
    { held: 'store/a.service/2', name: 'stored', stored: true },
  ]);
  rig.spawned().send(notification({ fdStoreRemove: true, fdName: 'state' }));
  assert.deepEqual(rig.did, ['close store/a.service/1']);
});

/** How many stored descriptors outlive a stop. */
function left(FileDescriptorStorePreserve: ServiceSettings['FileDescriptorStorePreserve'], restartRequested: boolean): number {
  const rig = running({ FileDescriptorStoreMax: 1, FileDescriptorStorePreserve });
  rig.send(notification({ fdStore: true, fds: ['notify/1'] }));
  rig.world.restartRequested = restartRequested;
  rig.stop();
  rig.killed(15);
  return serviceType.descriptors(rig.state).length;
}

test('FileDescriptorStorePreserve= decides what outlives the run', () => {
  assert.deepEqual(
    [left('no', true), left('restart', true), left('restart', false), left('yes', false), left('on-success', false)],
    [0, 1, 0, 1, 1],
  );
});

test('a dead service whose descriptors are kept says so', () => {
  const rig = running({ FileDescriptorStoreMax: 1, FileDescriptorStorePreserve: 'yes' });
  rig.send(notification({ fdStore: true, fds: ['notify/1'] }));
  rig.stop();
  rig.killed(15);
  assert.deepEqual(rig.look, { active: 'inactive', sub: 'dead-resources-pinned', result: 'success' });
  rig.start();
  assert.equal(rig.sub, 'start');
});

test('a dead service is not talked to', () => {
  const rig = running();
  rig.exited();
  const before = rig.state;
  rig.send(notification({ status: 'late', fds: ['notify/1'] }));
  assert.deepEqual([rig.state, rig.did], [before, ['close notify/1']]);
});
