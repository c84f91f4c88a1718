import { compareManagers, type Case } from './both.ts';

/** swapon(8) and swapoff(8) do what /etc/helped-COMMAND-AREA says first, where it is there. */
const setup = `
  for name in swapon swapoff; do
    mv sbin/$name sbin/$name.real
    cat >sbin/$name <<END
#!/bin/sh
for area; do :; done
[ -e "/etc/helped-$name-\\\${area##*/}" ] && . "/etc/helped-$name-\\\${area##*/}"
exec /sbin/$name.real "\\$@"
END
    chmod 755 sbin/$name
  done`;

/** Areas lie in /run/host, which is on a disk; whatever is left in use there is taken off when the container ends. */
const functions = `
  area() { local name; for name; do dd if=/dev/zero of=/run/host/$name bs=4096 count=64 status=none; chmod 600 /run/host/$name; mkswap -q /run/host/$name; done; }
  listed() { awk -v path="/run/host/$1" '$1 == path { print "listed", $3, $5 }' /proc/swaps | sed 's/ -[0-9]*$/ -n/'; }
  swaps() { table ActiveState,SubState,Result "$@"; }
  facts() { systemctl show -p "$@"; }
  ran() { systemctl show -p ExecActivate -p ExecDeactivate "$@" | sed 's/start_time.*status/status/'; }`;

const wait = '[Service]\nExecStart=/act wait\n';

function swapping(names: Readonly<Record<string, string>>, script: string, more: Partial<Case> = {}): Case {
  const areas = Object.entries(names).map(
    ([name, lines]) => [`run-host-${name}.swap`, `[Swap]\nWhat=/run/host/${name}\n${lines}\n`] as const,
  );
  return { ...more, units: { ...Object.fromEntries(areas), ...more.units }, script: `${functions}\n${script}` };
}

compareManagers(
  'swap areas',
  {
    'a file': swapping(
      { plain: '' },
      `area plain
      facts LoadState,ActiveState,What,Priority,Options,TimeoutUSec,ControlPID,Result,UID,GID,CanStart,CanStop,CanReload,CanClean,Description,Slice run-host-plain.swap
      run systemctl start run-host-plain.swap; listed plain
      facts LoadState,ActiveState,SubState,What,Options,ControlPID,Result,UID,GID,Slice,ControlGroup,FragmentPath,SourcePath,NeedDaemonReload run-host-plain.swap
      [ "$(systemctl show -p Priority --value run-host-plain.swap)" = "$(awk '$1 == "/run/host/plain" { print $5 }' /proc/swaps)" ]; echo "priority: $?"
      ran run-host-plain.swap
      systemctl status run-host-plain.swap | sed 's/ since .*//; / systemd\\[[0-9]*\\]: /d; /^ *$/d; s/[0-9]*ms/TIME/; s/Process: [0-9]*/Process: N/'
      systemctl list-units -t swap --plain --no-legend 'run-host-plain*'
      run systemctl start run-host-plain.swap
      run systemctl reload run-host-plain.swap
      run systemctl restart run-host-plain.swap; listed plain
      run systemctl is-active run-host-plain.swap
      run systemctl stop run-host-plain.swap; listed plain; swaps run-host-plain.swap; ran run-host-plain.swap
      run systemctl stop run-host-plain.swap`,
    ),
    'priorities and options': swapping(
      {
        pri: 'Priority=7',
        opt: 'Priority=7\nOptions=pri=9,discard',
        bad: 'Options=nosuch',
        many: 'Priority=40000',
        neg: 'Priority=-1',
        nofail: 'Options=nofail,x-systemd.foo',
      },
      `all="pri opt bad many neg nofail"; units=$(printf 'run-host-%s.swap ' $all)
      area $all
      for name in $all; do run systemctl start run-host-$name.swap; listed $name; table ActiveState,SubState,Result,Options run-host-$name.swap; systemctl show -p Priority run-host-$name.swap | sed 's/=-[0-9]*$/=-n/'; done
      ran $units
      run systemctl stop $units; swaps $units`,
    ),
    'what somebody else swaps to': swapping(
      { known: 'Priority=3' },
      `area strange known
      /sbin/swapon.real -p 5 /run/host/strange; sub run-host-strange.swap active
      facts ActiveState,SubState,LoadState,Result,Priority,What,Description,FragmentPath,SourcePath,CanStop run-host-strange.swap
      relations run-host-strange.swap
      systemctl status run-host-strange.swap | sed 's/ since .*//; / systemd\\[[0-9]*\\]: /d; /^ *$/d'
      run systemctl start swap-bound; show swap-bound.service
      run systemctl start run-host-strange.swap
      run systemctl stop run-host-strange.swap; listed strange; swaps run-host-strange.swap
      sub swap-bound.service dead; show swap-bound.service
      /sbin/swapon.real -p 6 /run/host/known; sub run-host-known.swap active; swaps run-host-known.swap
      sub swap-known.service running; show swap-known.service
      systemctl daemon-reload; swaps run-host-known.swap
      /sbin/swapoff.real /run/host/known; sub run-host-known.swap dead; swaps run-host-known.swap
      systemctl stop swap-known`,
      {
        alone: true,
        units: {
          'run-host-known.swap.d/wants.conf': '[Unit]\nDescription=Known\nWants=swap-known.service\n',
          'swap-known.service': wait,
          'swap-bound.service': `[Unit]\nDefaultDependencies=no\nBindsTo=run-host-strange.swap\nAfter=run-host-strange.swap\n${wait}`,
        },
      },
    ),
    'units that cannot be areas': swapping(
      {},
      `dd if=/dev/zero of=/run/host/unmade bs=4096 count=64 status=none
      table LoadState,What,LoadError run-host-none.swap run-host-unmade.swap run-host-notit.swap run-host-what.swap run-host-only.swap run-host-relative.swap run-host-empty.swap
      relations run-host-what.swap
      for name in none unmade notit what; do quiet systemctl start run-host-$name.swap; swaps run-host-$name.swap; done
      heard swap-told told; notes swap-told
      quiet systemctl start swap-needs; show swap-needs.service
      run systemctl reset-failed run-host-none.swap run-host-unmade.swap; swaps run-host-none.swap`,
      {
        units: {
          'run-host-none.swap': '[Unit]\nOnFailure=swap-told.service\n[Swap]\nWhat=/run/host/none\n',
          'run-host-unmade.swap': '[Swap]\nWhat=/run/host/unmade\n',
          'run-host-notit.swap': '[Swap]\nWhat=/run/host/other\n',
          'run-host-what.swap': '[Swap]\nPriority=4\n',
          'run-host-only.swap': '[Unit]\nDescription=x\n',
          'run-host-relative.swap': '[Swap]\nWhat=relative\n',
          'run-host-empty.swap': '',
          'swap-told.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/swap-told note told env MONITOR_UNIT\n',
          'swap-needs.service': `[Unit]\nDefaultDependencies=no\nRequires=run-host-unmade.swap\nAfter=run-host-unmade.swap\n${wait}`,
        },
        differs: [
          {
            systemd: 'After=systemd-journald.socket\nRequires=system.slice\nRequiresMountsFor=/run/host/what',
            tysd: 'After=systemd-journald.socket\nAfter=systemd-remount-fs.service\nRequires=system.slice\nRequiresMountsFor=/run/host/what',
            why: 'a file whose path only the name of the unit tells needs a disk that can be written to as well',
          },
        ],
      },
    ),
    'a symlink to an area is in use until the table changes': swapping(
      { link: 'Priority=3', aimed: '', kick: '' },
      `area aimed kick; ln -s aimed /run/host/link
      run systemctl start run-host-link.swap; sub run-host-aimed.swap active; show run-host-link.swap run-host-aimed.swap
      systemctl start run-host-kick.swap; sub run-host-link.swap dead; show run-host-link.swap
      run systemctl stop run-host-link.swap; listed aimed; show run-host-link.swap run-host-aimed.swap
      run systemctl stop run-host-aimed.swap; listed aimed; show run-host-link.swap run-host-aimed.swap
      systemctl stop run-host-kick.swap`,
      { alone: true },
    ),
    'strange names': swapping(
      {},
      `for name in 'with space' 'back\\slash' 'dash-ed' 'ünï'; do
        area "$name"; /sbin/swapon.real -p 1 "/run/host/$name"; unit=$(systemd-escape -p --suffix=swap "/run/host/$name"); sub "$unit" active
        table ActiveState,What,Description "$unit"; run systemctl stop "$unit"; show "$unit"; done`,
    ),
    'commands that take too long, fail or lie': swapping(
      { slow: 'TimeoutSec=1', stub: 'TimeoutSec=1', late: 'TimeoutSec=1', cut: '', sig: '', part: '', keeps: '' },
      `area slow stub late cut sig part keeps
      echo 'exec sleep 100' | tee /etc/helped-swapon-slow /etc/helped-swapon-cut >/etc/helped-swapoff-late
      echo 'trap "" TERM; sleep 100 & wait; sleep 100' >/etc/helped-swapon-stub
      echo 'kill -USR1 $$; sleep 1' >/etc/helped-swapon-sig
      echo '/sbin/swapon.real "$@"; exit 7' >/etc/helped-swapon-part
      echo 'exit 9' >/etc/helped-swapoff-keeps
      quiet systemctl start run-host-slow.swap; swaps run-host-slow.swap
      quiet systemctl start run-host-stub.swap; swaps run-host-stub.swap
      run systemctl start run-host-late.swap; quiet systemctl stop run-host-late.swap; swaps run-host-late.swap
      rm /etc/helped-swapoff-late; run systemctl stop run-host-late.swap; swaps run-host-late.swap
      beside cut systemctl start run-host-cut.swap; sub run-host-cut.swap activating; show run-host-cut.swap
      run systemctl stop run-host-cut.swap; said cut >/run/t/swap-cut; grep -- '->' /run/t/swap-cut; swaps run-host-cut.swap
      quiet systemctl start run-host-sig.swap; swaps run-host-sig.swap
      quiet systemctl start run-host-part.swap; swaps run-host-part.swap; listed part; run systemctl stop run-host-part.swap; swaps run-host-part.swap
      run systemctl start run-host-keeps.swap; quiet systemctl stop run-host-keeps.swap; swaps run-host-keeps.swap
      rm /etc/helped-swapoff-keeps; run systemctl stop run-host-keeps.swap; swaps run-host-keeps.swap`,
    ),
    'the start limit, and what the command is told': swapping(
      { told: 'Environment=FOO=bar' },
      `area often told
      echo 'exit 3' >/etc/helped-swapon-often
      echo 'env | grep -E "^(PATH|USER|HOME|FOO|SYSTEMD_EXEC_PID)=" | sed "s/=[0-9:]*$/=/" | sort >/run/t/swap-env; id -u >>/run/t/swap-env; grep ^0: /proc/self/cgroup >>/run/t/swap-env; pwd >>/run/t/swap-env; echo "$@" >>/run/t/swap-env' >/etc/helped-swapon-told
      for i in 1 2 3; do quiet systemctl start run-host-often.swap; swaps run-host-often.swap; done
      run systemctl start run-host-told.swap; notes swap-env; run systemctl stop run-host-told.swap`,
      {
        units: {
          'run-host-often.swap':
            '[Unit]\nDefaultDependencies=no\nStartLimitBurst=2\nStartLimitIntervalSec=100\n[Swap]\nWhat=/run/host/often\n',
        },
      },
    ),
    'what areas depend on': {
      units: {
        'run-host-deps.swap': '[Unit]\nDefaultDependencies=yes\n[Swap]\nWhat=/run/host/deps\n',
        'dev-deps.swap': '[Unit]\nDefaultDependencies=yes\n[Swap]\nWhat=/dev/deps\n',
        'run-host-nodeps.swap': '[Swap]\nWhat=/run/host/nodeps\nSlice=swap-deps.slice\n',
      },
      script: `relations run-host-deps.swap dev-deps.swap run-host-nodeps.swap`,
    },
    'clean removes the directories of a unit': swapping(
      { clean: 'StateDirectory=swap-clean\nCacheDirectory=swap-clean' },
      `quiet systemctl start dbus.socket
      area clean; facts CanClean,TimeoutCleanUSec run-host-clean.swap
      run systemctl start run-host-clean.swap; ls -d /var/lib/swap-clean /var/cache/swap-clean
      run systemctl clean run-host-clean.swap
      run systemctl stop run-host-clean.swap; ls -d /var/lib/swap-clean /var/cache/swap-clean
      run systemctl clean run-host-clean.swap; ls -d /var/lib/swap-clean /var/cache/swap-clean
      run systemctl clean --what=all run-host-clean.swap; ls -d /var/lib/swap-clean /var/cache/swap-clean
      swaps run-host-clean.swap`,
      {
        units: {
          'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
          'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
        },
      },
    ),
    'lines of /etc/fstab': swapping(
      {},
      `area first second third fourth
      printf '/run/host/%s\\n' 'first none swap sw,pri=4 0 0' 'second none swap noauto,discard 0 0' 'third swap swap nofail,x-systemd.device-timeout=3 0 0' 'fourth none swap defaults,pri=nonsense,x-systemd.makefs 0 0' >/etc/fstab
      systemctl daemon-reload
      for name in first second third fourth; do unit=run-host-$name.swap; systemctl cat $unit 2>&1 | grep -v '^# Auto'; facts LoadState,What,Priority,Options,SourcePath,FragmentPath $unit; relations $unit; done
      run systemctl start swap.target
      for name in first second third fourth; do swaps run-host-$name.swap; done
      run systemctl stop run-host-first.swap run-host-second.swap run-host-third.swap run-host-fourth.swap
      : >/etc/fstab; systemctl daemon-reload`,
      { alone: true },
    ),
  },
  // An empty name of a container says that it is none, so that there is swap at all.
  { profile: 'dbus', setup, environment: { container: '' }, timeoutSec: 400 },
);
