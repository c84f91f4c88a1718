import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FakeManager } from '../api/fake-manager.ts';
import { withBench } from './run.ts';

function example(manager: FakeManager): void {
  manager.add('web.service', {}, { BusName: 'org.example.Web' });
  manager.add('mute.service', {}, { BusName: '' });
  manager.add('my.target');
}

const quiet = { out: [], err: [], status: 0 };
const refused = (...err: readonly string[]) => ({ out: [], err, status: 1 });

test('bind and mount-image ask for mounts, with the source as the place where none is named', () =>
  withBench(example, async ({ manager, systemctl }) => {
    assert.deepEqual(await systemctl('bind', 'web', '/srv/a'), quiet);
    assert.deepEqual(await systemctl('bind', '--mkdir', '--read-only', 'web.service', '/srv/a', '/opt'), quiet);
    assert.deepEqual(await systemctl('mount-image', 'web', '/srv/image', '/opt', 'root:ro,noatime'), quiet);
    assert.deepEqual(await systemctl('bind', 'none', '/srv'), refused('Failed to bind mount: Unit none.service not loaded.'));
    assert.deepEqual(
      await systemctl('mount-image', 'web', '/srv/image', '/opt', 'nosuch:ro'),
      refused('Failed to create bus message: Invalid argument'),
    );
    assert.deepEqual(manager.calls, [
      'mount /srv/a on /srv/a of web.service',
      'mount /srv/a on /opt of web.service',
      'mount /srv/image on /opt of web.service',
      'mount /srv on /srv of none.service',
    ]);
  }));

test('service-log-level is for services that have a name on the bus, and levels that there are', () =>
  withBench(example, async ({ systemctl }) => {
    assert.deepEqual(await systemctl('service-log-level', 'web'), refused('Failed to connect to bus: there is no bus here'));
    assert.deepEqual(await systemctl('service-log-level', 'web', 'loud'), refused('"loud" is not a valid log level.'));
    assert.deepEqual(
      await systemctl('service-log-target', 'mute'),
      refused(
        "Unit mute.service doesn't declare BusName=.",
        'Hint: the service must declare BusName= and implement the appropriate D-Bus interface.',
        '      See the org.freedesktop.LogControl1(5) man page for details.',
      ),
    );
    assert.deepEqual(
      await systemctl('service-log-level', 'my.target'),
      refused('Failed to obtain BusName= property of my.target: Unknown interface org.freedesktop.systemd1.Service or property BusName.'),
    );
  }));
