import { compareManagers } from './both.ts';

/** Names that nobody chose, times and costs are no matter of comparison. */
const plain = `
      plain() { sed -E 's/run-[ru][0-9a-f]+/run-NAME/g; s/Service runtime: .*/Service runtime: TIME/; /CPU time consumed|IP traffic|IO bytes|Memory peak/d; s/pid=[0-9]+/pid=N/; s/_time=\\[[^]]*\\]/_time=[]/g; s/\\r//'; }
      tell() { echo "\\$ $*"; { "$@" 2>&1 </dev/null; echo "-> $?"; } | plain; }
      behind() { "$@" >/dev/null 2>&1 & disown; }
      gone() { until_ok property "$1" LoadState not-found; }`;

compareManagers(
  'systemd-run',
  {
    'a command that succeeds, fails, is killed': {
      script: `${plain}
      tell systemd-run /bin/true
      tell systemd-run --wait --unit=wait-good /bin/true
      tell systemd-run --wait --unit=wait-bad sh -c 'exit 7'
      state wait-bad.service
      tell systemd-run --wait --unit=wait-killed sh -c 'kill -9 $$$$'
      state wait-killed.service
      tell systemd-run --wait -q --collect --unit=wait-collected sh -c 'exit 3'
      gone wait-collected.service
      tell systemd-run --wait --unit=wait-user -p User=nosuchuser /bin/true
      tell systemd-run --wait --unit=wait-status -p SuccessExitStatus=5 sh -c 'exit 5'
      tell systemd-run --wait --unit=wait-limit -p RuntimeMaxSec=200ms sleep 100
      tell systemctl reset-failed wait-bad wait-killed wait-user wait-limit
      gone wait-bad.service; gone wait-limit.service`,
    },
    'output and input through --pipe': {
      script: `${plain}
      tell systemd-run --pipe --unit=pipe-both sh -c 'echo out; echo err >&2; exit 4' | sort
      echo hello | systemd-run --pipe --quiet cat
      systemd-run --pipe -q sh -c 'echo only err >&2' 2>/dev/null
      seq 1 30000 | systemd-run --pipe -q cat | tail -n 1
      tell systemd-run --pipe -q -p User=nobody id -un
      tell systemd-run --pipe -q --uid=daemon --gid=nogroup id
      tell systemd-run --pipe -q --working-directory=/tmp pwd
      cd /usr; tell systemd-run --pipe -q --same-dir pwd; cd /
      tell systemd-run --pipe -q --nice=7 nice
      tell env A=1 B=2 systemd-run --pipe -q -E A -E C=3 -E D -p Environment=E=5 sh -c 'echo $$A $$B $$C $$D $$E'
      tell systemd-run --pipe -q sh -c 'echo $HOME $$USER %n %%'
      tell systemd-run --pipe -q echo 'two  words' 'a"quote' 'back\\slash' "it's" '' '{}' ';' '*'
      tell systemd-run --pipe -q printf '%s|' 'tab	end' 'new
line'`,
    },
    'what cannot be run': {
      script: `${plain}
      tell systemd-run nosuchcommand
      tell systemd-run /etc/passwd
      tell systemd-run
      tell systemd-run --nonsense
      tell systemd-run --unit
      tell systemd-run -u
      tell systemd-run --wait --no-block true
      tell systemd-run --scope --wait true
      tell systemd-run --pty --scope true
      tell systemd-run --pipe --no-block true
      tell systemd-run --scope --remain-after-exit true
      tell systemd-run --scope --service-type=simple true
      tell systemd-run --shell true
      tell systemd-run --unit=foo.socket true
      tell systemd-run --unit=nothing.target true
      tell systemd-run --slice=foo.service true
      tell systemd-run --nice=77 true
      tell systemd-run --setenv=1bad=x true
      tell systemd-run --unit=bad/name --wait true`,
    },
    'properties that are wrong': {
      script: `${plain}
      for property in Nope=1 MemoryMax=banana TimeoutStopSec=banana Nice=999 Nice=high Type=bogus Description Restart=sometimes KillMode=all \\
        KillSignal=SIGNOPE RemainAfterExit=perhaps UMask=999 OOMScoreAdjust=5000 CPUWeight=0 TasksMax=-1 LimitNOFILE=many WatchdogSec=x; do
        tell systemd-run -p $property true
      done
      tell systemd-run --scope -p Nice=5 true
      tell systemd-run --service-type=bogus true`,
    },
    'a job that fails': {
      script: `${plain}
      tell systemd-run --wait --unit=job-oneshot --service-type=oneshot sh -c 'exit 2'
      tell systemd-run --unit=job-oneshot2 --service-type=oneshot sh -c 'exit 2'
      tell systemd-run --unit=job-notify --service-type=notify --wait true
      tell systemd-run --unit=job-exec --service-type=exec -p WorkingDirectory=/nonexistent true
      tell systemd-run --unit=job-background --no-block --service-type=oneshot sh -c 'exit 2'
      until_ok property job-background.service ActiveState failed
      state job-oneshot.service job-notify.service job-background.service`,
    },
    'the file of a service': {
      script: `${plain}
      tell systemd-run --unit=file-one --remain-after-exit --description='Some text' -p Nice=3 -p 'Environment=A=b' --slice=file-some.slice /bin/true 'a b' '50%'
      systemctl cat file-one | sed '/^#/d; /^ExecStart=$/d; s/"A=b"/A=b/' | sort
      get file-one.service Transient FragmentPath Id SubState UnitFileState Description DropInPaths CollectMode Slice Nice RemainAfterExit Environment
      systemctl show -p ExecStart file-one | plain
      tell systemctl is-enabled file-one
      tell systemctl enable file-one
      tell systemd-run --unit=file-one --remain-after-exit /bin/true
      systemctl status -n0 file-one | grep -E 'Loaded|Transient|Active' | sed 's/since.*//'
      tell systemctl daemon-reload
      get file-one.service Transient FragmentPath SubState Description Nice
      tell systemctl restart file-one
      get file-one.service SubState
      tell systemctl stop file-one
      gone file-one.service
      get file-one.service Transient FragmentPath LoadState
      ls /run/systemd/transient | grep file-one`,
      alone: true,
    },
    'a name that is taken': {
      units: { 'taken.service': '[Service]\nExecStart=/act wait' },
      script: `${plain}
      tell systemd-run --unit=taken true
      tell systemd-run --unit=taken-failed --wait false
      tell systemd-run --unit=taken-failed --wait true
      tell systemctl reset-failed taken-failed
      gone taken-failed.service
      tell systemd-run --unit=taken-failed --wait true`,
    },
    'a scope': {
      script: `${plain}
      tell systemd-run --scope --unit=scope-a sh -c 'grep -o "[^/]*/scope-a.scope" /proc/self/cgroup; [ -n "$INVOCATION_ID" ] && echo has an id; exit 5'
      gone scope-a.scope
      tell systemd-run --scope --nice=5 nice
      tell systemd-run --scope -q --uid=nobody id
      tell systemd-run --scope -q --uid=daemon --gid=nogroup id
      tell systemd-run --scope -q --slice=scope-outer-inner.slice grep -o 'scope-outer.slice/scope-outer-inner.slice/run-' /proc/self/cgroup
      tell env A=1 systemd-run --scope -q -E B=2 sh -c 'echo $A $B'
      tell systemd-run --scope -q --uid=nosuchuser true
      echo through | systemd-run --scope -q cat
      tell systemd-run --scope -q grep SigIgn /proc/self/status`,
    },
    'a scope that is looked at and stopped': {
      script: `${plain}
      behind systemd-run --scope --quiet --unit=stop-a -p TimeoutStopSec=400ms sh -c 'trap "" TERM; echo ready >/run/t/stop-a; while :; do sleep 0.1; done'
      heard stop-a ready
      get stop-a.scope Id Description LoadState ActiveState SubState Result Slice ControlGroup Transient FragmentPath UnitFileState CanStart CanStop CanReload TimeoutStopUSec RuntimeMaxUSec OOMPolicy KillMode IgnoreOnIsolate Requires Conflicts Before
      systemctl cat stop-a.scope | grep -v '^#' | sort
      tell systemctl daemon-reload
      get stop-a.scope ActiveState SubState
      tell systemctl start stop-a.scope
      tell systemctl restart stop-a.scope
      tell systemctl reload stop-a.scope
      tell systemctl kill --kill-whom=main stop-a.scope
      tell systemctl kill --kill-whom=control stop-a.scope
      tell systemctl kill --signal=USR2 --kill-whom=all nonexistent.scope
      tell systemctl stop stop-a.scope
      get stop-a.scope ActiveState SubState Result LoadState
      tell systemctl start stop-a.scope
      tell systemctl reset-failed stop-a.scope
      gone stop-a.scope`,
      alone: true,
    },
    'KillMode= and signals of scopes': {
      script: `${plain}
      for mode in control-group mixed process none; do
        behind systemd-run --scope --quiet --unit=mode-$mode -p KillMode=$mode -p TimeoutStopSec=1s \\
          sh -c "trap 'echo got term >>/run/t/mode-$mode; exit 0' TERM; echo ready >>/run/t/mode-$mode; while :; do sleep 0.05; done"
        heard mode-$mode ready
        tell systemctl stop mode-$mode.scope
        sleep 0.2
        get mode-$mode.scope ActiveState SubState Result
        notes mode-$mode
      done
      systemctl kill -s KILL mode-process.scope mode-none.scope 2>/dev/null
      for pid in $(grep -lasz -- "run/t/mode-[pn]" /proc/[0-9]*/cmdline | cut -d/ -f3); do kill -9 $pid 2>/dev/null; done
      behind systemd-run --scope --quiet --unit=mode-hup -p SendSIGHUP=yes sh -c 'trap "echo got hup >>/run/t/mode-hup; exit 0" HUP; trap "" TERM; echo ready >>/run/t/mode-hup; while :; do sleep 0.05; done'
      heard mode-hup ready
      tell systemctl stop mode-hup.scope
      notes mode-hup
      behind systemd-run --scope --quiet --unit=mode-kill sleep 1000
      sub mode-kill.scope running
      tell systemctl kill -s KILL mode-kill.scope
      gone mode-kill.scope`,
    },
    'the time limit of a scope': {
      script: `${plain}
      systemd-run --scope --quiet --unit=limit-a -p RuntimeMaxSec=300ms sleep 1000 2>/dev/null; echo "-> $?"
      sub limit-a.scope failed
      get limit-a.scope ActiveState SubState Result RuntimeMaxUSec
      tell systemctl reset-failed limit-a.scope
      systemd-run --scope --quiet --unit=limit-b --collect -p RuntimeMaxSec=300ms sleep 1000 2>/dev/null; echo "-> $?"
      gone limit-b.scope
      get limit-b.scope LoadState`,
    },
    'a scope lives as long as any process in it': {
      script: `${plain}
      systemd-run --scope --quiet --unit=outlive sh -c 'setsid sh -c "echo child >>/run/t/outlive; while ! [ -e /run/t/outlive-go ]; do sleep 0.05; done" >/dev/null 2>&1 & sleep 0.1'; echo "-> $?"
      heard outlive child
      sleep 0.2
      get outlive.scope ActiveState SubState
      touch /run/t/outlive-go
      gone outlive.scope
      get outlive.scope LoadState`,
    },
    'scopes that lie in a file are none': {
      units: { 'lying.scope': '[Unit]\nDefaultDependencies=no\n[Scope]\nTimeoutStopSec=5' },
      script: `${plain}
      tell systemctl start lying.scope
      get lying.scope LoadState ActiveState`,
    },
    slices: {
      units: {
        'held.service': '[Service]\nSlice=held-deep.slice\nExecStart=/act wait',
        'held-limited.slice': '[Unit]\nDescription=Has a file\nDefaultDependencies=no\n[Slice]\n',
      },
      script: `${plain}
      tell systemctl start held
      behind systemd-run --scope --quiet --unit=held-scope --slice=held-deep sleep 1000
      systemd-run -q --unit=held-run --slice=held-limited sleep 1000
      sub held-scope.scope running
      get held-deep.slice Id Description LoadState ActiveState SubState Slice ControlGroup Transient
      get held.slice Description ActiveState Slice ControlGroup
      get held-limited.slice Description ActiveState Slice
      systemctl show -p ActiveState,SubState,ControlGroup,Description -- -.slice system.slice | sort
      tell systemctl kill --kill-whom=main held.slice
      tell systemctl stop held-deep.slice
      show held.service held-deep.slice held.slice held-limited.slice held-run.service
      gone held-scope.scope
      tell systemctl kill --signal=KILL held.slice
      settle held-run
      state held-run.service
      tell systemctl stop held.slice
      show held-limited.slice held.slice
      tell systemctl start held.slice
      show held.slice
      tell systemctl stop held.slice
      tell systemctl start -- -.slice
      tell systemctl stop -- -.slice
      systemd-run --slice-inherit --scope -q grep -c 'oracle-runner' /proc/self/cgroup`,
    },
    'a terminal': {
      script: `${plain}
      export TERM=vt100
      at() { script -qec "$*" /dev/null </dev/null | tr -d '\\r' | plain | sed 's/\\^@//; /^$/d'; echo "-> \${PIPESTATUS[0]}"; }
      at "systemd-run --pty -q --collect sh -c 'tty | sed s/[0-9]*$/N/; tty -s </dev/tty && echo controlling; echo \\$\\$TERM; exit 3'"
      at "stty rows 33 cols 99; systemd-run --pty --unit=term-size stty size"
      at "systemd-run --pty -q --wait --unit=term-wait sh -c 'echo one; echo two >&2; exit 4'"
      tell systemctl reset-failed term-wait
      at "systemd-run -tP -q sh -c 'test -t 1 && echo terminal'"
      systemd-run -tP -q sh -c 'test -t 1 || echo pipe' </dev/null 2>&1 | cat`,
    },
    'dependencies of transient units': {
      units: {
        'dep-needed.service': '[Service]\nExecStart=/act wait',
        'dep-fails.service': '[Service]\nType=oneshot\nExecStart=/act exit 1',
      },
      script: `${plain}
      tell systemd-run --unit=dep-a -p Requires=dep-needed.service -p After=dep-needed.service -p BindsTo=dep-needed.service sleep 1000
      show dep-a.service dep-needed.service
      for each in Requires BindsTo; do systemctl show -p $each --value dep-a.service | tr ' ' '\\n' | sort; done
      tell systemctl stop dep-needed
      gone dep-a.service
      tell systemd-run --unit=dep-b -p Requires=dep-fails.service -p After=dep-fails.service sleep 1000
      show dep-b.service
      tell systemd-run --unit=dep-c -p Requires=nowhere-at-all.service sleep 1000
      get dep-c.service LoadState
      tell systemd-run --unit=dep-d -p OnFailure=dep-needed.service --wait false
      sub dep-needed.service running
      tell systemctl stop dep-needed
      tell systemd-run --unit=dep-e -p 'ExecStopPost=/bin/sh -c "echo post $SERVICE_RESULT >>/run/t/dep-e"' --wait sh -c 'exit 9'
      notes dep-e
      tell systemd-run --unit=dep-f -p Restart=on-failure -p RestartSec=50ms -p StartLimitBurst=3 --wait sh -c 'echo try >>/run/t/dep-f; exit 1'
      notes dep-f
      state dep-f.service
      tell systemd-run --unit=dep-g -p ConditionPathExists=/nonexistent --wait true
      gone dep-g.service
      tell systemctl reset-failed dep-b dep-d dep-e dep-f`,
    },
    'a socket': {
      script: `${plain}
      tell systemd-run --unit=trig-sock --socket-property=ListenStream=/run/t/trig.sock --socket-property=Accept=no -p StandardInput=socket -p StandardOutput=null sh -c 'echo ran >>/run/t/trig-sock'
      show trig-sock.socket
      tell systemctl stop trig-sock.socket
      gone trig-sock.socket
      tell systemd-run --socket-property=ListenStream=nowhere --unit=trig-bad true
      tell systemd-run --path-property=Foo=1 true
      tell systemd-run --path-property=PathExists true`,
    },
    'a path': {
      script: `${plain}
      tell systemd-run --unit=trig-path --path-property=PathExists=/run/t/trig-go -p RemainAfterExit=yes sh -c 'echo started >>/run/t/trig-path'
      systemctl cat trig-path.path trig-path.service | sed '/^#/d; /^ExecStart=$/d' | sort
      show trig-path.path trig-path.service
      touch /run/t/trig-go
      heard trig-path started
      sub trig-path.service exited
      tell systemctl stop trig-path.path trig-path.service
      gone trig-path.path; gone trig-path.service
      tell systemd-run --path-property=PathExists=relative true`,
    },
    'a timer': {
      script: `${plain}
      tell systemd-run --unit=trig-timer --on-active=300ms --timer-property=AccuracySec=1ms sh -c 'echo elapsed >>/run/t/trig-timer'
      systemctl cat trig-timer.timer trig-timer.service | sed '/^#/d; /^ExecStart=$/d' | sort
      heard trig-timer elapsed
      gone trig-timer.timer; gone trig-timer.service
      tell systemd-run --unit=trig-late --on-active=1h --on-calendar='*:0/5' --timer-property=AccuracySec=1s -p Nice=3 true
      show trig-late.timer trig-late.service
      tell systemctl daemon-reload
      show trig-late.timer trig-late.service
      tell systemctl stop trig-late.timer
      gone trig-late.timer; gone trig-late.service
      tell systemd-run --on-calendar=foo true
      tell systemd-run --on-active=foo true
      tell systemd-run --on-active=1h --unit=nothing.target
      tell systemd-run --on-active=1h
      tell systemd-run --on-active=1h --wait true
      tell systemd-run --on-active=1h --path-property=PathExists=/x true
      tell systemd-run --timer-property=AccuracySec=1s true
      quiet systemd-run --unit=trig-there --on-active=1h --description=text
      tell systemctl stop trig-there.timer`,
      alone: true,
    },
    'systemd-cat': {
      units: {
        'cat-unit.service':
          '[Service]\nType=oneshot\nExecStart=/bin/sh -c "PATH=/opt/tysd:$PATH; systemd-cat -t cat-unit echo from a unit"',
        'cat-user.service':
          '[Service]\nType=oneshot\nUser=daemon\nExecStart=/bin/sh -c "PATH=/opt/tysd:$PATH; systemd-cat -t cat-user echo from a user"',
      },
      script: `${plain}
      lines() { local id=$1 count=$2; shift 2; until_ok sh -c "[ \\$(journalctl -t $id -o cat -q | wc -l) -ge $count ]"; journalctl -q -t $id -o cat "$@"; }
      tell systemd-cat -t cat-a echo hello
      tell systemd-cat -t cat-a -p warning sh -c 'echo warned; echo "<3>an error"; echo to stderr >&2; exit 7'
      lines cat-a 4 | sort
      lines cat-a 4 -p warning | sort
      lines cat-a 4 -p err
      tell systemd-cat -t cat-b --level-prefix=no echo '<3>as it is'
      lines cat-b 1
      tell systemd-cat -t cat-c --stderr-priority=err sh -c 'echo out; echo wrong >&2'
      lines cat-c 2 -p err
      printf 'one\\ntwo\\nlast' | systemd-cat -t cat-d -p 2
      lines cat-d 3 -p 2
      systemctl start cat-unit
      lines cat-unit 1
      systemctl start cat-user
      lines cat-user 1
      tell systemd-cat -p nonsense true
      tell systemd-cat --stderr-priority=9 true
      tell systemd-cat --level-prefix=maybe true
      tell systemd-cat --nonsense
      tell systemd-cat nosuchcommand
      systemd-cat sh -c '[ -S /dev/stdout ] && [ -S /dev/stderr ] && echo sockets >/run/t/cat-e'; notes cat-e`,
    },
    'a service that is stopped while it is waited for': {
      script: `${plain}
      tell systemd-run --wait --unit=halted-one sleep 100 >/run/t/halted-one &
      sub halted-one.service running
      tell systemctl stop halted-one
      wait $!; cat /run/t/halted-one
      tell systemd-run --wait --unit=halted-two --remain-after-exit true >/run/t/halted-two &
      sub halted-two.service exited
      tell systemctl stop halted-two
      wait $!; cat /run/t/halted-two
      tell systemd-run --pipe -q --unit=halted-three sh -c 'echo $$$$; exec sleep 100' >/run/t/halted-three &
      sub halted-three.service running
      tell systemctl kill -s USR1 halted-three
      wait $!; tail -n 1 /run/t/halted-three
      state halted-three.service
      tell systemctl reset-failed halted-three`,
    },
    'commands beside the main one': {
      script: `${plain}
      tell systemd-run --unit=lists-one -p 'ExecStartPre=/bin/sh -c "echo pre >>/run/t/lists-one"' -p 'ExecReload=/bin/sh -c "echo reload $MAINPID | sed s/[0-9]*$/N/ >>/run/t/lists-one"' \
        -p 'ExecStop=/bin/sh -c "echo stop >>/run/t/lists-one"' -p 'ExecStopPost=-/bin/false' sleep 100
      tell systemctl reload lists-one
      tell systemctl stop lists-one
      gone lists-one.service
      notes lists-one
      tell systemd-run --wait --unit=lists-two -p ExecStartPre=/bin/false true
      state lists-two.service
      tell systemd-run --wait --unit=lists-three -p ExecCondition=/bin/false true
      gone lists-three.service
      tell systemctl reset-failed lists-two`,
    },
    'services that start again': {
      script: `${plain}
      tell systemd-run --unit=again-one -p Restart=always -p RestartSec=20ms sh -c 'echo run >>/run/t/again-one; sleep 0.05; [ $(wc -l </run/t/again-one) -lt 3 ] || exec sleep 100'
      until_ok sh -c '[ $(wc -l </run/t/again-one) -eq 3 ]'
      sub again-one.service running
      get again-one.service NRestarts Transient
      tell systemctl restart again-one
      get again-one.service ActiveState Transient FragmentPath
      tell systemctl stop again-one
      gone again-one.service
      ls /run/systemd/transient | grep -c again-one`,
    },
    'status of what was made at run time': {
      script: `${plain}
      behind systemd-run --scope --quiet --unit=shown-scope --slice=shown-deep --description='A scope' sleep 1000
      sub shown-scope.scope running
      looks() { systemctl status -n0 "$@" | sed -E 's/since.*//; /Tasks:|Memory:|CPU:|CGroup:|─[0-9]+ /d'; }
      looks shown-scope.scope
      looks shown-deep.slice | head -n 3
      tell systemctl is-active shown-scope.scope shown-deep.slice
      systemctl list-units --plain --no-legend 'shown-*' | sed -E 's/ +/ /g; s/ $//'
      systemctl list-unit-files --no-legend 'shown-*' | sed -E 's/ +/ /g; s/ $//'
      tell systemctl is-enabled shown-scope.scope
      tell systemctl stop shown-deep.slice
      gone shown-scope.scope`,
    },
    'set-property': {
      units: {
        'prop.service': '[Unit]\nDefaultDependencies=no\nDescription=Before\n[Service]\nExecStart=/act wait',
        'prop.target': '[Unit]\nDefaultDependencies=no',
      },
      script: `${plain}
      files() { for each in $(find /etc/systemd/system.control /run/systemd/system.control /run/systemd/transient -path '*prop*' -type f 2>/dev/null | sort); do echo "== $each"; grep -v '^#' $each; done; }
      tell systemctl start prop
      tell systemctl set-property prop Description='hello world'
      tell systemctl set-property --runtime prop CPUWeight=300 TasksMax=77
      get prop.service Description ActiveState
      files
      tell systemctl set-property prop Nice=3
      tell systemctl set-property prop TimeoutStopSec=3
      tell systemctl set-property prop Wants=foo.service
      tell systemctl set-property prop Foo=3
      tell systemctl set-property prop Foo
      tell systemctl set-property prop CPUWeight=banana
      tell systemctl set-property prop
      tell systemctl set-property nowhere.service CPUWeight=20
      tell systemctl set-property prop.target CPUWeight=20
      tell systemctl set-property prop.target Description=hey
      tell systemctl set-property prop CPUWeight=
      files
      tell systemctl daemon-reload
      get prop.service Description ActiveState
      get prop.target Description
      systemctl cat prop | grep -v '^# [A-Zo]'
      systemctl revert prop 2>&1 | sort
      systemctl revert prop.target 2>&1 | sort
      tell systemctl daemon-reload
      get prop.service Description DropInPaths
      tell systemctl stop prop`,
      alone: true,
    },
    'set-property on what is transient': {
      script: `${plain}
      tell systemd-run -q --unit=prop-run sleep 1000
      tell systemctl set-property prop-run MemoryHigh=2G Description=other
      ls /run/systemd/transient/prop-run.service.d
      get prop-run.service Description DropInPaths
      tell systemctl daemon-reload
      get prop-run.service Description ActiveState
      tell systemctl stop prop-run
      gone prop-run.service
      ls -d /run/systemd/transient/prop-run* 2>/dev/null | wc -l`,
      alone: true,
    },
  },
  { profile: 'dbus' },
);
