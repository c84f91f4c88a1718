import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTysd } from './tysd.ts';

/** What ends the manager with a status of its own, and how (systemd.unit(5)). */
const actions: Readonly<Record<string, { readonly unit: string; readonly status: number }>> = {
  'SuccessAction=exit': {
    unit: '[Unit]\nSuccessAction=exit\nSuccessActionExitStatus=41\n[Service]\nExecStart=/bin/true\n',
    status: 41,
  },
  'SuccessAction=exit with the status of the service': {
    unit: '[Unit]\nSuccessAction=exit\n[Service]\nSuccessExitStatus=42\nExecStart=/bin/sh -c "exit 42"\n',
    status: 42,
  },
  'FailureAction=exit': {
    unit: '[Unit]\nFailureAction=exit\nFailureActionExitStatus=43\n[Service]\nType=oneshot\nExecStart=/bin/false\n',
    status: 43,
  },
  'FailureAction=exit-force': {
    unit: '[Unit]\nFailureAction=exit-force\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "exit 44"\n',
    status: 44,
  },
  'StartLimitAction=exit': {
    unit: '[Unit]\nStartLimitAction=exit\nStartLimitBurst=1\nStartLimitIntervalSec=1h\n[Service]\nRestart=always\nRestartSec=1ms\nExecStart=/bin/true\n',
    status: 0,
  },
  'JobTimeoutAction=exit': {
    unit: '[Unit]\nJobTimeoutSec=10ms\nJobTimeoutAction=exit\n[Service]\nType=oneshot\nExecStart=/bin/sleep 1000\n',
    status: 0,
  },
};

for (const [name, { unit, status }] of Object.entries(actions)) {
  test(`${name} ends tysd`, async () => {
    await using daemon = await startTysd({ units: { 'default.target': '[Unit]\n', 'acts.service': unit } });
    // The answer may come, or the end before it.
    await daemon.connect().then((client) => client.call('unit.start', { unit: 'acts.service' }));
    assert.equal(await daemon.within('the end of tysd', daemon.exited), status);
  });
}
