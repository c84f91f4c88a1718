import { compareManagers } from './both.ts';

/** Makes /sys writable, as on a machine, and a database of udev about the first block device, the loopback interface and a device that is not ready. */
const setup = `
  umount sys/fs/cgroup; umount sys; mount -t sysfs sysfs sys; mount -t cgroup2 cgroup2 sys/fs/cgroup
  mkdir -p run/udev/data run/udev/tags/systemd
  set -- $(ls sys/dev/block)
  echo "$1 $2" >run/numbers
  name=$(sed -n 's/^DEVNAME=//p' sys/dev/block/$1/uevent)
  mknod dev/$name b \${1%:*} \${1#*:}; mkdir -p dev/disk/by-label; ln -s ../../$name dev/disk/by-label/fake
  printf 'S:disk/by-label/fake\\nS:disk/by-label/other\\nI:1\\nE:ID_MODEL=Fake disk\\nE:ID_FS_LABEL=lab\\nE:SYSTEMD_WANTS=wanted.service tmpl@.service\\nE:SYSTEMD_ALIAS=/dev/my/alias /etc/not\\nG:systemd\\nQ:systemd\\nV:1\\n' >run/udev/data/b$1
  printf 'I:1\\nE:SYSTEMD_READY=0\\nG:systemd\\nQ:systemd\\nV:1\\n' >run/udev/data/b$2
  printf 'I:1\\nE:SYSTEMD_ALIAS=/sys/subsystem/net/devices/lo\\nG:systemd\\nQ:systemd\\nV:1\\n' >run/udev/data/n1
  touch run/udev/tags/systemd/b$1 run/udev/tags/systemd/b$2 run/udev/tags/systemd/n1 run/udev/control`;

const functions = `
  fields() { table ActiveState,SubState,LoadState,Description,Following,SysFSPath "$@"; }
  node() { sed -n 's/^DEVNAME=//p' "/sys/dev/block/$(cut -d' ' -f$1 /run/numbers)/uevent"; }
  path() { readlink -f "/sys/dev/block/$(cut -d' ' -f$1 /run/numbers)"; }
  unit() { systemd-escape -p --suffix=device "$1"; }`;

const sleeps = '[Service]\nExecStart=/bin/sleep infinity\n';

compareManagers(
  'devices',
  {
    'the devices of the database of udev': {
      units: { 'wanted.service': sleeps, 'tmpl@.service': sleeps },
      script: `
        ${functions}
        fields "$(unit "$(path 1)")" "$(unit "/dev/$(node 1)")" dev-my-alias.device etc-not.device
        systemctl show -p Wants --value "$(unit "$(path 1)")" | tr ' ' '\\n' | sort
        fields 'dev-disk-by\\x2dlabel-fake.device' 'dev-disk-by\\x2dlabel-other.device' "$(unit "$(path 2)")"
        fields sys-devices-virtual-net-lo.device sys-subsystem-net-devices-lo.device
        get sys-devices-virtual-net-lo.device CanStart CanStop CanReload IgnoreOnIsolate JobRunningTimeoutUSec Perpetual FragmentPath
        systemctl status sys-devices-virtual-net-lo.device | sed 's/ since .*//'
        run systemctl start sys-devices-virtual-net-lo.device
        systemctl list-units -t device --plain --no-legend | grep -v "dev-$(node 2)" | awk '{ print $1, $2, $3, $4 }'`,
    },
    'what needs a device': {
      units: {
        'with-lo.service': `[Unit]\nDefaultDependencies=no\nBindsTo=sys-devices-virtual-net-lo.device\nAfter=sys-devices-virtual-net-lo.device\n${sleeps}`,
        'without.service': `[Unit]\nDefaultDependencies=no\nBindsTo=dev-nothing.device\nAfter=dev-nothing.device\n${sleeps}`,
        'dev-nothing.device': '[Unit]\nJobRunningTimeoutSec=1\n',
      },
      script: `
        ${functions}
        run systemctl start with-lo.service
        show with-lo.service
        quiet systemctl start without.service
        show without.service dev-nothing.device
        run systemctl stop dev-nothing.device
        systemctl stop with-lo.service`,
    },
    'a mount of a device waits for it': {
      units: {
        'run-d-x.mount': '[Mount]\nWhat=/dev/absent\nWhere=/run/d/x\nType=ext4\n',
        'dev-absent.device.d/t.conf': '[Unit]\nJobRunningTimeoutSec=1\n',
      },
      script: `
        for name in Requires After BindsTo; do echo "$name: $(systemctl show -p "$name" --value run-d-x.mount | tr ' ' '\\n' | sort | tr '\\n' ' ')"; done
        quiet systemctl start run-d-x.mount
        show run-d-x.mount dev-absent.device`,
    },
    'a device that is mounted without udev having told of it': {
      script: `
        ${functions}
        fields "$(unit "/dev/$(node 2)")"`,
    },
  },
  { setup },
);

compareManagers('devices in a container', {
  'nothing waits for devices that cannot come': {
    units: { 'waits.service': `[Unit]\nDefaultDependencies=no\nRequires=dev-never.device\nAfter=dev-never.device\n${sleeps}` },
    script: `
      quiet systemctl start dev-never.device
      table ActiveState,SubState,LoadState,CanStart,CanStop dev-never.device
      quiet systemctl start waits.service
      show waits.service
      systemctl list-units -a -t device --plain --no-legend | grep -v dev-never`,
  },
  'swap is not for containers': {
    units: {
      'run-area.swap': '[Unit]\nDefaultDependencies=yes\n[Swap]\nWhat=/run/area\nPriority=5\nOptions=discard\n',
      'dev-area.swap': '[Unit]\nDefaultDependencies=yes\n[Swap]\nWhat=/dev/area\n',
      'run-wrong.swap': '[Swap]\nWhat=/run/other\n',
    },
    script: `
      table LoadState,What,Priority,Options,TimeoutUSec,Result,Description,CanStart,CanStop run-area.swap dev-area.swap run-wrong.swap
      for name in Requires After Before Conflicts; do echo "$name: $(systemctl show -p "$name" --value run-area.swap | tr ' ' '\\n' | sort | tr '\\n' ' ')"; done
      quiet systemctl start run-area.swap
      show run-area.swap
      systemctl status run-area.swap | sed '/ systemd\\[[0-9]*\\]: /d; /^ *$/d'`,
  },
});
