import { compareManagers } from './both.ts';

const runs = '[Service]\nExecStart=/act wait';
const quiet = '[Unit]\nDefaultDependencies=no\n';

/** What differs from run to run, or from one machine to the next, is taken out of `status`. */
const plain = `plain() {
  sed -E 's/since .*/since TIME/; s/[0-9]+ \\/act/N \\/act/; s/PID: [0-9]+/PID: N/; s/Process: [0-9]+/Process: N/; s/Trigger: .*/Trigger: TIME/; /Tasks:|Memory:|CPU:|Duration:/d; /^[A-Z][a-z]{2} [0-9]+ /d'
}
st() { echo "\\$ $*"; systemctl -n0 "$@" 2>&1 | plain; echo "-> \${PIPESTATUS[0]}"; }`;

compareManagers(
  'systemctl, verb by verb',
  {
    'status, of all kinds of units': {
      alone: true,
      units: {
        'look-a.service': `[Unit]\nDefaultDependencies=no\nDescription=Look A\nDocumentation=man:look(8) https://example.org/\n${runs}\n[Install]\nAlias=look-alias.service\nWantedBy=nothing.target`,
        'look-c.timer': `${quiet}[Timer]\nOnCalendar=2040-01-01\nUnit=look-b.service`,
        'look-b.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/false`,
        'look-d.socket': `${quiet}[Socket]\nListenStream=/run/look-d\nListenDatagram=/run/look-d2\nService=look-i.service`,
        'look-i.service': `${quiet}${runs}`,
        'look-h.service': `${quiet}${runs}`,
        'look-e.path': `${quiet}[Path]\nPathExists=/run/look-nope\nPathChanged=/run/look-x\nUnit=look-h.service`,
        'look-g.service': `[Unit]\nDescription=Drop\nDefaultDependencies=no\n[Service]\nExecStart=/act wait`,
        'look-g.service.d/a.conf': '[Service]\nNice=1\n',
        'look.target': `${quiet}Wants=look-a.service`,
      },
      script: `${plain}
      systemctl start look-a look-c.timer look-d.socket look-e.path
      for words in look-a 'look-a look-d.socket' look-c.timer look-d.socket look-e.path look.target '-l look-a' '-a look-b' '--no-pager look-a' nosuch 'nosuch look-a' '--value look-a' '-p Id look-a' '-o json look-a' look-alias '--state=failed look*' '--type=path look*' '-nx look-a'; do
        st status $words
      done
      systemctl -q enable look-a
      st status look-alias
      st --failed status
      st status --type=path
      mkdir -p /run/systemd/system/look-g.service.d
      printf '[Unit]\\nDescription=All gold\\n' >/run/systemd/system/look-g.service.d/c.conf
      systemctl daemon-reload; systemctl start look-g
      st status look-g
      run systemctl cat look-g
      echo '# x' >>/etc/systemd/system/look-g.service
      st status look-g
      systemctl cat look-g 2>&1 >/dev/null
      run systemctl restart look-g
      systemctl daemon-reload
      run systemctl cat look-g
      run systemctl stop look-g
      st status look-g
      run systemctl revert look-g
      systemctl -q disable look-a
      systemctl stop look-a look-c.timer look-d.socket look-e.path; systemctl reset-failed`,
    },
    'show, option by option': {
      units: { 'tell-a.service': `${quiet}${runs}`, 'tell-b.service': `${quiet}${runs}` },
      script: `
      systemctl start tell-a tell-b
      run systemctl show tell-a tell-b -p Id,SubState
      systemctl show 'tell-*' -p Id | sort
      run systemctl show --property=Id --property ActiveState tell-a
      run systemctl show -p Id -- -.mount
      run systemctl show -P Id,SubState tell-a
      run systemctl show 99999
      run systemctl show -p '' tell-a
      run systemctl show -p '' -p Id tell-a
      run systemctl show -p ExecStartPre,DeviceAllow,EnvironmentFiles,Id tell-a
      run systemctl show -p Nope --value tell-a
      systemctl stop tell-a tell-b`,
    },
    'jobs of units that are there, masked or missing': {
      alone: true,
      units: {
        'work-a.service': `${quiet}${runs}`,
        'work-c.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/false`,
        'work-d.socket': `${quiet}[Socket]\nListenStream=/run/work-d\nService=work-c.service`,
        'work.target': quiet,
      },
      script: `
      systemctl start work-a
      for verb in start stop restart try-restart condrestart reload reload-or-restart try-reload-or-restart force-reload condreload reload-or-try-restart condstop kill reset-failed is-active is-failed cat freeze; do
        [ $verb = freeze ] || run systemctl $verb work-nosuch
      done
      run systemctl stop work-nosuch work-a
      run systemctl start work-a work-nosuch
      for verb in reload-or-restart try-reload-or-restart condrestart force-reload condreload reload-or-try-restart reload condstop start; do systemctl reset-failed work-a; run systemctl $verb work-a; systemctl is-active work-a; done
      run systemctl is-active work-a work-nosuch
      run systemctl mask work-d.socket work-d.socket
      run systemctl mask --runtime work-m.service
      run systemctl start work-m
      run systemctl restart work-m
      run systemctl status -n0 work-m
      run systemctl unmask --runtime work-m.service
      run systemctl kill --kill-whom=control work-a
      run systemctl kill --signal=USR9 work-a
      run systemctl kill --signal=0 work-a
      run systemctl set-property work-a CPUWeight=50 Nonsense
      run systemctl set-property work-a CPUWeight=x
      run systemctl set-property work-nosuch.service CPUWeight=5
      run systemctl set-property work-a.service
      run systemctl start 'bad name'
      run systemctl start a/b
      run systemctl start ''
      run systemctl stop /dev/null
      run systemctl start --job-mode=nonsense work-a
      run systemctl start --fail work-a
      run systemctl start --wait work-c
      run systemctl restart --wait work-c.service
      run systemctl --quiet start work-c
      run systemctl add-wants work.target work-c
      run systemctl add-requires work.target work-nosuch
      systemctl stop work-a; systemctl reset-failed`,
    },
    'options that lists and all verbs have': {
      script: `
      run systemctl --output=help
      run systemctl list-unit-files --state=help
      run systemctl list-unit-files --type=nonsense
      run systemctl list-unit-files --type=help
      run systemctl list-unit-files --all 'none*'
      run systemctl list-unit-files -q 'none*'
      run systemctl -t list-units
      run systemctl --t=service list-units 'none*'
      run systemctl --le=no list-units 'none*'
      run systemctl --no list-units
      run systemctl --user --system is-active nope
      run systemctl list-units a b c 'nope*'
      run systemctl --no-ask-password --no-wall is-active nope
      run systemctl --legend=no list-timers 'none*'
      run systemctl --legend=x list-timers
      run systemctl --check-inhibitors=no is-active nope
      run systemctl --check-inhibitors=nonsense is-active nope
      run systemctl -i is-active nope
      run systemctl preset-all --preset-mode=nonsense
      run systemctl preset --preset-mode=help nope
      run systemctl --plain --full list-timers 'none*'`,
    },
  },
  { profile: 'dbus' },
);
