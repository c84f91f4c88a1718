// A machine whose process 1 becomes its newer program, and whose manager comes with another op table.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { compiledAct } from '../differential/run/both.ts';
import { boot } from './container.ts';
import { systemdImage, whyNoImage } from './image.ts';
import { buildTysd } from './dist.ts';

const alone = '[Unit]\nDefaultDependencies=no\n';

const units = {
  'nothing.target': alone,
  'plain.service': `${alone}[Service]\nExecStart=/act wait\n`,
  'again.service': `${alone}[Service]\nRestart=always\nRestartSec=0\nExecStart=/act wait\n`,
  'store.service': `${alone}[Service]\nType=notify\nFileDescriptorStoreMax=3\nExecStart=/act to /run/store passed store first one notify READY=1 wait\n`,
  'echo.socket': `${alone}[Socket]\nListenStream=/run/echo\n`,
  'echo.service': `${alone}[Service]\nExecStart=/act to /run/echoed serve\n`,
  'soon.timer': `${alone}[Timer]\nOnActiveSec=3s\nAccuracySec=1us\n`,
  'soon.service': `${alone}[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo elapsed >>/run/elapsed'\n`,
};

describe('a machine that is upgraded while it runs', { skip: whyNoImage() }, () => {
  before(buildTysd);

  test('process 1 becomes the newer program by daemon-reexec, and all goes on: processes, sockets, stored descriptors, timers, orphans', () => {
    using act = compiledAct();
    const { output, errors, console } = boot({
      manager: 'tysd',
      rootfs: systemdImage(),
      target: 'nothing.target',
      units,
      copies: { [act.path]: '/act' },
      script: `#!/bin/bash
        PATH=/opt/tysd:$PATH
        until_ok() { for i in $(seq 300); do "$@" && return; sleep 0.1; done; echo "in vain: $*"; }
        manager() { for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -- '^/opt/tysd/tysd --process=manager' && basename $p; done; }
        gone() { [ ! -d /proc/$1 ]; }
        inode() { stat -L -c %d:%i "$1"; }
        pids() { systemctl show -p MainPID --value plain.service store.service | xargs; }
        becomes() { [ "$(inode /proc/1/exe)" = "$(inode "$1")" ] && systemctl is-active -q nothing.target; }
        no_zombies() { ! grep -l '^[0-9]* (.*) Z 1 ' /proc/[0-9]*/stat 2>/dev/null | grep -q .; }
        restarted() { [ "$(systemctl show -p NRestarts --value again.service)" = "$1" ] && systemctl is-active -q again.service; }
        systemctl start plain.service again.service store.service echo.socket soon.timer
        old=$(pids)
        for round in 1 2; do
          cp /opt/tysd/tysd-keeper /keeper$round
          mount --bind /keeper$round /opt/tysd/tysd-keeper
          systemctl daemon-reexec
          until_ok becomes /keeper$round
          [ "$old" = "$(pids)" ] && echo "round $round: processes are the same"
          kill -KILL "$(systemctl show -p MainPID --value again.service)"
          until_ok restarted $round
          systemctl show -p ActiveState --value plain.service again.service store.service echo.socket | xargs
          # Whose parent has ended: a child of process 1 from then on.
          (setsid sleep 0.2 &)
        done
        systemctl restart store.service
        tail -n 2 /run/store
        # The next manager gives it the second one, too, which came from the service that it has not started.
        pid=$(manager)
        kill -KILL $pid
        until_ok gone $pid
        systemctl restart store.service
        tail -n 3 /run/store
        /act stream /run/echo hello
        until_ok test -e /run/elapsed
        sleep 1
        until_ok no_zombies
        cat /run/elapsed
        systemctl is-system-running`,
    });
    assert.deepEqual(
      output.trimEnd().split('\n'),
      [
        'round 1: processes are the same',
        'active active active active',
        'round 2: processes are the same',
        'active active active active',
        'LISTEN_FDS=1 LISTEN_PID=mine LISTEN_FDNAMES=first',
        '3 file one access 2 blocking cloexec 0',
        'LISTEN_FDS=2 LISTEN_PID=mine LISTEN_FDNAMES=first:first',
        '3 file one access 2 blocking cloexec 0',
        '4 file one access 2 blocking cloexec 0',
        'answer hello',
        'elapsed',
        'running',
      ],
      errors + console,
    );
  });
});
