import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceType } from '../../src/type/service.ts';
import type { ServiceSettings } from '../../src/unit/settings/service.ts';
import { command, Rig, serviceConfig } from './rig.ts';

function service(settings: Partial<ServiceSettings> = {}) {
  return new Rig(serviceType, serviceConfig(settings));
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

test('each stage of a start runs its commands one after the other', () => {
  const rig = service({
    Type: 'oneshot',
    ExecCondition: [command('/c')],
    ExecStartPre: [command('/p1'), command('/p2')],
    ExecStart: [command('/m1'), command('/m2')],
    ExecStartPost: [command('/q')],
    ExecStop: [command('/s')],
    ExecStopPost: [command('/t')],
  });
  rig.start();
  const ran: string[] = [];
  while (rig.sub !== 'dead' && ran.length < 20) {
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
    'stop-post: spawn ExecStopPost /t',
  ]);
});
