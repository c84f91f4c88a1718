import { compareManagers } from './both.ts';

const plain = `
      plain() { sed -E 's/run-[ru][0-9a-f]+/run-NAME/g; s/Service runtime: .*/Service runtime: TIME/; s/(has a bad unit file setting): .*/\\1./; /CPU time consumed|IP traffic|IO bytes|Memory peak/d; s/\\r//'; }
      tell() { echo "\\$ $*"; { timeout 20 "$@" 2>&1 </dev/null; echo "-> $?"; } | plain; }
      gone() { until_ok property "$1" LoadState not-found; }
      file() { systemctl cat "$@" | sed '/^#/d; /^$/d; /^ExecStart=$/d' | LC_ALL=C sort; }`;

compareManagers(
  'systemd-run, option by option',
  {
    'every time that a timer may have': {
      script: `${plain}
      tell systemd-run --unit=ropt-times --on-active=1h --on-boot=2h --on-startup=1d --on-unit-active=4h --on-unit-inactive=5h --on-calendar=daily --on-calendar='*-*-01 02:00 UTC' --on-clock-change --on-timezone-change true
      file ropt-times.timer
      systemctl show -p TimersMonotonic ropt-times.timer | sed 's/; next_elapse=.*//' | LC_ALL=C sort
      get ropt-times.timer OnClockChange OnTimezoneChange RemainAfterElapse
      tell systemctl stop ropt-times.timer; gone ropt-times.timer
      tell systemd-run --unit=ropt-props --on-active=1h --timer-property=RandomizedDelaySec=5s --timer-property=Persistent=no --timer-property=RemainAfterElapse=yes --timer-property=AccuracySec=2s -p Description=mine --description=other true
      file ropt-props.timer ropt-props.service
      tell systemctl stop ropt-props.timer; systemctl reset-failed ropt-props.timer 2>/dev/null
      tell systemd-run --on-active=1h --scope true
      tell systemd-run --on-active=1h --pty true
      tell systemd-run --on-active=1h --remain-after-exit --unit=ropt-remain true
      file ropt-remain.timer ropt-remain.service
      tell systemctl stop ropt-remain.timer
      tell systemd-run --on-active= true
      tell systemd-run --on-calendar= true
      tell systemd-run --timer-property=Nope=1 --on-active=1h true`,
      alone: true,
    },
    'who runs it, where, with what': {
      script: `${plain}
      tell systemd-run --pipe -q --uid=4321 id -u
      tell systemd-run --pipe -q --uid=daemon --setenv=A=b --setenv=HOME=/x sh -c 'echo $$A $$HOME $$USER $$LOGNAME $$SHELL'
      tell systemd-run --pipe -q --gid=4321 id -g
      tell systemd-run --pipe -q --uid=nosuch true
      tell systemd-run --pipe -q --gid=nosuch true
      tell systemd-run --pipe -q --nice=-5 nice
      tell systemd-run --pipe -q --working-directory=/nonexistent pwd
      tell systemd-run --pipe -q --working-directory=relative pwd
      tell systemd-run --pipe -q -p WorkingDirectory=-/nonexistent pwd
      tell systemd-run --scope -q --working-directory=/tmp pwd
      tell systemd-run --scope -q --working-directory=/nonexistent pwd
      tell systemd-run --scope -q --working-directory=/etc/passwd pwd
      tell systemd-run --scope -q --working-directory=tmp pwd
      tell systemd-run --scope -q /nonexistent
      tell systemd-run -q /nonexistent
      tell systemd-run -q /tmp
      tell systemd-run -q ./nonexistent
      tell systemd-run --pipe -q -E 'A=two words' -E B= sh -c 'echo "$$A|$$B|"'
      tell systemd-run --pipe -q --slice=ropt.slice grep -o 'ropt.slice/run-' /proc/self/cgroup
      tell systemd-run --pipe -q --slice=ropt grep -o 'ropt.slice/run-' /proc/self/cgroup
      tell systemd-run --pipe -q --slice=/ropt true
      tell systemd-run --pipe -q -p Slice=ropt-a.slice grep -o 'ropt-a.slice/run-' /proc/self/cgroup
      tell systemd-run --pipe -q -p PrivateTmp=yes -p ProtectSystem=strict sh -c 'ls /tmp; touch /usr/x'
      tell systemd-run --pipe -q -p LimitNOFILE=77 -p UMask=0077 sh -c 'ulimit -n; umask'
      tell systemd-run --pipe -q -p StandardOutput=null echo lost`,
    },
    'how long it stays and what is waited for': {
      script: `${plain}
      tell systemd-run --unit=ropt-remain2 --remain-after-exit true; sub ropt-remain2.service exited; show ropt-remain2.service
      tell systemctl stop ropt-remain2
      tell systemd-run --wait --collect --unit=ropt-coll sh -c 'exit 9'; gone ropt-coll.service
      tell systemd-run --wait --unit=ropt-type --service-type=oneshot sh -c 'exit 0'
      tell systemd-run --wait --unit=ropt-forking --service-type=forking sh -c 'sleep 0.2 & exit 0'
      tell systemd-run --wait --unit=ropt-idle --service-type=idle true
      tell systemd-run --wait --unit=ropt-exec --service-type=exec /nonexistent
      tell systemd-run --wait --unit=ropt-notify --service-type=notify sh -c 'systemd-notify --ready; exit 4'
      tell systemd-run --no-block --unit=ropt-nb sh -c 'exit 0'
      gone ropt-nb.service
      tell systemd-run --wait -q --unit=ropt-quiet sh -c 'exit 6'
      tell systemctl reset-failed 'ropt-*'
      tell systemd-run --unit=ropt-x.service --wait true
      tell systemd-run --unit='bad name' --wait true
      tell systemd-run --unit=ropt@inst.service --wait true
      tell systemd-run --description='a text' --unit=ropt-desc --remain-after-exit true
      get ropt-desc.service Description; tell systemctl stop ropt-desc`,
    },
    'a shell': {
      script: `${plain}
      export SHELL=/bin/sh TERM=dumb
      tell systemd-run --shell --scope
      tell systemd-run -S -P true
      tell systemd-run --shell --on-active=1h
      tell systemd-run --shell --wait true`,
    },
    'paths and sockets with properties of their own': {
      units: { 'ropt-there.service': '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/act wait\n' },
      script: `${plain}
      tell systemd-run --unit=ropt-path --path-property=PathExists=/run/t/ropt-go --path-property=DirectoryNotEmpty=/run/t/ropt-dir --path-property=MakeDirectory=yes --path-property=DirectoryMode=0700 true
      file ropt-path.path; stat -c %a /run/t/ropt-dir
      tell systemctl stop ropt-path.path; gone ropt-path.path
      tell systemd-run --unit=ropt-sock --socket-property=ListenStream=/run/t/ropt.sock --socket-property=SocketMode=0600 --socket-property=ListenDatagram=/run/t/ropt.dgram -p DefaultDependencies=no true
      file ropt-sock.socket; stat -c %a /run/t/ropt.sock /run/t/ropt.dgram
      get ropt-sock.socket DefaultDependencies Listen
      tell systemctl stop ropt-sock.socket; gone ropt-sock.socket
      tell systemd-run --unit=ropt-there --path-property=PathExists=/run/t/ropt-go2
      show ropt-there.path ropt-there.service
      tell systemctl stop ropt-there.path
      tell systemd-run --path-property=PathExists=/x --socket-property=ListenStream=/y true
      tell systemd-run --socket-property=SocketMode=0600 true
      tell systemd-run --path-property=MakeDirectory=yes --unit=ropt-none true
      tell systemd-run --path-property=PathExists=/x --scope true`,
    },
  },
  { profile: 'dbus' },
);
