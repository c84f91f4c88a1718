// Names on a real message bus that come and go while the manager is dead.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { busPolicy, compiledAct } from '../differential/run/both.ts';
import { boot } from './container.ts';
import { systemdImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const early = '[Unit]\nDefaultDependencies=no\n';

const service = (name: string, acts: string): string =>
  `${early}[Service]\nType=dbus\nBusName=org.example.${name}\nTimeoutStartSec=60\nExecStart=/act to /run/${name} bus ${acts.replaceAll('NAME', `org.example.${name}`)} wait\n`;

/** A manager that is stopped hears nothing of what happens then, and is killed before it could; the keeper starts another. */
const script = `
PATH=/opt/tysd:$PATH
until_ok() { for _ in $(seq 600); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done; echo "gave up: $*"; }
is() { [ "$(systemctl show -p SubState --value "$1")" = "$2" ]; }
manager() { for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -- '^/opt/tysd/tysd --process=manager' && basename $p; done; }
systemctl start giver stayer
systemctl start --no-block comer
until_ok is comer start
old=$(manager)
kill -STOP $old
touch /run/go
until_ok grep -q 'release 1' /run/giver
until_ok grep -q 'own 1' /run/comer
kill -KILL $old
another() { [ -n "$(manager)" ] && [ "$(manager)" != "$old" ]; }
until_ok another
until_ok is giver dead
until_ok is comer running
systemctl show -p Id,ActiveState --value giver comer stayer | xargs
`;

describe('names on the bus over the death of the manager', { skip: whyNoImage() }, () => {
  test('a name that is lost meanwhile stops its service, and one that is owned meanwhile completes its start', { timeout: 300_000 }, () => {
    buildTysd();
    using act = compiledAct();
    const booted = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      target: 'nothing.target',
      units: {
        'nothing.target': early,
        'dbus.socket.d/tests.conf': early,
        'dbus.service.d/tests.conf': early,
        'giver.service': service('giver', 'own NAME until /run/go release NAME'),
        'comer.service': service('comer', 'until /run/go own NAME'),
        'stayer.service': service('stayer', 'own NAME'),
      },
      copies: { [act.path]: '/act', [busPolicy]: '/etc/dbus-1/system.d/tests.conf' },
      script,
    });
    assert.equal(booted.output.trim(), 'giver.service inactive comer.service active stayer.service active', booted.console);
  });
});
