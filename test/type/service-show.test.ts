import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceType } from '../../src/type/service.ts';
import { command, Rig, second, serviceConfig } from './rig.ts';

/** What systemd 252 prints of a oneshot that ended, less the times and pids; taken from `systemctl show`. */
const oneshot: Readonly<Record<string, string>> = {
  Type: 'oneshot',
  ExitType: 'main',
  Restart: 'no',
  NotifyAccess: 'none',
  RestartUSec: '100ms',
  TimeoutStartUSec: 'infinity',
  TimeoutStopUSec: '1min 30s',
  TimeoutAbortUSec: '1min 30s',
  TimeoutStartFailureMode: 'terminate',
  TimeoutStopFailureMode: 'terminate',
  RuntimeMaxUSec: 'infinity',
  RuntimeRandomizedExtraUSec: '0',
  WatchdogUSec: '0',
  WatchdogTimestampMonotonic: '0',
  RootDirectoryStartOnly: 'no',
  RemainAfterExit: 'yes',
  GuessMainPID: 'yes',
  RestartPreventExitStatus: '3',
  SuccessExitStatus: '75 USR1',
  MainPID: '0',
  ControlPID: '0',
  FileDescriptorStoreMax: '0',
  NFileDescriptorStore: '0',
  StatusErrno: '0',
  Result: 'success',
  ReloadResult: 'success',
  CleanResult: 'success',
  UID: '[not set]',
  GID: '[not set]',
  NRestarts: '0',
  OOMPolicy: 'stop',
  ExecMainCode: '1',
  ExecMainStatus: '1',
};

test('show prints of a service what systemctl prints', () => {
  const rig = new Rig(
    serviceType,
    serviceConfig({
      Type: 'oneshot',
      ExecStart: [command('/bin/sh -c exit'), command('-/bin/false')],
      ExecStop: [command('/bin/true')],
      RemainAfterExit: true,
      SuccessExitStatus: { codes: [75], signals: [10] },
      RestartPreventExitStatus: { codes: [3], signals: [] },
    }),
  );
  rig.start();
  rig.spawned().exited(0);
  rig.world.now += 2 * second;
  rig.spawned().exited(1);
  const shown = serviceType.properties(rig.state, rig.config);
  const compared = Object.fromEntries(Object.keys(oneshot).map((name) => [name, shown[name]]));
  assert.deepEqual(compared, oneshot);
  assert.deepEqual(
    [shown['ExecMainPID'], shown['ExecMainStartTimestampMonotonic'], shown['ExecMainExitTimestampMonotonic']],
    ['1002', '1000000000', '1002000000'],
  );
  const times = /_time=\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [^\]]+\]/g;
  assert.deepEqual(shown['ExecStart']?.replaceAll(times, '_time=[TIME]').split('\n'), [
    '{ path=/bin/sh ; argv[]=/bin/sh -c exit ; ignore_errors=no ; start_time=[TIME] ; stop_time=[TIME] ; pid=1001 ; code=exited ; status=0 }',
    '{ path=/bin/false ; argv[]=/bin/false ; ignore_errors=yes ; start_time=[TIME] ; stop_time=[TIME] ; pid=1002 ; code=exited ; status=1 }',
  ]);
  assert.equal(
    shown['ExecStop'],
    '{ path=/bin/true ; argv[]=/bin/true ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
  );
});

test('a main process that a signal ended is shown with the signal', () => {
  const rig = new Rig(serviceType, serviceConfig());
  rig.start();
  rig.spawned().killed(9);
  const shown = serviceType.properties(rig.state, rig.config);
  assert.deepEqual(
    [shown['ExecMainCode'], shown['ExecMainStatus'], shown['ExecStart']?.split(' ; ').slice(-2)],
    ['2', '9', ['code=killed', 'status=9/KILL }']],
  );
});

test('Restart=debug tells the program that it was restarted', () => {
  const rig = new Rig(serviceType, serviceConfig({ Restart: 'always', RestartMode: 'debug' }));
  const environment = () => rig.effects.find((effect) => effect.effect === 'spawn')?.request.environment;
  rig.start();
  assert.deepEqual(environment(), []);
  rig.spawned().exited(1).elapse('restart');
  rig.start();
  assert.deepEqual(environment(), ['DEBUG_INVOCATION=1']);
});
