import { compareManagers } from './both.ts';

const shown = '-p ActiveState -p SubState -p Result -p ExecMainCode -p ExecMainStatus';

compareManagers(
  'limits of services that are used up',
  {
    'TasksMax= that leaves no room for another process: what the service does fails, not its manager': {
      units: {
        'tasks.service': '[Service]\nTasksMax=1\nExecStart=/act wait\nExecReload=/bin/true',
        'forks.service': "[Service]\nType=oneshot\nTasksMax=4\nExecStart=/bin/sh -c 'while :; do sleep 1000 & done 2>/run/t/forks'",
      },
      script: `
        ls -l /bin/sh | sed 's/.*-> //'
        run systemctl start tasks.service
        run systemctl reload tasks.service
        systemctl show ${shown} tasks.service
        run systemctl stop tasks.service
        systemctl start forks.service 2>/dev/null; echo "-> $?"
        systemctl show ${shown} forks.service
        cat /run/t/forks
        pgrep -c -f 'sleep 1000'`,
    },
    'LimitNOFILE= and LimitNPROC= that are used up': {
      units: {
        'files.service':
          '[Service]\nType=oneshot\nLimitNOFILE=8\nExecStart=/bin/bash -c \'for i in 3 4 5 6 7 8 9 10; do eval "exec $$i</dev/null" || exit $$i; done\'',
        'few-files.service': '[Service]\nType=oneshot\nLimitNOFILE=3\nExecStart=/bin/true',
        'no-files.service': '[Service]\nType=oneshot\nLimitNOFILE=0\nExecStart=/bin/true',
        'processes.service': "[Service]\nType=oneshot\nUser=nobody\nLimitNPROC=1\nExecStart=/bin/sh -c '/bin/true & wait; exit 5'",
      },
      script: `
        for each in files few-files no-files processes; do
          systemctl start $each.service 2>/dev/null; echo "$each -> $?"
          systemctl show ${shown} $each.service
        done`,
      differs: [
        {
          systemd: 'ExecMainStatus=203',
          tysd: 'ExecMainStatus=127',
          why: 'systemd opens the program before it executes it, for which no descriptor is left; here the program begins, and its loader has none',
        },
      ],
    },
    'a manager that may not fork': {
      units: {
        'refused.service': '[Service]\nExecStart=/act wait',
        'again.service': '[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=on-failure\nRestartSec=100ms\nExecStart=/act wait',
      },
      script: `
        own=/sys/fs/cgroup/pids$(sed -n 's/^[0-9]*:pids://p' /proc/1/cgroup)
        before=$(cat $own/pids.max)
        echo 0 >$own/pids.max; echo "-> $?"
        systemctl start refused.service 2>/dev/null; echo "refused -> $?"
        systemctl show ${shown} refused.service
        systemctl start --no-block again.service
        until [ "$(systemctl show -P NRestarts again.service)" -gt 1 ]; do sleep 0.1; done
        systemctl show -P Result again.service
        echo $before >$own/pids.max
        until [ "$(systemctl is-active again.service)" = active ]; do sleep 0.1; done
        systemctl start refused.service; echo "-> $?"
        systemctl show ${shown} refused.service again.service
        systemctl stop refused.service again.service`,
      alone: true,
    },
    'a file system without room for directories': {
      units: {
        'runtime.service': '[Service]\nType=oneshot\nRuntimeDirectory=full/one\nExecStart=/bin/true',
        'state.service': '[Service]\nType=oneshot\nStateDirectory=full/one\nExecStart=/bin/true',
        'logs.service': '[Service]\nType=oneshot\nLogsDirectory=full/one\nExecStart=/bin/true',
        'output.service': '[Service]\nType=oneshot\nStandardOutput=append:/run/full/out\nExecStart=/bin/echo lost',
        'written.service': "[Service]\nType=oneshot\nStandardOutput=append:/run/small/out\nExecStart=/bin/bash -c 'echo a line || exit 7'",
      },
      script: `
        mkdir -p /run/full /run/small /var/lib/full /var/log/full
        for each in /run/full /var/lib/full /var/log/full; do mount -t tmpfs -o nr_inodes=1,mode=755 none $each; done
        mount -t tmpfs -o size=4k,mode=755 none /run/small
        head -c 4096 /dev/zero >/run/small/out
        for each in runtime state logs output written; do
          systemctl start $each.service 2>/dev/null; echo "$each -> $?"
          systemctl show ${shown} $each.service
        done
        ls -A /run/full /var/lib/full /var/log/full
        umount /run/full /run/small /var/lib/full /var/log/full
        systemctl reset-failed
        systemctl start runtime.service; echo "-> $?"`,
      alone: true,
    },
  },
  { hybrid: true },
);
