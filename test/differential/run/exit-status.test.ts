import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { boot } from '../../system/container.ts';
import { systemdImage } from '../../system/image.ts';
import { whyNotAsked } from './both.ts';
import { buildTysd } from '../../system/dist.ts';

const acts = (unit: string, service: string): string => `[Unit]\nDefaultDependencies=no\n${unit}\n[Service]\n${service}\n`;
const started = 'systemctl start acts.service';

/** What brings process 1 of a container to its end: a unit, and what is done in a shell. */
const cases: Readonly<Record<string, Ending>> = {
  'SuccessAction=exit': { unit: acts('SuccessAction=exit', 'ExecStart=true'), script: started },
  'SuccessAction=exit with a status': { unit: acts('SuccessAction=exit\nSuccessActionExitStatus=41', 'ExecStart=true'), script: started },
  'SuccessAction=exit with the status of the service': {
    unit: acts('SuccessAction=exit', 'SuccessExitStatus=42\nExecStart=sh -c "exit 42"'),
    script: started,
  },
  'SuccessAction=exit of a service that a signal ended': {
    unit: acts('SuccessAction=exit', 'ExecStart=sleep infinity'),
    script: `${started}; systemctl kill acts.service`,
  },
  'FailureAction=exit with the status of the service': { unit: acts('FailureAction=exit', 'ExecStart=sh -c "exit 43"'), script: started },
  'FailureAction=exit of a service that a signal ended': {
    unit: acts('FailureAction=exit', 'ExecStart=sleep infinity'),
    script: `${started}; systemctl kill -s KILL acts.service`,
  },
  'FailureAction=exit-force with a status': {
    unit: acts('FailureAction=exit-force\nFailureActionExitStatus=44', 'Type=oneshot\nExecStart=false'),
    script: started,
  },
  'JobTimeoutAction=exit': {
    unit: acts('JobTimeoutSec=300ms\nJobTimeoutAction=exit', 'Type=oneshot\nExecStart=sleep infinity'),
    script: started,
  },
  'JobTimeoutAction=exit-force of a job that runs': {
    unit: acts('JobRunningTimeoutSec=300ms\nJobTimeoutAction=exit-force', 'Type=oneshot\nExecStart=sleep infinity'),
    script: started,
  },
  'StartLimitAction=exit': {
    // One that has not failed is unloaded, and its starts are forgotten.
    unit: acts('StartLimitBurst=1\nStartLimitAction=exit', 'Type=oneshot\nExecStart=false'),
    script: `${started}; ${started}`,
  },
  'exit with a status': { script: 'systemctl exit 45' },
  'exit without one': { script: 'systemctl exit' },
  'poweroff of a container': { script: 'systemctl poweroff' },
};

interface Ending {
  readonly unit?: string;
  readonly script: string;
}

/** How process 1 ended; or all that was said, where that is not known. */
function endOf(manager: 'systemd' | 'tysd', { unit, script }: Ending): string {
  const { output, errors } = boot({
    manager,
    rootfs: systemdImage(),
    profile: 'bare',
    target: 'nothing.target',
    ends: true,
    units: { 'nothing.target': '[Unit]\nDefaultDependencies=no\n', ...(unit === undefined ? {} : { 'acts.service': unit }) },
    script: `#!/bin/bash\n[ -d /opt/tysd ] && PATH=/opt/tysd:$PATH\n${script}\n`,
    timeoutSec: 60,
  });
  // What the time limit of the whole ended did not end by itself.
  const [ended] = errors.includes('run-systemd: timeout') ? [] : (/process 1 ended with \d+/.exec(output) ?? []);
  return ended ?? `${output}\n${errors}`;
}

describe('the exit status of process 1', { skip: whyNotAsked }, () => {
  before(buildTysd);

  for (const [name, ending] of Object.entries(cases)) {
    test(name, { timeout: 240_000 }, () => {
      const systemd = endOf('systemd', ending);
      assert.match(systemd, /^process 1 ended with \d+$/);
      assert.equal(endOf('tysd', ending), systemd);
    });
  }
});
