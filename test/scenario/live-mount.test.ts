import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { MountRequest } from '../../src/graph/request.ts';
import { Simulation } from './simulation.ts';

const units = {
  'default.target': '[Unit]\nWants=a.service plain.service\n',
  'a.service': '[Unit]\nAfter=off.service\n[Service]\nPrivateTmp=yes\nInaccessiblePaths=/srv/hidden\nExecStart=/bin/daemon\n',
  'off.service': '[Service]\nPrivateTmp=yes\nExecStart=/bin/daemon\n',
  'plain.service': '[Service]\nExecStart=/bin/daemon\n',
};

const request: MountRequest = { unit: 'a.service', source: '/srv/a', target: '/opt', image: undefined, readOnly: false, make: false };

function booted(): Simulation {
  const simulation = new Simulation({ units }).boot();
  const pid = simulation.manager.unit('a.service')?.mainPid ?? 0;
  const fields = `S 1 ${'0 '.repeat(17)}4711 0`;
  simulation.files.live(`/proc/${pid}/stat`, () => `${pid} (daemon) ${fields}`);
  simulation.files.live(`/proc/${pid}/cgroup`, () => '0::/tysd/system.slice/a.service\n');
  return simulation;
}

test('a mount for a service that runs is answered when its child has ended, whatever is reloaded meanwhile', async () => {
  const simulation = booted();
  const mounted = simulation.manager.mount(request);
  simulation.manager.reload();
  simulation.clock.settle();
  assert.deepEqual(await mounted, { ok: true, value: undefined });
});

test('what a service cannot be given is refused with the reason', async () => {
  const simulation = booted();
  const refusal = async (change: Partial<MountRequest>): Promise<string> => {
    const mounted = await simulation.manager.mount({ ...request, ...change });
    return mounted.ok ? 'mounted' : mounted.error.message;
  };
  assert.deepEqual(
    [
      await refusal({ unit: 'plain.service' }),
      await refusal({ unit: 'off.service' }),
      await refusal({ unit: 'none.service' }),
      await refusal({ unit: 'default.target' }),
      await refusal({ source: 'srv' }),
      await refusal({ target: '/opt/../x' }),
      await refusal({ target: '/srv/hidden/below' }),
    ],
    [
      'Unit not running in private mount namespace, cannot activate bind mount',
      'Unit is not running',
      'Unit none.service not loaded.',
      'Unit is not of type .service',
      'Source path must be absolute and normalized.',
      'Destination path must be absolute and normalized.',
      '/srv/hidden/below is not accessible to this unit',
    ],
  );
});

test('a process that has the number of the main one by now is given nothing', async () => {
  const simulation = booted();
  const pid = simulation.manager.unit('a.service')?.mainPid ?? 0;
  simulation.files.live(`/proc/${pid}/cgroup`, () => '0::/somewhere/else\n');
  const mounted = await simulation.manager.mount(request);
  assert.equal(mounted.ok ? '' : mounted.error.message, 'Unit is not running');
});
