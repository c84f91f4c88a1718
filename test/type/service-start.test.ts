import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceType } from '../../src/type/service.ts';
import type { Effect, UnitEvent } from '../../src/type/type.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { command, Rig, serviceConfig } from './rig.ts';
import { notification } from './notification.ts';

function service(settings: Partial<ServiceSettings> = {}) {
  return new Rig(serviceType, serviceConfig(settings));
}

/** What the last spawn was asked for. */
function request(rig: { readonly effects: readonly Effect[] }) {
  const spawn = rig.effects.find((effect) => effect.effect === 'spawn');
  assert.ok(spawn !== undefined);
  return spawn.request;
}

test('a simple service is started by the fork, and stopped by a signal to its group', () => {
  const rig = service();
  assert.equal(rig.start(), undefined);
  assert.deepEqual([rig.sub, rig.did], ['start', ['spawn ExecStart /bin/a']]);
  rig.spawned();
  assert.deepEqual([rig.look, rig.did], [{ active: 'active', sub: 'running', result: 'success' }, []]);
  assert.deepEqual(serviceType.pids(rig.state), { main: 1001 });
  rig.stop();
  assert.deepEqual([rig.sub, rig.did], ['stop-sigterm', ['signal group with 15', 'arm timeout']]);
  rig.killed(15);
  assert.deepEqual([rig.look, rig.did], [{ active: 'inactive', sub: 'dead', result: 'success' }, ['remove-group', 'disarm timeout']]);
  assert.deepEqual(serviceType.pids(rig.state), {});
});

test('each stage of a run carries out its commands one after the other', () => {
  const rig = service({
    Type: 'oneshot',
    ExecCondition: [command('/c')],
    ExecStartPre: [command('/p1'), command('/p2')],
    ExecStart: [command('/m1'), command('/m2')],
    ExecStartPost: [command('/q')],
    ExecStop: [command('/s')],
    ExecStopPost: [command('/t1'), command('/t2')],
  });
  rig.start();
  const ran: string[] = [];
  while (rig.sub !== 'dead') {
    ran.push(`${rig.sub}: ${rig.did.filter((words) => words.startsWith('spawn')).join()}`);
    rig.spawned().exited();
  }
  assert.deepEqual(ran, [
    'condition: spawn ExecCondition /c',
    'start-pre: spawn ExecStartPre /p1',
    'start-pre: spawn ExecStartPre /p2',
    'start: spawn ExecStart /m1',
    'start: spawn ExecStart /m2',
    'start-post: spawn ExecStartPost /q',
    'stop: spawn ExecStop /s',
    'stop-post: spawn ExecStopPost /t1',
    'stop-post: spawn ExecStopPost /t2',
  ]);
  assert.deepEqual([...rig.timers, ...rig.children], []);
});

test('a oneshot that remains after exit is active without a process until it is stopped', () => {
  const rig = service({ Type: 'oneshot', RemainAfterExit: true, ExecStop: [command('/s')] });
  rig.start();
  rig.spawned().exited();
  assert.deepEqual([rig.look, rig.timers.size], [{ active: 'active', sub: 'exited', result: 'success' }, 0]);
  rig.stop();
  assert.deepEqual(rig.did, ['spawn ExecStop /s', 'arm timeout']);
  rig.spawned().exited();
  assert.deepEqual([rig.sub, rig.did], ['dead', ['remove-group', 'disarm timeout']]);
});

/** A oneshot that remains after exit and has exited. */
function ended(groupEmpty: boolean) {
  const rig = service({ Type: 'oneshot', RemainAfterExit: true });
  rig.start();
  return rig.spawned().exited(0, { groupEmpty });
}

test('a stop of what has exited waits for nobody where nobody is left', () => {
  const empty = ended(true);
  empty.stop();
  assert.deepEqual([empty.sub, empty.did], ['dead', ['remove-group']]);
  const emptied = ended(false).send({ event: 'group-empty' });
  emptied.stop();
  assert.deepEqual([emptied.sub, emptied.did], ['dead', ['remove-group']]);
  const full = ended(false);
  full.stop();
  assert.equal(full.sub, 'stop-sigterm');
});

test('a oneshot without commands is seen starting before it is over', () => {
  const rig = service({ Type: 'oneshot', ExecStart: [], RemainAfterExit: true });
  rig.start();
  assert.deepEqual(rig.passed, ['start', 'exited']);
});

test('the timeout of each command of a stage begins afresh', () => {
  const rig = service({ ExecStartPre: [command('/p1'), command('/p2')] });
  rig.start();
  const first = rig.timers.get('timeout');
  rig.world.now += 60_000_000;
  rig.spawned().exited();
  assert.deepEqual([first, rig.timers.get('timeout')], [1_090_000_000, 1_150_000_000]);
});

test('Type=exec counts as started when its program is executed, and fails when it cannot be', () => {
  const rig = service({ Type: 'exec' });
  rig.start();
  assert.equal(rig.effects.find((effect) => effect.effect === 'spawn')?.reportExec, true);
  rig.spawned();
  assert.equal(rig.sub, 'start');
  rig.send({ event: 'executed', child: 1 });
  assert.deepEqual([rig.sub, rig.did], ['running', ['disarm timeout']]);

  const broken = service({ Type: 'exec' });
  broken.start();
  broken.spawned().exited(203, { failure: 'Failed at step EXEC spawning /bin/a: No such file or directory', missing: true });
  assert.deepEqual([broken.look.active, broken.result], ['failed', 'exit-code']);
  assert.ok(broken.log.some((line) => line.includes('Failed at step EXEC')));
});

test('a missing program is a success where its command may fail', () => {
  const rig = service({ Type: 'oneshot', ExecStart: [command('-/missing'), command('/b')] });
  rig.start();
  rig.spawned().exited(203, { missing: true });
  assert.deepEqual([rig.sub, rig.did], ['start', ['spawn ExecStart /b']]);
});

test('Type=idle counts as active while it starts', () => {
  const rig = service({ Type: 'idle', ExecStartPre: [command('/p')] });
  rig.start();
  assert.deepEqual(rig.look, { active: 'active', sub: 'start-pre', result: 'success' });
  rig.spawned().exited();
  assert.deepEqual([rig.look.active, request(rig).idle], ['active', true]);
});

test('a service of Type=dbus is up when its name is owned, and only then', () => {
  const rig = service({ Type: 'dbus', BusName: 'a.b' });
  rig.start();
  rig.spawned();
  assert.equal(rig.sub, 'start');
  rig.send({ event: 'bus-name', owner: ':1.5', pid: 7 });
  assert.deepEqual([rig.sub, rig.passed], ['running', ['start', 'running']]);
  rig.send({ event: 'bus-name', owner: ':1.6', pid: 8 });
  assert.equal(rig.sub, 'running');
  rig.send({ event: 'bus-name' });
  assert.deepEqual([rig.sub, rig.result], ['stop-sigterm', 'success']);
});

test('a name that somebody else had before does not make a service of Type=dbus be up', () => {
  const rig = service({ Type: 'dbus', BusName: 'a.b' });
  rig.send({ event: 'bus-name', owner: ':1.5' });
  rig.start();
  rig.spawned();
  rig.send({ event: 'bus-name', owner: ':1.5' });
  assert.equal(rig.sub, 'start');
  rig.send({ event: 'bus-name', owner: ':1.6' });
  assert.equal(rig.sub, 'running');
});

const ready: UnitEvent = notification({ ready: true });

test('Type=notify counts as started at READY=1', () => {
  const rig = service({ Type: 'notify', NotifyAccess: 'main' });
  rig.start();
  assert.deepEqual([request(rig).notify, rig.timers.get('timeout')], [true, 1_090_000_000]);
  rig.spawned().send(notification({ status: 'warming up' }));
  assert.equal(rig.sub, 'start');
  rig.send(ready);
  assert.deepEqual([rig.sub, rig.did], ['running', ['disarm timeout']]);
});

test('what ends before READY=1 has broken the protocol', () => {
  const rig = service({ Type: 'notify', NotifyAccess: 'main' });
  rig.start();
  rig.spawned().exited();
  assert.deepEqual([rig.sub, rig.result], ['failed', 'protocol']);

  const failing = service({ Type: 'notify', NotifyAccess: 'main' });
  failing.start();
  failing.spawned().exited(3);
  assert.deepEqual([failing.sub, failing.result], ['failed', 'exit-code']);
});

test('with RemainAfterExit=yes another process may still say READY=1, as long as there is one', () => {
  const rig = service({ Type: 'notify', NotifyAccess: 'all', RemainAfterExit: true });
  rig.start();
  rig.spawned().exited(0, { groupEmpty: false });
  assert.equal(rig.sub, 'start');
  rig.send({ event: 'group-empty' });
  assert.deepEqual([rig.sub, rig.result], ['failed', 'protocol']);
});

/** What follows a condition that ends like this: the next command, and where the service comes to. */
function endOfCondition(event: Partial<Extract<UnitEvent, { readonly event: 'exited' }>>): readonly (string | undefined)[] {
  const rig = service({ ExecCondition: [command('/c')], ExecStopPost: [command('/t')], Restart: 'always' });
  rig.start();
  rig.spawned().exited(0, event);
  const next = rig.did.find((words) => words.startsWith('spawn'));
  const isUnmet = rig.did.includes('condition-unmet');
  if (rig.sub === 'stop-post') rig.spawned().exited();
  return [next, rig.sub, rig.result, ...(isUnmet ? ['unmet'] : [])];
}

test('the end of a condition decides whether the service goes on, is skipped or fails', () => {
  assert.deepEqual(endOfCondition({}), ['spawn ExecStart /bin/a', 'start', 'success']);
  assert.deepEqual(endOfCondition({ status: 1 }), ['spawn ExecStopPost /t', 'dead', 'exec-condition', 'unmet']);
  assert.deepEqual(endOfCondition({ status: 254 }), ['spawn ExecStopPost /t', 'dead', 'exec-condition', 'unmet']);
  assert.deepEqual(endOfCondition({ status: 255 }), ['spawn ExecStopPost /t', 'auto-restart', 'exit-code']);
  assert.deepEqual(endOfCondition({ how: 'killed', status: 9 }), ['spawn ExecStopPost /t', 'auto-restart', 'signal']);
});

test('a failure before the main process runs ExecStopPost= but not ExecStop=', () => {
  const rig = service({ ExecStartPre: [command('/p')], ExecStop: [command('/s')], ExecStopPost: [command('/t')] });
  rig.start();
  rig.spawned().exited(1);
  assert.deepEqual([rig.sub, rig.did], ['stop-post', ['spawn ExecStopPost /t', 'arm timeout']]);
});

/** Where a service comes to whose first process of the stage cannot be made. */
function withoutProcess(settings: Partial<ServiceSettings>): readonly string[] {
  const rig = service({ ExecStop: [command('/s')], ...settings });
  rig.start();
  while (rig.did.some((words) => words.includes('ExecStart /bin/a')) && settings.ExecStartPost !== undefined) rig.spawned();
  rig.send({ event: 'spawn-failed', child: rig.child, reason: 'Resource temporarily unavailable' });
  return [rig.sub, rig.result];
}

test('a process that cannot be made fails the stage with resources', () => {
  assert.deepEqual(withoutProcess({ ExecCondition: [command('/c')] }), ['failed', 'resources']);
  assert.deepEqual(withoutProcess({ ExecStartPre: [command('/p')] }), ['failed', 'resources']);
  assert.deepEqual(withoutProcess({}), ['stop-sigterm', 'resources']);
  assert.deepEqual(withoutProcess({ ExecStartPost: [command('/q')] }), ['stop', 'resources']);
});

test('a service that is up or on its way up takes no second start', () => {
  const rig = service();
  rig.start();
  const before = rig.state;
  assert.equal(rig.start(), undefined);
  assert.equal(rig.state, before);
  rig.spawned();
  assert.deepEqual(rig.start(), { refused: 'already' });
  rig.stop();
  assert.deepEqual(rig.start(), { refused: 'again' });
});

test('the main process gets sockets and stored descriptors, a control process none', () => {
  const rig = service({ ExecStartPre: [command('/p')], WatchdogSec: 30_000_000, NotifyAccess: 'main' });
  rig.world.sockets = [{ held: 'socket/a.socket/0', name: 'web' }];
  rig.start();
  const before = request(rig);
  rig.spawned().exited();
  const main = request(rig);
  assert.deepEqual([before.main, before.descriptors, before.notify, before.watchdogUsec], [false, [], false, undefined]);
  assert.deepEqual(
    [main.main, main.descriptors, main.notify, main.watchdogUsec, main.socket],
    [true, [{ held: 'socket/a.socket/0', name: 'web' }], true, 30_000_000, 'socket/a.socket/0'],
  );
});
