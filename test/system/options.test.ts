import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boot } from './container.ts';
import { buildTysd } from './dist.ts';
import { systemdImage, whyNoImage } from './image.ts';

// As process 1 systemd 252 says nothing of an option that it does not know, and drops all that come after it; for a wrong value it dies.
test(
  'as process 1 tysd boots whatever its command line says, and tells what it goes on without',
  { skip: whyNoImage(), timeout: 120_000 },
  () => {
    buildTysd();
    const { output, errors, console } = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      // As the kernel starts it: with the console.
      init: '/begin --lgo-level=debug --show-status=perhaps quiet --log-level=notice',
      setup: 'printf \'#!/bin/sh\nexec /opt/tysd/tysd --system "$@" >/dev/console 2>&1\n\' >begin; chmod 755 begin',
      units: { 'nothing.target': '[Unit]\nDefaultDependencies=no\n' },
      target: 'nothing.target',
      script: '/opt/tysd/systemctl show -p LogLevel',
    });
    assert.equal(output, 'LogLevel=notice\n', errors);
    const said = console.split(/\r?\n/).filter((line) => line.startsWith('tysd: '));
    assert.deepEqual(said, [
      'tysd: unknown option --lgo-level=debug; see tysd --help; going on without it',
      'tysd: --show-status needs yes or no, not perhaps; going on without it',
    ]);
  },
);
