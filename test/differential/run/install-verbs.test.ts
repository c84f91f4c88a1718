import { compareManagers } from './both.ts';

const runs = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true';

compareManagers('unit files, through the manager', {
  'enable and its kin tell what they did in order': {
    units: {
      'inst-one.service': `${runs}\n[Install]\nWantedBy=inst-gone.target\nAlias=inst-other.service\nAlso=inst-two.service`,
      'inst-two.service': `${runs}\n[Install]\nRequiredBy=inst.target`,
      'inst.target': '[Unit]\nDefaultDependencies=no',
      'inst-static.service': runs,
    },
    script: `
      run systemctl enable inst-one
      run systemctl is-enabled inst-one inst-two inst-other
      run systemctl enable --now inst-two
      run systemctl is-active inst-two
      run systemctl reenable inst-two
      systemctl stop inst-two
      run systemctl reenable --now inst-two
      run systemctl is-active inst-two
      systemctl start inst-two
      systemctl disable --now inst-one inst-two 2>&1 | sort
      run systemctl is-active inst-two
      run systemctl add-wants inst.target inst-static
      get inst.target Wants
      run systemctl disable inst-static
      run systemctl mask --now inst-static
      run systemctl start inst-static
      run systemctl unmask inst-static
      run systemctl mask inst-none
      run systemctl unmask inst-none
      run systemctl preset inst-static
      run systemctl add-wants inst.target inst-none
      run systemctl set-default inst.target
      run systemctl get-default
      rm /etc/systemd/system/default.target
      run systemctl set-default inst-none.target
      run systemctl revert inst-static
      run systemctl link /nowhere/inst-far.service
      printf '${runs.replaceAll('\n', '\\n')}\\n' >/opt/inst-far.service
      run systemctl link /opt/inst-far.service
      run systemctl enable /opt/inst-far.service
      run systemctl is-enabled inst-far
      run systemctl disable inst-far
      run systemctl enable --runtime inst-two
      run systemctl is-enabled inst-two
      run systemctl disable --runtime inst-two
      run systemctl enable --no-reload inst-two
      get inst.target Requires
      systemctl daemon-reload
      get inst.target Requires
      quiet systemctl disable inst-two`,
    alone: true,
  },
  'properties that cannot be set': {
    units: { 'inst-set.socket': '[Socket]\nListenStream=/run/inst-set\nService=inst-set-two.service', 'inst-set-two.service': runs },
    script: `
      run systemctl set-property inst-set.socket ListenStream=/run/inst-else
      run systemctl set-property inst-set.socket ListenDatagram=/run/inst-else
      run systemctl set-property inst-set-two.service TimeoutStopSec=1
      run systemctl set-property inst-set.socket`,
  },
  'list-dependencies in all its forms': {
    units: {
      'ltree.target':
        '[Unit]\nDefaultDependencies=no\nRequires=ltree-a.service\nWants=ltree-b.service ltree-c.target ltree-none.service\nAfter=ltree-b.service',
      'ltree-a.service': `[Unit]\nDefaultDependencies=no\nRequires=ltree-d.service\nAfter=ltree-d.service\n${runs}`,
      'ltree-b.service': runs,
      'ltree-c.target': '[Unit]\nDefaultDependencies=no\nWants=ltree-d.service ltree.target',
      'ltree-d.service': runs,
    },
    script: `
      systemctl start ltree-d
      for options in '' --all --plain --reverse '--reverse --all' --before --after '--all --plain --after'; do
        run systemctl list-dependencies $options ltree.target
        run systemctl list-dependencies $options ltree-d
      done
      run systemctl list-dependencies ltree-none
      run systemctl list-dependencies ltree-a ltree-b
      run systemctl list-dependencies --type=service ltree.target
      run systemctl list-dependencies --state=active ltree.target
      systemctl stop ltree-d`,
  },
  'help shows what units name': {
    units: {
      'helped.service': `[Unit]\nDefaultDependencies=no\nDocumentation=https://example.org/x man:helped(8) man:helped info:helped\n${runs}`,
      'unhelped.service': runs,
    },
    script: `
      mkdir -p /run/helper; printf '#!/bin/sh\\necho man "$@"\\n' >/usr/local/bin/man; chmod 755 /usr/local/bin/man
      run systemctl help helped
      run systemctl help unhelped helped
      run systemctl help helped-not
      rm /usr/local/bin/man`,
    alone: true,
  },
  'options, words and verbs that are none': {
    script: `
      run systemctl --nonsense
      run systemctl nonsense
      run systemctl start
      run systemctl isolate a b
      run systemctl --wait --no-block start nothing.target
      run systemctl --marked start nothing.target
      run systemctl -s nonsense kill nothing.target
      run systemctl --state=nonsense list-units
      run systemctl --type=nonsense list-units
      run systemctl is-enabled
      run systemctl get-default x
      run systemctl set-default
      run systemctl list-unit-files 'nothing.*'
      run systemctl list-unit-files --state=nonsense
      run systemctl cat nothing.target
      run systemctl cat nonsense nothing.target
      run systemctl cat 'nonsense*'
      run systemctl help nonsense
      run systemctl show-environment x
      run systemctl set-environment
      run systemctl set-environment 1x=2
      run systemctl unset-environment 'a b'
      run systemctl cancel x
      run systemctl reset-failed nonsense
      run systemctl is-system-running x
      run systemctl exit 300
      run systemctl show -p Id --value nothing.target nonsense.service`,
  },
});
