import { debianImage } from '../../system/image.ts';
import { compareManagers } from './both.ts';

/**
 * The scripts of Debian's packages and the modules of Ansible, untouched: they call `systemctl`, which under tysd is dist/tysctl. What
 * they print, how they end, which calls they make with which result, and what is left behind is compared.
 */
const packages = ['cron', 'logrotate', 'openssh-server', 'ansible-core', 'dbus'];

/** In the place of systemctl stands a script that notes each call and its status. */
const setup = `
  mkdir real
  if [ -d opt/tysd ]; then ln -s /opt/tysd/tysctl real/systemctl; else mv usr/bin/systemctl real/systemctl; fi
  rm -f usr/bin/systemctl
  cat >usr/bin/systemctl <<'END'
#!/bin/bash
name=\${0##*/}
[ "$name" = systemctl ] || exec -a "$name" /real/systemctl "$@"
/real/systemctl "$@"
status=$?
echo "called: systemctl $* -> $status" >>/run/calls
exit $status
END
  chmod 755 usr/bin/systemctl
  mkdir -p etc/systemd/system/cron.service.d
  printf '[Unit]\\nStartLimitIntervalSec=0\\n' >etc/systemd/system/cron.service.d/often.conf
  # It speaks with systemd itself.
  ln -s /dev/null etc/systemd/system/systemd-update-utmp.service`;

/** What the cases have in common. */
const common = `
PATH=\${PATH#/opt/tysd:}; hash -r
export DEBIAN_FRONTEND=noninteractive
calls() { cat /run/calls 2>/dev/null; rm -f /run/calls; }
run() { echo "\\$ $*"; "$@" 2>&1 </dev/null; echo "-> $?"; calls; }
# The links of units and runlevels, what deb-systemd-helper remembers, and how the units are.
left_behind() {
  find /etc/systemd/system /var/lib/systemd/deb-systemd-helper-* \\( -type l -o -type f \\) 2>/dev/null | grep -E 'cron|ssh|logrotate' | sort |
    while read -r file; do echo "$file: $(readlink "$file" || tr '\\n' ' ' <"$file")"; done
  ls -d /etc/rc?.d/*cron
  for unit in cron.service ssh.service logrotate.timer; do echo "$unit: $(systemctl is-active $unit) $(systemctl is-enabled $unit 2>&1)"; done
  rm -f /run/calls
}
script() { DPKG_MAINTSCRIPT_PACKAGE=\${1%%.*} DPKG_MAINTSCRIPT_NAME=\${1#*.} run sh -e /var/lib/dpkg/info/"$@"; left_behind; }
steady() {
  sed -E 's/since .*/since/; s/PID: [0-9]+/PID: N/; s/Process: [0-9]+/Process: N/; s/(Tasks|Memory|CPU|Duration): .*/\\1/; s/[0-9]+ (\\/usr\\/sbin\\/cron)/N \\1/; /^[A-Z][a-z]{2} [0-9]+ /d'
}
fresh() { { systemctl unmask cron.service; update-rc.d cron defaults; systemctl enable cron.service; systemctl stop cron.service; } >/dev/null 2>&1; rm -f /run/calls; }
fresh`;

const ansible = `
ansible() {
  local module=$1; shift
  echo "# $module $*"
  python3 - "$module" "$@" <<'END'
import json, subprocess, sys
args = dict(word.split('=', 1) for word in sys.argv[2:])
ran = subprocess.run(['python3', '-m', 'ansible.modules.' + sys.argv[1]], input=json.dumps({'ANSIBLE_MODULE_ARGS': args}), capture_output=True, text=True)
try:
    answer = json.loads(ran.stdout)
except ValueError:
    sys.exit(ran.stdout + ran.stderr)
answer.pop('invocation', None)
status = answer.pop('status', {})
for name in ('Id', 'LoadState', 'ActiveState', 'SubState', 'UnitFileState', 'FragmentPath', 'Names', 'Description', 'Type') if status else ():
    print('  ', name, status.get(name))
if status:
    print('  ', 'ExecStart', status.get('ExecStart', '').split(' ; start_time')[0])
print(json.dumps(answer, sort_keys=True))
END
  calls
}`;

function scripts(...lines: readonly string[]): { readonly script: string; readonly alone: true } {
  return { alone: true, script: [common, ...lines].join('\n') };
}

compareManagers(
  'scripts that call systemctl',
  {
    'the maintainer scripts of a service with a script of System V': scripts(
      'script cron.preinst install',
      'script cron.postinst configure',
      'script cron.postinst configure 3.0pl1-160',
      'script cron.prerm upgrade 3.0pl1-163',
      'script cron.prerm remove',
      'script cron.postrm remove',
      'script cron.postinst configure 3.0pl1-160',
      'systemctl stop cron; systemctl disable -q cron; rm -f /run/calls',
      'script cron.postinst configure 3.0pl1-160',
      'script cron.prerm remove',
      'script cron.postrm purge',
      'script cron.postinst configure',
    ),
    'the maintainer scripts of a timer': scripts(
      'script logrotate.postinst configure',
      'script logrotate.postinst configure 3.20',
      'script logrotate.prerm remove',
      'script logrotate.postrm remove',
      'script logrotate.postrm purge',
      'script logrotate.postinst configure',
    ),
    'the maintainer scripts of a service with an alias': scripts(
      'script openssh-server.postinst configure 1:9.2p1-2',
      'script openssh-server.prerm remove',
      'script openssh-server.postrm remove',
      'script openssh-server.postinst configure',
    ),
    'service NAME': scripts(
      '{ for action in start status restart reload force-reload try-restart stop status start; do run service cron $action; left_behind; done; } | steady',
      'run service nosuch start',
      'run service nosuch status',
      'run service cron nosuch',
      'run service --status-all',
    ),
    'invoke-rc.d': scripts(
      '{ for action in start stop status restart force-reload reload try-restart; do run invoke-rc.d cron $action; run invoke-rc.d --query cron $action; done; } | steady',
      'run invoke-rc.d nosuch start',
      'run invoke-rc.d --force nosuch start',
    ),
    'update-rc.d': scripts('for words in disable enable "disable 2" remove defaults; do run update-rc.d cron $words; left_behind; done'),
    'enable and disable take the script of System V along': scripts(
      'for verb in disable is-enabled enable is-enabled reenable preset "enable --now" "disable --now"; do run systemctl $verb cron; left_behind; done',
      'run systemctl -q disable cron; left_behind',
      'run env SYSTEMCTL_SKIP_SYSV=1 systemctl enable cron; left_behind',
      'cp /etc/init.d/cron /etc/init.d/alone; sed -i s/Provides:.*/Provides:alone/ /etc/init.d/alone; systemctl daemon-reload; calls',
      'run systemctl is-enabled alone.service',
      'run systemctl enable alone',
      'run systemctl is-enabled alone.service cron.service',
      'run systemctl disable alone',
      'run systemctl -q is-enabled alone',
      'rm /etc/init.d/alone; update-rc.d alone remove >/dev/null; calls >/dev/null',
    ),
    'deb-systemd-invoke': scripts(
      'run systemctl mask cron',
      'run deb-systemd-invoke start cron.service',
      'run invoke-rc.d cron start',
      'run service cron restart',
      'run systemctl unmask cron',
      'run systemctl -q disable cron',
      'run deb-systemd-invoke start cron.service',
      'run deb-systemd-invoke restart cron.service',
      'run systemctl -q enable cron',
      'for action in start restart stop; do run deb-systemd-invoke $action cron.service; left_behind; done',
      'run deb-systemd-invoke start nosuch.service',
      'run deb-systemd-invoke start cron.service nosuch.service',
      'run deb-systemd-invoke --no-dbus start cron.service',
      "run deb-systemd-invoke start 'container-getty@9.service'",
      'run deb-systemd-invoke daemon-reload',
      'run deb-systemd-invoke daemon-reexec',
      'run deb-systemd-invoke start logrotate.timer ssh.socket',
      "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d",
      'run deb-systemd-invoke restart cron.service',
      'run invoke-rc.d cron restart',
      'rm /usr/sbin/policy-rc.d',
    ),
    'deb-systemd-helper': scripts(
      'export DPKG_MAINTSCRIPT_PACKAGE=cron',
      'for verb in was-enabled enable debian-installed disable mask unmask reenable purge update-state; do run deb-systemd-helper $verb cron.service; left_behind; done',
    ),
    'what debhelper writes into maintainer scripts, and packages into theirs': scripts(
      'export DPKG_MAINTSCRIPT_PACKAGE=cron',
      "for verb in '--quiet was-enabled' '--quiet debian-installed' unmask update-state enable disable purge; do run deb-systemd-helper $verb cron.service logrotate.timer; left_behind; done",
      "run deb-systemd-helper --quiet was-enabled 'nosuch.service'",
      "for verb in '--user unmask' '--user --quiet was-enabled' '--user enable' '--user update-state' '--user disable' '--user purge'; do run deb-systemd-helper $verb cron.service; left_behind; done",
      "for action in start try-restart restart stop; do run deb-systemd-invoke $action 'cron.service' 'logrotate.timer'; left_behind; done",
      "for words in '--user start dbus.service' '--user daemon-reload' '--user daemon-reexec'; do run deb-systemd-invoke $words; done",
      'run systemctl start cron',
      '{ for action in stop start restart reload force-reload try-restart status; do run invoke-rc.d --skip-systemd-native cron $action; run invoke-rc.d --quiet cron $action; run invoke-rc.d --disclose-deny cron $action; done; } | steady',
      'run invoke-rc.d --try-anyway nosuch stop',
      "for words in defaults-disabled 'defaults 20 80' 'defaults 25' 'start 09 2 3 4 5 . stop 98 0 6 .' 'enable 2 3' 'disable 2' 'nosuch'; do run update-rc.d cron $words; left_behind; run update-rc.d -f cron remove; left_behind; done",
      "for words in '-f nosuch remove' 'nosuch defaults' 'nosuch disable' '' cron; do run update-rc.d $words; done",
      "{ for words in 'cron --full-restart' '--status-all' '-h' '--version' '' 'cron' 'cron.service status' 'logrotate status' '../x start'; do run service $words; done; } | steady",
      'run systemctl --system daemon-reload',
      'fresh',
    ),
    "Ansible's modules": scripts(
      ansible,
      'ansible systemd_service name=cron',
      'ansible systemd_service name=cron state=started',
      'ansible systemd_service name=cron state=started',
      'ansible systemd_service name=cron state=restarted',
      'ansible systemd_service name=cron state=reloaded',
      'ansible systemd_service name=cron state=stopped',
      'ansible systemd_service name=cron enabled=no',
      'ansible systemd_service name=cron enabled=no',
      'ansible systemd_service name=cron enabled=yes state=started daemon_reload=yes',
      'ansible systemd_service name=cron.service masked=yes state=stopped',
      'ansible systemd_service name=cron.service state=started',
      'ansible systemd_service name=cron.service masked=no enabled=yes',
      'ansible systemd_service daemon_reload=yes',
      'ansible systemd_service daemon_reexec=yes',
      'ansible systemd_service name=nosuch state=started',
      'ansible systemd_service name=nosuch enabled=yes',
      'ansible systemd_service name=bad..name state=started',
      'ansible systemd_service name=logrotate.timer state=started enabled=yes no_block=yes',
      'ansible systemd_service name=getty@tty9.service enabled=yes',
      'ansible systemd_service name=getty@tty9.service enabled=no',
      'ansible systemd_service name=logrotate.service enabled=yes',
      'ansible systemd_service name=dbus.socket state=started force=yes enabled=yes',
      'ansible systemd_service name=sshd.service enabled=yes',
      'ansible service name=cron state=restarted enabled=yes',
      'ansible service name=nosuch state=started',
    ),
  },
  // Ansible's modules are slow, and so are some scripts where the machine is busy.
  { rootfs: () => debianImage(packages, { systemd: true }), setup, timeoutSec: 480, attempts: [1, 1] },
);
