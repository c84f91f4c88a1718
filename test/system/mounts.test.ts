// Mounts at the end of a machine, as with systemd; and an automount point whose manager is killed while somebody waits at it.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { boot, type Boot } from './container.ts';
import { systemdImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const usual = '[Unit]\nDefaultDependencies=yes\n';

/** umount(8) has a helper for tmpfs, which notes what it takes away where the test can read it when the machine is gone. */
const helpers = `
  mkdir -p sbin
  printf '%s\\n' '#!/bin/bash' 'echo "$1" >>/run/host/noted; exec umount -i "$1"' >sbin/umount.tmpfs
  chmod 755 sbin/umount.tmpfs
  mknod dev/autofs c 10 235`;

function noted(where: string, more = ''): string {
  return `${usual}${more}\n[Mount]\nWhat=x\nWhere=${where}\nType=tmpfs\n`;
}

/** Boots, shuts down, and tells which mounts were taken away, in order. */
function unmountedBy(manager: Boot['manager']): string {
  const booted = boot({
    manager,
    rootfs: systemdImage(),
    profile: 'bare',
    target: 'nothing.target',
    setup: helpers,
    units: {
      'nothing.target': '[Unit]\nDefaultDependencies=no\n',
      'srv-a.mount': noted('/srv/a'),
      'srv-a-b.mount': noted('/srv/a/b'),
      'srv-c.mount': noted('/srv/c', 'After=srv-a.mount'),
      'srv-kept.mount': `[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=x\nWhere=/srv/kept\nType=tmpfs\n`,
      'user.service': `${usual}RequiresMountsFor=/srv/a/b\n[Service]\nExecStart=/bin/sleep infinity\nExecStop=/bin/sh -c 'echo user >>/run/host/noted'\n`,
    },
    script: `
      [ -d /opt/tysd ] && PATH=/opt/tysd:$PATH
      systemctl start srv-c.mount srv-kept.mount
      systemctl start --job-mode=ignore-requirements srv-a.mount srv-a-b.mount user.service
      mkdir -p /srv/foreign; mount -t tmpfs x /srv/foreign
      for i in $(seq 100); do systemctl is-active -q srv-foreign.mount && break; sleep 0.1; done
      systemctl is-active srv-a.mount srv-a-b.mount srv-c.mount srv-kept.mount srv-foreign.mount user.service | sort | uniq -c`,
    hook: `
      kill -s RTMIN+4 "$PID1"
      for i in $(seq 300); do [ -d "/proc/$PID1" ] || break; sleep 0.1; done
      cat "$RUNDIR/share/noted"`,
  });
  assert.equal(booted.status, 0, booted.errors + booted.console);
  return booted.output;
}

/** Which lines there are, and the order of those that something relates; the others may end in any. */
function order(output: string): readonly (readonly string[])[] {
  const lines = output.trimEnd().split('\n');
  const at = (name: string): number => lines.indexOf(name);
  return [
    lines.toSorted(),
    ['user', '/srv/a/b', '/srv/a'].toSorted((a, b) => at(a) - at(b)),
    ['/srv/c', '/srv/a'].toSorted((a, b) => at(a) - at(b)),
  ];
}

describe('mounts of a machine', { skip: whyNoImage() }, () => {
  before(buildTysd);

  test('a shutdown takes away what systemd takes away, what lies on another first', () => {
    const ended = unmountedBy('tysd');
    assert.deepEqual(order(ended), order(unmountedBy('systemd')));
    for (const where of ['user', '/srv/a', '/srv/a/b', '/srv/c', '/srv/foreign']) assert.ok(ended.split('\n').includes(where), ended);
  });

  test('who waits at an automount point while the manager is killed gets the mount from the next', () => {
    const { output, errors, console } = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      target: 'nothing.target',
      setup: helpers,
      units: {
        'nothing.target': '[Unit]\nDefaultDependencies=no\n',
        'srv-auto.automount': '[Unit]\nDefaultDependencies=no\n[Automount]\nWhere=/srv/auto\n',
        'srv-auto.mount': '[Unit]\nDefaultDependencies=no\n[Mount]\nWhat=tmpfs\nWhere=/srv/auto\nType=tmpfs\n',
      },
      script: `#!/bin/bash
        PATH=/opt/tysd:$PATH
        manager() { for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -- '^/opt/tysd/tysd --process=manager' && basename $p; done; }
        systemctl start srv-auto.automount
        pid=$(manager)
        kill -STOP $pid
        (touch /srv/auto/file && echo touched >/run/touched) &
        for i in $(seq 100); do grep -q autofs /proc/$!/stack /proc/$!/wchan 2>/dev/null && break; sleep 0.02; done
        kill -KILL $pid
        wait
        cat /run/touched
        systemctl show -p SubState --value srv-auto.automount srv-auto.mount | grep .`,
    });
    assert.deepEqual(output.trimEnd().split('\n'), ['touched', 'running', 'mounted'], errors + console);
  });
});
