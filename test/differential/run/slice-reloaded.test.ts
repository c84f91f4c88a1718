import { compareManagers } from './both.ts';

compareManagers('a slice that is another over a reload', {
  'a cgroup stays where it is until the unit starts again': {
    units: {
      'zs-a.slice': '',
      'zs-b.slice': '',
      'zs-moved.service': '[Service]\nSlice=zs-a.slice\nExecStart=/act wait\n',
      'zs-tree.service':
        '[Service]\nSlice=zs-a.slice\nExecStart=/bin/sh -c "sleep 1000 & exec sleep 1000"\nExecReload=/bin/sh -c "cat /proc/self/cgroup >/run/t/zs-reload"\nExecStop=/bin/sh -c "cat /proc/self/cgroup >/run/t/zs-stop"\n',
      'zs-gone.service': '[Service]\nSlice=zs-a.slice\nExecStart=/act wait\n',
    },
    script: `
      all="zs-moved.service zs-tree.service zs-gone.service"
      states() { for pid in $(cat /sys/fs/cgroup/{,systemd/}zs.slice/zs-a.slice/zs-tree.service/cgroup.procs 2>/dev/null); do sed -n 's/^State:.*\\([A-Z]\\) .*/\\1/p' /proc/$pid/status; done | sort | uniq -c; }
      run systemctl start $all
      table Slice,ControlGroup $all
      sed -i s/zs-a/zs-b/ /etc/systemd/system/zs-{moved,tree}.service
      rm /etc/systemd/system/zs-gone.service
      run systemctl daemon-reload
      table Slice,ControlGroup $all
      show zs-a.slice zs-b.slice
      systemctl status zs-tree | grep -c 'sleep 1000'
      run systemctl reload zs-tree
      grep -o 'zs.*' /run/t/zs-reload
      run systemctl kill --signal=STOP zs-tree
      sleep 0.2; states
      run systemctl kill --signal=CONT zs-a.slice
      sleep 0.2; states
      run systemctl kill --signal=STOP zs-b.slice
      sleep 0.2; states
      run systemctl daemon-reload
      run systemctl kill --signal=TSTP zs-tree
      sleep 0.2; states
      run systemctl kill --signal=CONT zs-tree
      run systemctl daemon-reexec
      table Slice,ControlGroup $all
      run systemctl stop zs-tree zs-gone
      grep -o 'zs.*' /run/t/zs-stop
      left sleep
      table Slice,ControlGroup zs-tree.service
      run systemctl stop zs-a.slice
      show zs-moved.service zs-tree.service zs-a.slice zs-b.slice
      run systemctl restart zs-tree zs-moved
      table Slice,ControlGroup zs-moved.service zs-tree.service
      run systemctl stop zs-b.slice
      show zs-moved.service zs-tree.service zs-a.slice zs-b.slice`,
    alone: true,
  },
  'what is left over keeps the cgroup where it is': {
    units: {
      'zl-a.slice': '',
      'zl-b.slice': '',
      'zl.service': '[Service]\nSlice=zl-a.slice\nType=oneshot\nKillMode=none\nExecStart=/bin/sh -c "sleep 2000 & exit 0"\n',
    },
    script: `
      run systemctl start zl
      table ActiveState,ControlGroup zl.service
      sed -i 's/zl-a/zl-b/; s/Type=oneshot/Type=simple/; s/ & exit 0//' /etc/systemd/system/zl.service
      run systemctl daemon-reload
      run systemctl start zl
      table ActiveState,Slice,ControlGroup zl.service
      left 'sleep 2000'
      run systemctl kill --signal=KILL zl
      settle zl.service
      left 'sleep 2000'
      run systemctl reset-failed zl
      run systemctl start zl
      table ActiveState,Slice,ControlGroup zl.service
      run systemctl kill --signal=KILL zl`,
    alone: true,
  },
});
