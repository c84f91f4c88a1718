import { type Case, compareManagers } from './both.ts';

/**
 * The forms in which scripts of Debian's packages (maintainer scripts, hooks, cron jobs, helpers in Perl and Python, of about ninety
 * packages) call systemctl and its kin, each with units of ours. What the scripts look at is compared: the output, and the exit status.
 */
const cases: Readonly<Record<string, Case>> = {
  'is it active, is it enabled': {
    units: {
      'asked.service': '[Service]\nExecStart=/act wait\n[Install]\nWantedBy=asked.target',
      'asked@.service': '[Service]\nExecStart=/act wait\n[Install]\nWantedBy=asked.target',
      'asked.target': '[Unit]\nDescription=x',
    },
    script: `
      systemctl start asked asked@a
      for unit in asked asked.service asked@a asked@b nosuch.service sysinit.target asked.target; do
        for call in 'is-active -q' 'is-active --quiet' '-q is-active' '--quiet is-active' 'is-active' 'is-enabled' '--quiet is-enabled' '-q is-enabled' 'is-failed -q'; do run systemctl $call "$unit"; done
      done
      run systemctl --quiet is-system-running
      run systemctl is-active -q asked@a asked@b
      run systemctl stop asked asked@a`,
  },
  'one property of a unit': {
    units: {
      'shown.service': '[Unit]\nSourcePath=/etc/init.d/shown\n[Service]\nExecStart=/act wait\nExecReload=/bin/true',
      'shown-plain.service': '[Service]\nExecStart=/act wait',
      'shown.socket': '[Socket]\nListenStream=/run/shown.socket\nListenDatagram=/run/shown.datagram\nListenStream=127.0.0.1:9999',
      'shown-mount.timer': '[Timer]\nOnCalendar=yearly\nUnit=shown.service',
    },
    script: `
      for unit in shown.service shown-plain.service nosuch.service shown.socket shown-mount.timer tmp.mount; do
        run systemctl -p CanReload show "$unit"
        run systemctl -p LoadState show "$unit"
        run systemctl -p Triggers show "$unit"
        run systemctl show --value -p Id "$unit"
        run systemctl show --value --property SourcePath "$unit"
        run systemctl show --property Listen "$unit"
        run systemctl show "$unit" -p Where --value
        run systemctl show "$unit" -p Where
        run systemctl show --property=RefuseManualStop "$unit"
        run systemctl show -p ActiveState -p SubState --value "$unit"
        run systemctl show "$unit" --property=ActiveState,SubState,Result --no-pager
        run systemctl --no-pager --no-legend show -pType "$unit"
      done
      run systemctl show -p UserspaceTimestampMonotonic nosuch.service
      systemctl show -p UserspaceTimestampMonotonic | sed 's/[0-9][0-9]*/N/'
      systemctl show -p SystemState --value`,
  },
  'lists that are read line by line': {
    units: {
      'listed-a.service': '[Service]\nExecStart=/act wait\n[Install]\nWantedBy=listed.target',
      'listed-b@.service': '[Service]\nExecStart=/act wait',
      'listed.socket': '[Socket]\nListenStream=/run/listed\nService=listed-a.service',
      'listed.target': '[Unit]\nRequires=listed-a.service',
      'listed-long-name-that-is-longer-than-most-names-of-units-and-longer-than-a-column.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      systemctl start listed.target listed-b@one listed-b@two
      ours() { grep -E 'listed|^[0-9]'; }
      systemctl list-unit-files --full | ours
      systemctl list-unit-files --no-legend --full | ours
      systemctl list-unit-files --full --type=socket | ours
      systemctl list-unit-files --no-legend --no-pager 'listed*' | ours
      systemctl list-units --full --all --no-legend --plain 'listed*' | ours
      systemctl list-units --plain --no-legend --state=active 'listed-b@*' | cut -d' ' -f1
      systemctl --no-legend --plain --type=service --state=running list-units | ours
      run systemctl list-dependencies -l --reverse --plain listed.socket
      run systemctl list-dependencies -l --reverse --plain listed-a.service
      run systemctl list-dependencies -l --plain listed.target
      run systemctl list-dependencies --plain nosuch.service
      run systemctl list-jobs reboot.target
      run systemctl list-jobs --no-legend
      run systemctl stop listed.target 'listed*'`,
  },
  'stop several, of which patterns may match none': {
    units: {
      'several.service': '[Service]\nExecStart=/act wait',
      'several@.service': '[Service]\nExecStart=/act wait',
      'several-receive@.service': '[Service]\nExecStart=/act wait',
    },
    script: `
      systemctl start several several@a several@b
      run systemctl stop several "several@*" "several-receive@*"
      systemctl is-active several several@a several@b
      run systemctl stop several "several@*"
      run systemctl stop -q several
      run systemctl stop -q several nosuch.service
      run systemctl stop nosuch.service
      run systemctl stop nosuch.socket several
      run systemctl --no-block reload-or-restart several
      until systemctl is-active -q several; do sleep .1; done
      run systemctl reload several
      run systemctl --signal=KILL kill several
      until systemctl is-failed -q several; do sleep .1; done
      run systemctl kill -s HUP several
      run systemctl kill -s HUP nosuch.service
      run systemctl restart several nosuch.service
      run systemctl stop several
      run systemctl reload several
      run systemctl try-reload-or-restart several
      run systemctl condrestart several
      run systemctl reset-failed several
      run systemctl reset-failed nosuch.service`,
  },
  'links that are made and taken': {
    units: {
      'made.service': '[Service]\nExecStart=/act wait\n[Install]\nWantedBy=made.target',
      'made@.service': '[Service]\nExecStart=/act wait\n[Install]\nWantedBy=made.target\nDefaultInstance=usual',
      'made.timer': '[Timer]\nOnCalendar=yearly\n[Install]\nWantedBy=made.target',
      'made.target': '[Unit]\nDescription=x',
    },
    script: `
      links() { find /etc/systemd/system /run/systemd/system -lname '*' -name '*made*' | sort | while read -r link; do echo "$link: $(readlink $link)"; done; }
      for call in 'enable made' 'enable made' 'disable made.service' 'disable made' 'enable made@a' 'disable made@a' 'disable --now made@a.timer' 'enable --now made.timer' 'disable --now made.timer' \\
        'mask made.service' 'start made' 'enable made' 'unmask made.service' 'unmask made.service' 'mask --runtime made.service' 'is-enabled made' 'unmask --runtime made.service' \\
        'mask nosuch-made.service' 'unmask nosuch-made.service' 'enable nosuch-made' 'disable nosuch-made.service' 'add-wants --runtime made.target made.service' 'disable --runtime made' 'preset made' '-q enable made' '--quiet disable made' \\
        '--system daemon-reload' '-q daemon-reload' 'enable /etc/systemd/system/made.service' 'disable made.service made.timer' '--no-reload enable made' '--now disable made' '--root=/ disable made' '--root=/ enable made.timer' '--root=/ mask made.timer' '--root=/ unmask made.timer' '--root=/ disable made.timer'; do
        run systemctl $call; links
      done
      run systemctl daemon-reload`,
  },
  'status for a person': {
    units: { 'stated.service': '[Service]\nExecStart=/act wait' },
    script: `
      systemctl start stated
      steady() { sed -E 's/since .*/since/; s/[0-9]+ \\(act\\)/N (act)/; s/[0-9]+ \\/act/N \\/act/; /Tasks:|Memory:|CPU:/d; /^[A-Z][a-z]{2} [0-9]+ /d; /^$/d'; }
      for call in 'status --full --no-pager stated' '-l status stated.service' 'status stated --lines=0' 'status -n0 stated' 'status --no-pager -n 0 --full stated'; do run systemctl $call | steady; done
      systemctl stop stated
      for call in 'status --full --no-pager stated' 'status -q stated' 'status nosuch.service'; do run systemctl $call -n0 | steady; done
      run journalctl -q -u nosuch.service
      run journalctl -q -n 3 --no-pager --unit nosuch.service
      run journalctl -xe -q --no-pager --unit=nosuch.service
      run journalctl --boot=0 -q -o short-precise -u nosuch.service`,
  },
  'escape, run, virtualization': {
    script: `
      for words in '-p /snap' '-p /var/lib/snapd/snap' '--template ifup@.service eth0' '--template ifup@.service wl-0.1' '-p --suffix=mount /snap' '--template=systemd-fsck@.service --path /dev/sda1' '-u a-b' '--mangle x' '-p' ''; do run systemd-escape $words; done
      run systemd-run -q --scope -p Delegate=yes /bin/true
      run systemd-run --no-block --unit=ran-three /bin/true`,
  },
};

compareManagers('calls that scripts make', cases);
