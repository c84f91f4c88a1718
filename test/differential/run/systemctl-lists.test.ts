import { compareManagers } from './both.ts';

const runs = '[Service]\nExecStart=/act wait';
const quiet = '[Unit]\nDefaultDependencies=no\n';

compareManagers('the lists of systemctl', {
  'lists as JSON, and what JSON leaves out': {
    alone: true,
    units: {
      'gold-a.service': `[Unit]\nDescription=Gold A\nDefaultDependencies=no\nWants=gold-b.service\nAfter=gold-b.service\n${runs}`,
      'gold-b.service': `${quiet}[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true`,
      'gold-c.timer': `${quiet}[Timer]\nOnCalendar=2040-01-01\nUnit=gold-f.service`,
      'gold-d.socket': `${quiet}[Socket]\nListenStream=/run/gold-d\nListenDatagram=/run/gold-d2\nService=gold-f.service`,
      'gold-f.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/false`,
      'gold.target': `${quiet}Wants=gold-a.service gold-d.socket\nRequires=gold-b.service`,
    },
    script: `
      systemctl start gold-a gold-c.timer gold-d.socket; systemctl start gold-f 2>/dev/null
      for form in json json-pretty; do
        run systemctl -o $form list-units 'gold*'
        run systemctl -o $form list-units --all 'gold-[ab]*'
        run systemctl -o $form list-units 'none*'
        run systemctl -o $form list-unit-files 'gold*'
        run systemctl -o $form list-timers 'gold*'
        run systemctl -o $form list-sockets 'gold*'
        run systemctl -o $form list-sockets --show-types 'gold*'
        run systemctl -o $form list-automounts 'gold*'
        run systemctl -o $form list-dependencies gold.target
        run systemctl -o $form list-machines
        run systemctl -o $form show-environment
        run systemctl -o $form show -p Id gold-a
        run systemctl -o $form is-active gold-a
      done
      run systemctl --output=nonsense list-units
      run systemctl list-machines
      run systemctl list-machines --no-legend nowhere
      systemctl stop gold-a gold-b gold-c.timer gold-d.socket; systemctl reset-failed`,
  },
  'which units are listed': {
    alone: true,
    units: {
      'pick-a.service': `${quiet}Wants=pick-b.service\nAfter=pick-b.service\n${runs}`,
      'pick-b.service': `${quiet}${runs}`,
      'pick-c.timer': `${quiet}[Timer]\nOnCalendar=2040-01-01`,
      'pick-c.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/true`,
      'pick-d.service': `${quiet}[Service]\nType=oneshot\nExecStart=/bin/false`,
    },
    script: `
      systemctl start pick-a pick-c.timer; systemctl start pick-d 2>/dev/null
      run systemctl list-units 'pick*'
      run systemctl list-units --all 'pick*'
      run systemctl list-units --type=loaded 'pick*'
      run systemctl list-units --type=timer,loaded 'pick*'
      run systemctl list-units --state=not-found --all 'pick*'
      run systemctl list-units --state=inactive 'pick*'
      run systemctl list-units --state=failed,waiting --quiet 'pick*'
      run systemctl list-units --state=help
      run systemctl list-units --type=help
      run systemctl list-units --with-dependencies pick-a.service
      run systemctl status --lines=0 --with-dependencies pick-a.service | grep '^[●○×]'
      run systemctl list-sockets --all 'pick*'
      run systemctl list-timers --all 'pick-z*'
      systemctl list-dependencies 'pick-*' | grep '^pick' | sort
      run systemctl start 'pick-c*'
      get pick-c.service ExecMainStartTimestampMonotonic
      run systemctl start 'none*'
      run systemctl start --all 'none*'
      run systemctl --quiet start 'none*'
      run systemctl restart 'none*'
      systemctl stop pick-a pick-b pick-c.timer; systemctl reset-failed`,
  },
  'the links of a unit that is enabled': {
    alone: true,
    units: {
      'tied-a.service': `${quiet}${runs}\n[Install]\nWantedBy=nothing.target\nAlias=tied-other.service`,
      'tied-b.service': `${quiet}${runs}\n[Install]\nRequiredBy=nothing.target\nAlso=tied-a.service`,
      'tied-c.service': `${quiet}${runs}`,
    },
    script: `
      links() { systemctl is-enabled "$@" 2>&1 | sort; }
      links -l tied-a
      systemctl -q enable tied-b
      links -l tied-a
      links --full tied-b tied-c
      links -l tied-other.service
      links --full -q tied-a
      run systemctl is-enabled -l nowhere
      systemctl -q disable tied-b
      systemctl -q enable --runtime tied-a
      links -l tied-a
      links -l --runtime tied-a
      systemctl -q disable --runtime tied-a
      systemctl -q mask tied-c
      links -l tied-c
      systemctl -q unmask tied-c`,
  },
  'properties come in the order in which systemd has them': {
    alone: true,
    units: {
      'order.service': `[Unit]\nDefaultDependencies=no\nDescription=All\n${runs}\nExecStartPre=/bin/true\nExecStop=/bin/true\nExecReload=/bin/true\nEnvironment=A=1\nDeviceAllow=/dev/null r\nSupplementaryGroups=tty`,
      'order.socket': `${quiet}[Socket]\nListenStream=/run/order`,
      'order.timer': `${quiet}[Timer]\nOnCalendar=2040-01-01\nOnBootSec=1y`,
      'order.path': `${quiet}[Path]\nPathExists=/nowhere`,
    },
    script: `
      for unit in order.service order.socket order.timer order.path order.slice nothing.target -.mount; do
        echo "== $unit"
        systemctl show -p Slice,Id,Names,Type,MainPID,Listen,Accept,TimersCalendar,Unit,Paths,Where,What,Options,ControlGroup,CPUWeight,LimitNOFILE,Environment,ExecStart,ExecStartPre,ExecStop,ExecReload,Description,LoadState,ActiveState,SubState,FragmentPath,After,Requires,Documentation,InvocationID,KillMode,Nice,UMask,User,Result,DeviceAllow,SupplementaryGroups,StandardOutput,NeedDaemonReload,CanStart,JobTimeoutUSec,CollectMode -- $unit |
          sed 's/=.*//' | uniq
      done`,
  },
  'the environment of services, and signals': {
    alone: true,
    script: `
      run systemctl show-environment
      run systemctl set-environment ZED=1 B=2 'C=x y' PATH=/x
      run systemctl show-environment
      run systemctl -o json show-environment
      run systemctl set-environment A=0
      run systemctl show-environment
      run systemctl unset-environment PATH ZED A B C
      run systemctl show-environment
      run systemctl kill --signal=help
      run systemctl kill --signal=list
      run systemctl kill --signal=list --no-legend`,
  },
});
