import { compareManagers } from './both.ts';

const runs = '[Service]\nExecStart=/act wait';

compareManagers('what systemctl says', {
  'is-active and is-failed': {
    units: {
      'seen-up.service': runs,
      'seen-down.service': runs,
      'seen-bad.service': '[Service]\nType=oneshot\nExecStart=/act exit 1',
      'seen-slow.service': '[Service]\nType=oneshot\nExecStart=/act sleep 60000',
    },
    script: `
      systemctl start seen-up; systemctl start seen-bad 2>/dev/null; systemctl start --no-block seen-slow
      sub seen-slow start
      for unit in seen-up seen-down seen-bad seen-slow nowhere; do
        run systemctl is-active $unit
        run systemctl is-failed $unit
        run systemctl -q is-active $unit
        run systemctl status --quiet --lines=0 $unit >/dev/null
      done
      run systemctl is-active seen-up seen-down
      run systemctl is-active seen-down seen-bad
      run systemctl is-failed seen-up seen-bad
      systemctl is-active 'seen-*' | sort
      run systemctl is-active
      systemctl stop seen-up seen-slow`,
  },
  'is-enabled and enable': {
    units: {
      'kept-on.service': `${runs}\n[Install]\nWantedBy=nothing.target`,
      'kept-also.service': `${runs}\n[Install]\nWantedBy=nothing.target\nAlso=kept-on.service`,
      'kept-static.service': runs,
      'kept-shape@.service': `${runs}\n[Install]\nWantedBy=nothing.target\nDefaultInstance=one`,
      'kept-required.service': `${runs}\n[Install]\nRequiredBy=nothing.target`,
      'kept-indirect.service': `${runs}\n[Install]\nAlso=kept-on.service`,
    },
    script: `
      for unit in on also static shape@ shape@one required indirect none; do run systemctl is-enabled kept-$unit.service; done
      run systemctl enable kept-on
      run systemctl enable kept-on
      run systemctl enable kept-shape@ kept-shape@two
      run systemctl enable kept-static
      run systemctl enable kept-required
      for unit in on also static shape@ shape@one shape@two required indirect none; do run systemctl is-enabled kept-$unit.service; done
      run systemctl is-enabled kept-on kept-static
      run systemctl is-enabled kept-on kept-none
      run systemctl disable kept-on
      systemctl disable kept-shape@ kept-required 2>&1 | sort
      run systemctl enable --now kept-on
      run systemctl is-active kept-on
      run systemctl disable --now kept-on
      run systemctl is-active kept-on
      run systemctl enable kept-none
      run systemctl enable bad..name
      run systemctl reenable kept-on
      systemctl disable kept-on 2>&1
      ls /etc/systemd/system/*.wants /etc/systemd/system/*.requires 2>/dev/null | grep -c kept`,
    alone: true,
  },
  'cat and show': {
    units: {
      'told.service': `[Unit]\nDefaultDependencies=no\nDescription=What is told\nDocumentation=man:told(8) https://example.org/\nAfter=told-other.service\n${runs}\nEnvironment=A=1 "B=2 3"\nExecReload=-/bin/kill -HUP $MAINPID\nRestart=on-failure\nRestartSec=5\nTimeoutStartSec=infinity\nLimitNOFILE=100:200\nNice=5\nUMask=0077`,
      'told.service.d/more.conf': '[Service]\nEnvironment=C=3\nUser=daemon',
      'told-other.service': runs,
    },
    script: `
      run systemctl cat told
      run systemctl cat nowhere told 2>/dev/null
      run systemctl cat nowhere
      get told.service Id Names Description Documentation LoadState ActiveState SubState UnitFileState UnitFilePreset FragmentPath DropInPaths Before Wants Requires
      systemctl show -p After --value told | tr ' ' '\\n' | sort
      get told.service Type Restart RestartUSec TimeoutStartUSec TimeoutStopUSec Environment User Group Nice UMask KillMode KillSignal SendSIGKILL
      get told.service CanStart CanStop CanReload CanIsolate RefuseManualStart StopWhenUnneeded DefaultDependencies Transient Perpetual JobTimeoutUSec CollectMode
      get told.service StandardOutput StandardError StandardInput NotifyAccess RemainAfterExit GuessMainPID WatchdogUSec StartLimitBurst StartLimitIntervalUSec MainPID ControlPID NeedDaemonReload InvocationID Slice ControlGroup
      get nowhere.service Id LoadState ActiveState SubState FragmentPath LoadError
      run systemctl show -p Nonsense told
      run systemctl show --value -p Id -p Type told
      run systemctl show -p Id,Type told told-other
      run systemctl show -P Description told
      run systemctl show -p LoadState bad..name
      systemctl start told
      get told.service ControlGroup ActiveState SubState
      [ -n "$(systemctl show -p InvocationID --value told)" ] && echo has an invocation
      [ -n "$(systemctl show -p ActiveEnterTimestamp --value told)" ] && echo has a time
      systemctl stop told
      get told.service InvocationID MainPID ExecMainStatus Result`,
  },
  'list-dependencies': {
    units: {
      'tree.target': '[Unit]\nDefaultDependencies=no\nRequires=tree-a.service\nWants=tree-b.service tree-c.target\nAfter=tree-b.service',
      'tree-a.service': `[Unit]\nDefaultDependencies=no\nRequires=tree-d.service\n${runs}`,
      'tree-b.service': runs,
      'tree-c.target': '[Unit]\nDefaultDependencies=no\nWants=tree-b.service',
      'tree-d.service': runs,
    },
    script: `
      systemctl start tree-b
      run systemctl list-dependencies --plain tree.target
      run systemctl list-dependencies tree.target
      run systemctl list-dependencies --plain --all tree.target
      run systemctl list-dependencies --plain --reverse tree-d.service
      run systemctl list-dependencies --plain --after tree.target
      run systemctl list-dependencies --plain --before tree-b.service
      run systemctl list-dependencies nowhere.service
      systemctl stop tree-b`,
  },
  'list-units and list-unit-files': {
    units: {
      'row-a.service': `[Unit]\nDefaultDependencies=no\nDescription=Row A\n${runs}\n[Install]\nWantedBy=nothing.target`,
      'row-b.service': '[Unit]\nDefaultDependencies=no\nDescription=Row B\n[Service]\nType=oneshot\nExecStart=/act exit 1',
      'row-c.service': runs,
      'row-d@.service': runs,
    },
    script: `
      systemctl start row-a row-d@x; systemctl start row-b 2>/dev/null
      run systemctl list-units --no-legend --plain 'row-*'
      run systemctl list-units --no-legend 'row-*'
      run systemctl list-units --plain --no-pager 'row-*'
      run systemctl list-units --no-legend --plain --state=failed 'row-*'
      run systemctl list-units --no-legend --plain --all 'row-*'
      run systemctl list-units --no-legend --plain --type=target 'row-*'
      run systemctl list-units --type=nonsense
      run systemctl --failed --no-legend --plain 'row-*'
      run systemctl list-unit-files --no-legend 'row-*'
      run systemctl list-unit-files 'row-*'
      run systemctl list-unit-files --state=enabled --no-legend 'row-*'
      run systemctl list-jobs --no-legend
      run systemctl reset-failed 'row-*'
      run systemctl list-units --no-legend --plain 'row-*'
      systemctl stop row-a row-d@x`,
    alone: true,
  },
  status: {
    units: {
      'stat.service': `[Unit]\nDefaultDependencies=no\nDescription=Its status\n${runs}`,
      'stat-bad.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act exit 7',
    },
    script: `
      plain() { sed -E 's/since .*/since TIME/; s/[0-9]+ms ago|[0-9]+s ago/AGO/; s/PID: [0-9]+/PID: N/; s/ExecStart=(.*) \\(code/ExecStart=\\1 (code/; s/Process: [0-9]+/Process: N/; /Tasks:|Memory:|CPU:|CGroup:|├─|└─|^ *[0-9]+ |Duration:|^[A-Z][a-z]{2} [0-9]{2} |limit:/d; /^ +\\/.*service$/d'; }
      systemctl start stat stat-bad
      settle stat-bad
      systemctl status --lines=0 stat | plain
      systemctl status --lines=0 stat-bad | plain
      systemctl stop stat
      run systemctl status --lines=0 stat
      run systemctl status --lines=0 nowhere
      run systemctl status --lines=0 bad..name`,
  },
  'wrong usage': {
    script: `
      run systemctl nonsense
      run systemctl start
      run systemctl --nonsense
      run systemctl show-environment extra
      run systemctl is-enabled
      run systemctl --type=nonsense list-units
      run systemctl kill
      run systemctl cat
      run systemctl set-default
      run systemctl set-environment 1bad=x
      run systemctl isolate
      run systemctl isolate a b`,
  },
  'the manager': {
    script: `
      run systemctl get-default
      run systemctl set-default nothing.target
      run systemctl get-default
      run systemctl is-system-running
      run systemctl reset-failed
      run systemctl is-system-running
      run systemctl daemon-reload
      run systemctl set-default nowhere.target`,
    alone: true,
  },
  'properties of the manager': {
    // Here systemd tells besides what it was built with, and when it ran generators and read units; it shows what Ctrl-Alt-Del would do.
    script: `
      systemctl show | sed 's/=.*//' | grep -vxE 'Features|CtrlAltDelBurstAction'
      systemctl show | grep -E '^(Default|Log|Confirm|Service|Timer|Show|Progress|Virt|Arch|System)'
      systemctl show -p Nope; echo "-> $?"
      systemctl show --value -p Architecture -p Virtualization
      systemctl show -p SystemState -p Architecture,Nope`,
    alone: true,
  },
  'units that are only mentioned are listed': {
    alone: true,
    units: {
      'lu-a.service':
        '[Unit]\nDefaultDependencies=no\nAfter=lu-missing.service lu-b.service\nWants=lu-gone.service lu-b.service\nBefore=lu-target.target\nConflicts=lu-c.service\nOnFailure=lu-fail.service\nRequiresMountsFor=/lu-path/deep\n[Service]\nExecStart=/act wait\nSlice=lu.slice\n',
      'lu-b.service': '[Unit]\nDefaultDependencies=no\nAfter=lu-missing2.service\n[Service]\nExecStart=/act wait\n',
      'lu-c.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n',
      'lu-d.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/lu-d\nService=lu-nosvc.service\n',
    },
    script: `
      list() { systemctl list-units --all --plain --no-legend 'lu-*' 'lu.slice' 'lu*.mount' | sed 's/  */ /g'; }
      list
      run systemctl start lu-a
      list
      systemctl list-units --plain --no-legend 'lu-*' | sed 's/  */ /g'
      systemctl list-units --all --state=not-found --plain --no-legend 'lu-*' | sed 's/  */ /g'
      systemctl list-units --all --type=service --plain --no-legend 'lu-*' | sed 's/  */ /g'
      run systemctl stop lu-a
      list
      run systemctl stop lu-b
      list
      quiet systemctl start lu-d.socket
      list`,
  },
  '--timestamp=': {
    units: {
      'stamped.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n',
      'stamped.timer': '[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=2040-01-01\nUnit=stamped.service',
    },
    script: `
      systemctl start stamped.service stamped.timer
      for form in pretty us µs utc us+utc µs+utc unix; do
        echo "== $form"
        systemctl show --timestamp=$form stamped.service | grep 'Timestamp=\\|ExecStart=' | sed 's/[0-9]/9/g; s/pid=9*/pid/' | LC_ALL=C sort
        systemctl show --timestamp=$form stamped.timer | grep 'Elapse\\|Calendar' | LC_ALL=C sort
        systemctl status -n0 --timestamp=$form stamped.service | grep Active | sed 's/[0-9]/9/g; s/; .*//'
        systemctl status -n0 --timestamp=$form stamped.timer | grep 'Trigger:' | sed 's/; .*//'
        systemctl list-timers --timestamp=$form stamped.timer --no-legend | sed 's/UTC .*/UTC/'
        systemctl show --timestamp=$form -p UserspaceTimestamp | sed 's/[0-9]/9/g'
      done
      run systemctl show --timestamp=nonsense -p Id stamped.service
      run systemctl --timestamp=help`,
  },
  'the states of what triggers a unit': {
    units: {
      'dots.service': '[Service]\nExecStart=/act wait\n',
      'dots.socket': '[Socket]\nListenStream=/run/dots.sock\n',
      'dots-failing.socket': '[Socket]\nListenStream=/run/dots-f.sock\nService=dots.service\nExecStartPost=/act exit 1\n',
      'dots-slow.socket': '[Socket]\nListenStream=/run/dots-s.sock\nService=dots.service\nExecStartPre=/act wait\n',
      'dots.timer': '[Timer]\nOnActiveSec=1h\n',
      'dots.path': '[Path]\nPathExists=/run/dots-none\n',
      'dots-fails.service': '[Service]\nExecStart=/act exit 1\n',
      'dots-fails.timer': '[Timer]\nOnActiveSec=1h\n',
      'dots-holder.target':
        '[Unit]\nAfter=dots.service dots.socket dots-failing.socket dots-slow.socket dots.timer dots.path dots-fails.timer\n',
    },
    script: `
      dots() { systemctl status -n0 "$1" | sed -n '/^Trigger/,/^ *[A-Z]/p; /^ *Triggers:/p' | grep dots | sed -E 's/^[^●○×]*//' | LC_ALL=C sort; }
      systemctl start dots-holder.target
      dots dots.service
      systemctl start dots-failing.socket 2>/dev/null
      systemctl start --no-block dots-slow.socket
      until [ "$(systemctl is-active dots-slow.socket)" = activating ]; do sleep 0.05; done
      systemctl start dots.timer dots.path dots.socket dots-fails.timer
      dots dots.service
      systemctl start dots.service dots-fails.service
      until [ "$(systemctl is-active dots-fails.service)" = failed ]; do sleep 0.05; done
      for unit in dots.service dots.socket dots.timer dots-fails.service dots-fails.timer; do dots $unit; done
      systemctl stop dots.timer dots.path dots-slow.socket
      dots dots.service`,
  },
});
