import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTysd, wanting } from './tysd.ts';

const good = '[Service]\nExecStart=/bin/sleep infinity\n';

test('units that rustysd died of load with a message that names file and line, and the rest boots', async () => {
  const odd: Readonly<Record<string, string | Uint8Array>> = {
    'unknown-key.service': '[Service]\nExecStart=/bin/sleep infinity\nNoSuchKey=1\n',
    'unknown-section.service': '[Service]\nExecStart=/bin/sleep infinity\n[Nonsense]\nA=1\n',
    'restart-on-failure.service': '[Service]\nExecStart=/bin/sleep infinity\nRestart=on-failure\n',
    'comma.service': "[Service]\nExecStart=/bin/sh -c 'exec sleep infinity' a,b,c\n",
    'after-nothing.service': '[Unit]\nAfter=nowhere.target\n[Service]\nExecStart=/bin/sleep infinity\n',
    'after-list.service': '[Unit]\nAfter=after-nothing.service comma.service\n[Service]\nExecStart=/bin/sleep infinity\n',
    'after-mount.service': '[Unit]\nAfter=x.mount\n[Service]\nExecStart=/bin/sleep infinity\n',
    'semicolon.service': '; a comment\n[Service]\n;x=1\nExecStart=/bin/sleep infinity\n',
    'twice.service': '[Service]\nExecStart=/bin/true\n[Service]\nExecStart=\nExecStart=/bin/sleep infinity\n',
    'timeouts.service': '[Service]\nExecStart=/bin/sleep infinity\nTimeoutStartSec=500ms\nTimeoutStopSec=5m\n',
    'bad-timeout.service': '[Service]\nExecStart=/bin/sleep infinity\nTimeoutStartSec=xs\n',
    'environment.service': '[Service]\nExecStart=/bin/sleep infinity\nEnvironment=WORD\n',
    'extension.service': '[Unit]\nX-Mine=1\n[Service]\nExecStart=/bin/sleep infinity\n[X-Section]\nA=1\n',
  };
  await using daemon = await startTysd({
    units: {
      ...odd,
      'default.target': wanting(...Object.keys(odd), 'in-wants.service'),
      README: 'This is not a unit.\n',
      'empty.service': '',
      'default.target.wants/in-wants.service': good,
      'nothing.service': '',
    },
  });
  for (const name of Object.keys(odd)) assert.equal(await daemon.state(name), 'active (running)', name);
  console.log(daemon.console, await daemon.ask('manager.info', {}));
});
