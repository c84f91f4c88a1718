import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelay } from '../../src/type/service/restart-table.ts';
import { blankMemory } from '../../src/type/service/state.ts';
import { serviceType } from '../../src/type/service.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { notification } from './notification.ts';
import { command, Rig, second, serviceConfig } from './rig.ts';

type Ending = (settings: Partial<ServiceSettings>) => Rig<ReturnType<typeof started>['state']>;

function started(settings: Partial<ServiceSettings>) {
  const rig = new Rig(serviceType, serviceConfig(settings));
  rig.start();
  return rig;
}

function running(settings: Partial<ServiceSettings>) {
  return started(settings).spawned();
}

/** Every way in which a service can come to its end, by its result. */
const endings: Readonly<Record<string, Ending>> = {
  success: (settings) => running(settings).exited(),
  'exit-code': (settings) => running(settings).exited(1),
  signal: (settings) => running(settings).killed(9),
  'core-dump': (settings) => running(settings).killed(11, { how: 'dumped' }),
  timeout: (settings) =>
    running({ ...settings, RuntimeMaxSec: second })
      .elapse('runtime')
      .killed(15),
  watchdog: (settings) =>
    running({ ...settings, WatchdogSec: second })
      .elapse('watchdog')
      .killed(6),
  protocol: (settings) => running({ ...settings, Type: 'notify', NotifyAccess: 'main' }).exited(),
  resources: (settings) => {
    const rig = started({ ...settings, ExecStartPre: [command('/p')] });
    return rig.send({ event: 'spawn-failed', child: rig.child, reason: 'no memory' });
  },
  'exec-condition': (settings) =>
    started({ ...settings, ExecCondition: [command('/c')] })
      .spawned()
      .exited(1),
};

/** The table of systemd.service(5) under Restart=: which results start the service again. */
const expected: Readonly<Record<ServiceSettings['Restart'], readonly string[]>> = {
  no: [],
  always: ['success', 'exit-code', 'signal', 'core-dump', 'timeout', 'watchdog', 'protocol', 'resources'],
  'on-success': ['success'],
  'on-failure': ['exit-code', 'signal', 'core-dump', 'timeout', 'watchdog', 'protocol', 'resources'],
  'on-abnormal': ['signal', 'core-dump', 'timeout', 'watchdog', 'protocol', 'resources'],
  'on-abort': ['signal', 'core-dump'],
  'on-watchdog': ['watchdog'],
};

const modes: readonly ServiceSettings['Restart'][] = ['no', 'always', 'on-success', 'on-failure', 'on-abnormal', 'on-abort', 'on-watchdog'];

for (const Restart of modes) {
  test(`Restart=${Restart} starts again after just the results that its row names`, () => {
    const outcomes = Object.entries(endings).map(([result, end]) => {
      const rig = end({ Restart });
      return [result, rig.result, rig.sub];
    });
    const wanted = Object.keys(endings).map((result) => {
      const rest = result === 'success' || result === 'exec-condition' ? 'dead' : 'failed';
      return [result, result, expected[Restart].includes(result) ? 'auto-restart' : rest];
    });
    assert.deepEqual(outcomes, wanted);
  });
}

test('a stop that was asked for forbids the restart, whatever the exit says', () => {
  const rig = running({ Restart: 'always' });
  rig.stop();
  rig.killed(9);
  assert.deepEqual([rig.sub, rig.result], ['failed', 'signal']);
});

test('a stop job that is still queued forbids the restart', () => {
  const rig = running({ Restart: 'always' });
  rig.world.stopRequested = true;
  rig.exited(1);
  assert.equal(rig.sub, 'failed');
});

test('RestartPreventExitStatus= and RestartForceExitStatus= go before Restart=', () => {
  const prevent = running({ Restart: 'always', RestartPreventExitStatus: { codes: [3], signals: [9] } });
  assert.equal(prevent.exited(3).sub, 'failed');
  const preventSignal = running({ Restart: 'always', RestartPreventExitStatus: { codes: [3], signals: [9] } });
  assert.equal(preventSignal.killed(9).sub, 'failed');
  const force = running({ Restart: 'no', RestartForceExitStatus: { codes: [0], signals: [] } });
  assert.equal(force.exited(0).sub, 'auto-restart');
  const both = running({ RestartForceExitStatus: { codes: [3], signals: [] }, RestartPreventExitStatus: { codes: [3], signals: [] } });
  assert.equal(both.exited(3).sub, 'failed');
  const oneshot = running({ Type: 'oneshot', RestartForceExitStatus: { codes: [0, 3], signals: [] } });
  assert.equal(oneshot.exited(0).sub, 'dead');
});

test('a restart is first seen as the end of the run, then waits, then asks for a start job', () => {
  const rig = running({ Restart: 'on-failure', RestartSec: 2 * second });
  rig.passed.length = 0;
  rig.exited(1);
  assert.deepEqual(rig.passed, ['failed-before-auto-restart', 'auto-restart']);
  assert.deepEqual(rig.look, { active: 'activating', sub: 'auto-restart', result: 'exit-code', willRestart: true, pauses: true });
  assert.deepEqual([...rig.timers], [['restart', 1002 * second]]);
  rig.elapse('restart');
  assert.deepEqual([rig.sub, rig.did], ['auto-restart-queued', ['restart']]);
  rig.start();
  rig.spawned();
  assert.deepEqual(
    [rig.look, serviceType.properties(rig.state, rig.config)['NRestarts']],
    [{ active: 'active', sub: 'running', result: 'success' }, '1'],
  );
});

test('RestartMode=direct passes no inactive state', () => {
  const rig = running({ Restart: 'always', RestartMode: 'direct' });
  rig.passed.length = 0;
  rig.exited(0);
  assert.deepEqual(rig.passed, ['auto-restart']);
});

test('a start job that comes before the hold-off is over is the restart', () => {
  const rig = running({ Restart: 'always', RestartSec: 60 * second });
  rig.exited(1);
  rig.start();
  assert.deepEqual([rig.sub, rig.timers.has('restart'), rig.state.memory.restarts], ['start', false, 1]);
});

test('a stop job gives up the restart', () => {
  const rig = running({ Restart: 'always', RestartSec: 60 * second });
  rig.exited(1);
  rig.stop();
  assert.deepEqual([rig.look.active, rig.sub, rig.did], ['inactive', 'dead', ['disarm restart']]);
});

test('the count of restarts begins anew with a start that is none, and with reset-failed', () => {
  const rig = running({ Restart: 'on-failure' });
  rig.exited(1).elapse('restart');
  rig.start();
  rig.spawned();
  rig.stop();
  rig.killed(15);
  assert.deepEqual([rig.sub, rig.state.memory.restarts], ['dead', 1]);
  rig.start();
  assert.equal(rig.state.memory.restarts, 0);
});

test('starting too often fails the unit with what failed first, and says so apart', () => {
  const rig = running({ Restart: 'on-failure' });
  rig.exited(1).elapse('restart');
  const failed = serviceType.fail(rig.state, 'start-limit-hit');
  assert.deepEqual(serviceType.look(failed), { active: 'failed', sub: 'failed', result: 'exit-code', startLimitHit: true });
  assert.deepEqual(serviceType.look(serviceType.fail(serviceType.initial, 'start-limit-hit')), {
    active: 'failed',
    sub: 'failed',
    result: 'start-limit-hit',
    startLimitHit: true,
  });
});

test('the wait grows from RestartSec= to RestartMaxDelaySec= in RestartSteps=', () => {
  const { service } = serviceConfig({ RestartSec: second, RestartSteps: 4, RestartMaxDelaySec: 16 * second });
  assert.ok(service !== undefined);
  const waits = [0, 1, 2, 3, 4, 9].map((restarts) => restartDelay({ ...blankMemory, restarts }, service, 0) / second);
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 16]);
});

test('the wait is the default where RestartSec= is not set, and flat without steps', () => {
  const { service } = serviceConfig({ RestartMaxDelaySec: 16 * second });
  assert.ok(service !== undefined);
  assert.deepEqual(
    [0, 5].map((restarts) => restartDelay({ ...blankMemory, restarts }, service, 100_000)),
    [100_000, 100_000],
  );
});

test('each restart waits a while of its own besides, as RestartRandomizedDelaySec= allows', () => {
  const rig = running({ Restart: 'always', RestartSec: second, RestartRandomizedDelaySec: 4 * second });
  rig.world.random = 0.25;
  rig.exited(1);
  assert.equal(rig.timers.get('restart'), rig.world.now + 2 * second);
});

test('RestartMode=debug tells the processes of a restart so, and only those', () => {
  const rig = running({ Restart: 'always', RestartMode: 'debug' });
  rig.exited(1).elapse('restart');
  rig.start();
  const told = rig.effects.flatMap((effect) => (effect.effect === 'spawn' ? effect.request.environment : []));
  assert.deepEqual(told, ['DEBUG_INVOCATION=1']);
});

test('with PermissionsStartOnly= all but the main process have full privileges', () => {
  const rig = new Rig(serviceType, serviceConfig({ PermissionsStartOnly: true, ExecStartPre: [command('/bin/pre')] }));
  const privileges = () => rig.effects.flatMap((effect) => (effect.effect === 'spawn' ? [effect.request.command.privilege] : []));
  rig.start();
  assert.deepEqual(privileges(), ['full']);
  rig.spawned().exited(0);
  assert.deepEqual(privileges(), ['normal']);
});

test('the watchdog counts from the last sign of life', () => {
  const rig = running({ WatchdogSec: 10 * second, NotifyAccess: 'main' });
  rig.world.now += 9 * second;
  rig.send(notification({ watchdog: 'ping' }));
  assert.deepEqual(rig.timers.get('watchdog'), 1019 * second);
  rig.elapse('watchdog');
  assert.deepEqual([rig.sub, rig.result, rig.did], ['stop-watchdog', 'watchdog', ['signal group with 6', 'arm timeout']]);
});

test('a restart where no process could be made waits a moment, whatever RestartSec= says', () => {
  const service = serviceConfig({ RestartSec: 0 }).service;
  assert.ok(service !== undefined);
  const waits = (['exit-code', 'resources'] as const).map((result) => restartDelay({ ...blankMemory, result }, service, 0));
  assert.deepEqual(waits, [0, 100_000]);
  assert.equal(restartDelay({ ...blankMemory, result: 'resources' }, { ...service, RestartSec: 2 * second }, 0), 2 * second);
});
