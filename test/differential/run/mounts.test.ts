import { type Case, compareManagers, type Difference } from './both.ts';

const functions = `
  seen() { table ActiveState,SubState,Result,LoadState,What,Where,Type "$@"; }
  sorted() { local unit=$1 name; shift; for name; do echo "$name: $(systemctl show -p "$name" --value "$unit" | tr ' ' '\\n' | sort | tr '\\n' ' ')"; done; }
  places() { grep -o ' /run/m/[^ ]*' /proc/self/mountinfo | grep -- "$1"; }`;

/** systemctl says which job failed for services only. */
function jobFailed(verb: string, ...units: readonly string[]): readonly Difference[] {
  return units.map((unit) => ({
    systemd: `$ systemctl ${verb} ${unit}\nJob failed. See "journalctl -xe" for details.`,
    tysd: `$ systemctl ${verb} ${unit}\nJob for ${unit} failed.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`,
    why: 'we say which job failed for all types of units',
  }));
}

/** A mount unit at /run/m/NAME that is started, looked at and stopped. */
function mounted(name: string, lines: string, script = '', more: Partial<Case> = {}): Case {
  const { units, ...rest } = more;
  return {
    units: { [`run-m-${name}.mount`]: `[Mount]\n${lines.replaceAll('NAME', name)}\n`, ...units },
    script: `
      ${functions}
      run systemctl start run-m-${name}.mount
      seen run-m-${name}.mount
      ${script.replaceAll('NAME', name)}
      run systemctl stop run-m-${name}.mount
      seen run-m-${name}.mount
      places ${name}`,
    ...rest,
  };
}

/** A mount whose type has a helper of its own, a script that mount(8) executes with what and where to mount. */
function helped(name: string, mount: string, script: string, more: Partial<Case> & { readonly lines?: string } = {}): Case {
  const { lines = '', ...rest } = more;
  const helper = (verb: string, text: string): string =>
    text === ''
      ? ''
      : `printf '%s\\n' '#!/bin/bash' '${text.replaceAll('NAME', name)}' >/sbin/${verb}.${name}; chmod 755 /sbin/${verb}.${name}`;
  return {
    units: { [`run-m-${name}.mount`]: `[Mount]\nWhat=x\nWhere=/run/m/${name}\nType=${name}\n${lines}\n` },
    script: `
      ${functions}
      ${helper('mount', mount)}
      ${script.replaceAll('NAME', name)}`,
    ...rest,
  };
}

const tmpfs = 'What=tmpfs\nWhere=/run/m/NAME\nType=tmpfs';
const tmpfsAt = (name: string): string => `[Mount]\n${tmpfs.replaceAll('NAME', name)}\n`;

compareManagers('mounts', {
  'a tmpfs': mounted('tmpfs', tmpfs, 'stat -c %a /run/m/NAME; findmnt -no FSTYPE /run/m/NAME'),
  'options and the mode of the mount point': mounted(
    'options',
    'What=small\nWhere=/run/m/NAME\nType=tmpfs\nOptions=size=64k,noexec,nofail,mode=0711\nDirectoryMode=0700',
    'get run-m-NAME.mount Options TimeoutUSec DirectoryMode Slice Description\nstat -c %a /run/m/NAME\nsystemctl stop run-m-NAME.mount; stat -c %a /run/m/NAME',
  ),
  'a bind mount whose source is made': mounted('bind', 'What=/run/source-NAME\nWhere=/run/m/NAME\nOptions=bind', 'ls -d /run/source-NAME'),
  'a file on a file': mounted('onfile', 'What=/etc/hostname\nWhere=/run/m/NAME\nOptions=bind', 'cat /run/m/NAME', {
    script: `
      ${functions}
      mkdir -p /run/m; touch /run/m/onfile
      run systemctl start run-m-onfile.mount
      seen run-m-onfile.mount; cat /run/m/onfile
      run systemctl stop run-m-onfile.mount
      seen run-m-onfile.mount`,
  }),
  'a file system that does not exist': mounted(
    'unknown',
    'What=x\nWhere=/run/m/NAME\nType=nosuchfs',
    'run systemctl reset-failed run-m-NAME.mount',
    {
      differs: jobFailed('start', 'run-m-unknown.mount'),
    },
  ),
  'options that the file system does not know': mounted('badoption', `${tmpfs}\nOptions=nosuchoption`, '', {
    differs: jobFailed('start', 'run-m-badoption.mount'),
  }),
  'a mount point behind a symlink': mounted('behind-x', 'What=tmpfs\nWhere=/run/m/behind/x\nType=tmpfs', '', {
    script: `
      ${functions}
      mkdir -p /run/m /run/real; ln -s /run/real /run/m/behind
      run systemctl start run-m-behind-x.mount
      seen run-m-behind-x.mount`,
    differs: jobFailed('start', 'run-m-behind-x.mount'),
  }),
  'a mount point below a file': mounted('below-x', 'What=tmpfs\nWhere=/run/m/below/x\nType=tmpfs', '', {
    script: `
      ${functions}
      mkdir -p /run/m; touch /run/m/below
      run systemctl start run-m-below-x.mount
      seen run-m-below-x.mount`,
    differs: jobFailed('start', 'run-m-below-x.mount'),
  }),
  'a mount point that is not empty': mounted('full', tmpfs, '', {
    script: `
      ${functions}
      mkdir -p /run/m/full; touch /run/m/full/file
      run systemctl start run-m-full.mount
      seen run-m-full.mount; ls /run/m/full
      run systemctl stop run-m-full.mount
      ls /run/m/full`,
  }),

  'units that cannot be mounts': {
    units: {
      'run-m-wrong.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/m/other\n',
      'run-m-nothing.mount': '[Mount]\nWhere=/run/m/nothing\n',
      'run-m-nowhere.mount': '[Mount]\nWhat=tmpfs\nType=tmpfs\n',
      'sys-fs-cgroup-x.mount': '[Mount]\nWhat=tmpfs\nWhere=/sys/fs/cgroup/x\nType=tmpfs\n',
      'run-m-relative.mount': '[Mount]\nWhat=tmpfs\nWhere=run/m/relative\n',
    },
    script: `
      ln -s /dev/null /run/systemd/system/run-m-masked.mount
      table LoadState run-m-wrong.mount run-m-nothing.mount run-m-nowhere.mount sys-fs-cgroup-x.mount run-m-relative.mount run-m-missing.mount
      table LoadState,RequiresMountsFor run-m-wrong.mount run-m-nothing.mount run-m-nowhere.mount run-m-missing.mount run-m-missing.automount run-m-masked.mount
      quiet systemctl start run-m-wrong.mount
      quiet systemctl start run-m-nothing.mount
      quiet systemctl start run-m-missing.mount`,
  },
  'what somebody else mounts': {
    script: `
      ${functions}
      mkdir -p /run/m/foreign
      mount -t tmpfs -o size=1m,noexec something /run/m/foreign
      sub run-m-foreign.mount mounted
      seen run-m-foreign.mount
      get run-m-foreign.mount Options FragmentPath SourcePath Description Slice CanStart CanStop CanReload Perpetual UnitFileState Transient
      sorted run-m-foreign.mount Before After Requires Wants Conflicts BindsTo
      mount -o remount,ro /run/m/foreign
      until_ok property run-m-foreign.mount Options "ro,noexec,relatime,size=1024k"
      get run-m-foreign.mount Options
      umount /run/m/foreign
      until_ok property run-m-foreign.mount ActiveState inactive
      table LoadState,ActiveState run-m-foreign.mount`,
  },
  'what somebody else mounts is stopped': {
    script: `
      ${functions}
      mkdir -p /run/m/stopped
      mount -t tmpfs x /run/m/stopped
      sub run-m-stopped.mount mounted
      run systemctl stop run-m-stopped.mount
      places stopped
      table LoadState,ActiveState run-m-stopped.mount
      quiet systemctl start run-m-stopped.mount`,
  },
  'what somebody else mounts cannot be reloaded': {
    script: `
      ${functions}
      mkdir -p /run/m/noreload
      mount -t tmpfs x /run/m/noreload
      sub run-m-noreload.mount mounted
      run systemctl reload run-m-noreload.mount
      show run-m-noreload.mount
      umount /run/m/noreload`,
    differs: jobFailed('reload', 'run-m-noreload.mount'),
  },
  'strange paths': {
    script: `
      ${functions}
      for path in '/run/m/two words' '/run/m/per%cent' '/run/m/dash-ed' '/run/m/back\\slash' '/run/m/ümlaut' '/run/m/.hidden'; do
        mkdir -p "$path"; mount -t tmpfs 'what %n' "$path"
        unit=$(systemd-escape -p --suffix=mount "$path")
        sub "$unit" mounted
        seen "$unit"
        get "$unit" Description
        run systemctl stop "$unit"
      done`,
  },
  'mounts on one another': {
    units: { 'run-m-stack.mount': tmpfsAt('stack') },
    script: `
      ${functions}
      run systemctl start run-m-stack.mount
      mount -t tmpfs second /run/m/stack
      until_ok property run-m-stack.mount What second
      mount -t tmpfs third /run/m/stack
      until_ok property run-m-stack.mount What third
      umount /run/m/stack
      until_ok property run-m-stack.mount What second
      seen run-m-stack.mount
      run systemctl stop run-m-stack.mount
      seen run-m-stack.mount
      places stack`,
  },
  'a unit whose place is mounted already': {
    units: { 'run-m-before.mount': tmpfsAt('before') },
    script: `
      ${functions}
      mkdir -p /run/m/before
      mount -t tmpfs other /run/m/before
      sub run-m-before.mount mounted
      run systemctl start run-m-before.mount
      seen run-m-before.mount
      umount /run/m/before
      until_ok property run-m-before.mount ActiveState inactive
      seen run-m-before.mount
      run systemctl start run-m-before.mount
      seen run-m-before.mount
      run systemctl stop run-m-before.mount`,
  },
  'a mount that is in use': mounted(
    'busy',
    tmpfs,
    'exec 9>/run/m/NAME/file\nrun systemctl stop run-m-NAME.mount\nseen run-m-NAME.mount\nexec 9>&-',
    { differs: jobFailed('stop', 'run-m-busy.mount') },
  ),
  'a mount in use that is unmounted lazily': mounted(
    'lazy',
    `${tmpfs}\nLazyUnmount=yes\nForceUnmount=yes`,
    'exec 9>/run/m/NAME/file\nrun systemctl stop run-m-NAME.mount\nseen run-m-NAME.mount\nexec 9>&-',
  ),
  'a reload mounts anew with the options of the unit': mounted(
    'anew',
    `${tmpfs}\nOptions=noexec,size=1m`,
    `mount -o remount,exec,ro,size=2m /run/m/NAME
     run systemctl reload run-m-NAME.mount
     seen run-m-NAME.mount
     get run-m-NAME.mount Options`,
  ),
  'a reload that fails': helped(
    'unchanging',
    'case "$*" in *remount*) exit 3;; *) exec mount -it tmpfs x "$2";; esac',
    `run systemctl start run-m-NAME.mount
     run systemctl reload run-m-NAME.mount
     seen run-m-NAME.mount
     run systemctl stop run-m-NAME.mount`,
    { differs: jobFailed('reload', 'run-m-unchanging.mount') },
  ),
  'a reload that takes too long': helped(
    'slowchange',
    'case "$*" in *remount*) exec sleep 100;; *) exec mount -it tmpfs x "$2";; esac',
    `run systemctl start run-m-NAME.mount
     run systemctl reload run-m-NAME.mount
     seen run-m-NAME.mount
     run systemctl stop run-m-NAME.mount`,
    { lines: 'TimeoutSec=1', differs: jobFailed('reload', 'run-m-slowchange.mount') },
  ),
  'a mount that takes too long': helped(
    'slow',
    'exec sleep 100',
    `systemctl start --no-block run-m-NAME.mount
     sub run-m-NAME.mount mounting
     show run-m-NAME.mount
     sub run-m-NAME.mount failed
     seen run-m-NAME.mount
     left mount.NAME`,
    { lines: 'TimeoutSec=1' },
  ),
  'a mount that takes too long and minds no signal': helped(
    'stubborn',
    'trap "" TERM; sleep 100 & wait; sleep 100',
    `systemctl start --no-block run-m-NAME.mount
     sub run-m-NAME.mount unmounting-sigterm
     show run-m-NAME.mount
     sub run-m-NAME.mount failed
     seen run-m-NAME.mount`,
    { lines: 'TimeoutSec=1' },
  ),
  'a stop while it is being mounted': helped(
    'early',
    'exec sleep 100',
    `systemctl start --no-block run-m-NAME.mount
     sub run-m-NAME.mount mounting
     run systemctl stop run-m-NAME.mount
     seen run-m-NAME.mount`,
  ),
  'a mount command that mounts nothing': helped('lying', 'exit 0', 'run systemctl start run-m-NAME.mount\nseen run-m-NAME.mount', {
    differs: jobFailed('start', 'run-m-lying.mount'),
  }),
  'a mount command that dies of a signal': helped(
    'dying',
    'kill -USR1 $PPID; sleep 1',
    'run systemctl start run-m-NAME.mount\nseen run-m-NAME.mount',
    {
      differs: jobFailed('start', 'run-m-dying.mount'),
    },
  ),
  'a mount that fails after it was there': helped(
    'partial',
    'mount -it tmpfs x "$2"; exit 7',
    `run systemctl start run-m-NAME.mount
     seen run-m-NAME.mount
     run systemctl stop run-m-NAME.mount
     seen run-m-NAME.mount`,
  ),
  // umount(8) goes by the type that the kernel tells, and nobody else here uses this one.
  'an unmount that takes too long': mounted('slowend', 'What=x\nWhere=/run/m/NAME\nType=ramfs\nTimeoutSec=1', '', {
    script: `
        ${functions}
        printf '%s\\n' '#!/bin/bash' 'exec sleep 100' >/sbin/umount.ramfs; chmod 755 /sbin/umount.ramfs
        run systemctl start run-m-slowend.mount
        run systemctl stop run-m-slowend.mount
        seen run-m-slowend.mount
        umount -i /run/m/slowend; until_ok property run-m-slowend.mount ActiveState inactive; seen run-m-slowend.mount; left umount.ramfs`,
    differs: jobFailed('stop', 'run-m-slowend.mount'),
  }),
  'the environment of the mount command': helped(
    'told',
    'env | grep -E "^(PATH|USER|HOME|FOO|SYSTEMD_EXEC_PID)=" | sed "s/=[0-9:]*$/=/" | sort >/run/t/told; id -un >>/run/t/told; pwd >>/run/t/told; umask >>/run/t/told; exit 1',
    'run systemctl start run-m-NAME.mount\nnotes NAME',
    { lines: 'Environment=FOO=bar', differs: jobFailed('start', 'run-m-told.mount') },
  ),
  'too many starts': helped(
    'often',
    'exit 1',
    `for i in 1 2 3 4 5 6; do quiet systemctl start run-m-NAME.mount; done
     seen run-m-NAME.mount
     run systemctl reset-failed run-m-NAME.mount
     seen run-m-NAME.mount`,
  ),

  'a service that needs what is mounted': {
    units: {
      'run-m-needed.mount': tmpfsAt('needed'),
      'needs.service':
        '[Unit]\nDefaultDependencies=no\nRequiresMountsFor=/run/m/needed/deep/down\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
    script: `
      run systemctl start needs.service
      show run-m-needed.mount needs.service
      run systemctl stop run-m-needed.mount
      show run-m-needed.mount needs.service`,
  },
  'a service that needs what cannot be mounted': {
    units: {
      'run-m-needless.mount': '[Mount]\nWhat=x\nWhere=/run/m/needless\nType=nosuchfs\n',
      'needless.service': '[Unit]\nDefaultDependencies=no\nRequiresMountsFor=/run/m/needless\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
    script: `
      quiet systemctl start needless.service
      show run-m-needless.mount needless.service`,
  },
  'a service below what is mounted later': {
    units: {
      'later.service': '[Unit]\nDefaultDependencies=no\nRequiresMountsFor=/run/m/later/x\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
    script: `
      ${functions}
      run systemctl start later.service
      sorted later.service After Requires
      mkdir -p /run/m/later; mount -t tmpfs x /run/m/later
      sub run-m-later.mount mounted
      sorted later.service After Requires
      sorted run-m-later.mount Before
      umount /run/m/later
      until_ok property run-m-later.mount ActiveState inactive
      show later.service
      run systemctl stop later.service`,
  },
  'a service that is bound to a mount': {
    units: {
      'run-m-bond.mount': tmpfsAt('bond'),
      'bound.service':
        '[Unit]\nDefaultDependencies=no\nBindsTo=run-m-bond.mount\nAfter=run-m-bond.mount\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
    script: `
      run systemctl start bound.service
      show run-m-bond.mount bound.service
      umount /run/m/bond
      sub bound.service dead
      show run-m-bond.mount bound.service`,
  },
  'what somebody mounts pulls in what its unit wants': {
    units: {
      'run-m-pull.mount': `[Unit]\nDefaultDependencies=no\nWants=pulled.service\nRequires=pulled2.service\n${tmpfsAt('pull')}`,
      'pulled.service': '[Service]\nExecStart=/bin/sleep infinity\n',
      'pulled2.service': '[Unit]\nDefaultDependencies=no\nPartOf=run-m-pull.mount\n[Service]\nExecStart=/bin/sleep infinity\n',
    },
    script: `
      mkdir -p /run/m/pull; mount -t tmpfs x /run/m/pull
      sub pulled.service running; sub pulled2.service running
      show run-m-pull.mount pulled.service pulled2.service
      umount /run/m/pull
      until_ok property run-m-pull.mount ActiveState inactive
      settle pulled.service pulled2.service
      show run-m-pull.mount pulled.service pulled2.service
      systemctl stop pulled.service pulled2.service`,
  },
  'a failed mount and its handler': {
    units: {
      'run-m-handled.mount':
        '[Unit]\nDefaultDependencies=no\nOnFailure=handler.service\n[Mount]\nWhat=x\nWhere=/run/m/handled\nType=nosuchfs\n',
      'handler.service': '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n',
    },
    script: `
      quiet systemctl start run-m-handled.mount
      sub handler.service exited
      show run-m-handled.mount handler.service`,
  },
  'a condition of a mount': {
    units: { 'run-m-unmet.mount': `[Unit]\nDefaultDependencies=no\nConditionPathExists=/nonexistent\n${tmpfsAt('unmet')}` },
    script: `
      run systemctl start run-m-unmet.mount
      table ActiveState,SubState,Result,ConditionResult run-m-unmet.mount`,
  },
  'mounts within one another': {
    units: {
      'run-m-outer.mount': tmpfsAt('outer'),
      'run-m-outer-inner.mount': '[Mount]\nWhat=tmpfs\nWhere=/run/m/outer/inner\nType=tmpfs\n',
    },
    script: `
      ${functions}
      run systemctl start run-m-outer-inner.mount
      seen run-m-outer.mount run-m-outer-inner.mount
      sorted run-m-outer-inner.mount Requires After
      run systemctl restart run-m-outer.mount
      seen run-m-outer.mount run-m-outer-inner.mount
      run systemctl stop run-m-outer.mount
      seen run-m-outer.mount run-m-outer-inner.mount
      places outer`,
  },
  'a conflict of mounts': {
    units: {
      'run-m-one.mount': tmpfsAt('one'),
      'run-m-two.mount': `[Unit]\nDefaultDependencies=no\nConflicts=run-m-one.mount\n${tmpfsAt('two')}`,
    },
    script: `
      run systemctl start run-m-one.mount
      run systemctl start run-m-two.mount
      sub run-m-one.mount dead
      show run-m-one.mount run-m-two.mount
      mount -t tmpfs x /run/m/one
      sub run-m-two.mount dead
      show run-m-one.mount run-m-two.mount
      umount /run/m/one`,
  },
  'dependencies of each kind of mount': {
    units: {
      'kind-local.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/run/image\nWhere=/kind/local\nType=ext4\nOptions=loop\n',
      'kind-net.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=server:/x\nWhere=/kind/net\nType=nfs4\n',
      'kind-netdev.mount':
        '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/run/x\nWhere=/kind/netdev\nType=ext4\nOptions=rw,_netdev,nofail\n',
      'kind-fuse.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=x@y:\nWhere=/kind/fuse\nType=fuse.sshfs\n',
      'kind-tmpfs.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=x\nWhere=/kind/tmpfs\nType=tmpfs\n',
      'kind-bind.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/srv/x\nWhere=/kind/bind\nOptions=rbind\n',
      'kind-quota.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/dev/sda1\nWhere=/kind/quota\nOptions=usrquota\n',
      'usr.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/dev/sda2\nWhere=/usr\n',
      'srv.mount': '[Unit]\nDefaultDependencies=yes\n[Mount]\nWhat=/dev/sda3\nWhere=/srv\nOptions=x-initrd.mount\n',
    },
    script: `
      ${functions}
      for unit in kind-local kind-net kind-netdev kind-fuse kind-tmpfs kind-bind kind-quota usr srv; do
        echo "== $unit"
        sorted $unit.mount Requires Wants BindsTo Before After Conflicts
      done`,
  },
  'what show and status say of a mount': mounted(
    'shown',
    `[Unit]\nDescription=A mount\n[Mount]\n${tmpfs}\nSloppyOptions=yes\nReadWriteOnly=yes\nTimeoutSec=infinity`,
    `get run-m-NAME.mount Description TimeoutUSec SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly ControlPID Result CanStart CanStop CanReload IgnoreOnIsolate
     systemctl show -p ExecMount --value run-m-NAME.mount | sed 's/start_time.*pid=[0-9]*/RUN/'
     systemctl status run-m-NAME.mount | sed 's/ since .*//; s/CPU: .*//; /^ *$/d; / systemd\\[[0-9]*\\]: /d'
     systemctl list-units -t mount --plain --no-legend 'run-m-NAME*'`,
  ),
  'the root': {
    script: `
      ${functions}
      table LoadState,ActiveState,SubState,Perpetual,CanStart,CanStop,CanReload,Description,Where,Slice,FragmentPath -- -.mount
      run systemctl stop -- -.mount
      sorted -.mount Requires After Conflicts`,
  },
  'lines of /etc/fstab': {
    alone: true,
    script: `
      ${functions}
      cat >/etc/fstab <<'END'
tmpfs /run/f/plain tmpfs size=64k,x-systemd.mount-timeout=20 0 0
tmpfs /run/f/manual tmpfs noauto,nosuid 0 0
/run/source /run/f/bind none bind,nofail,x-systemd.requires-mounts-for=/run/f/plain 0 0
tmpfs /run/f/with\\040blank tmpfs x-systemd.wanted-by=fstab-wants.target 0 0
/dev/sdx9 /run/f/device ext4 defaults 0 2
server:/x /run/f/net nfs noauto,_netdev 0 0
END
      printf '[Unit]\\nDefaultDependencies=no\\nAllowIsolate=yes\\n' >/run/systemd/system/fstab-wants.target
      systemctl daemon-reload
      for unit in run-f-plain run-f-manual run-f-bind 'run-f-with\\x20blank' run-f-device run-f-net; do
        table LoadState,ActiveState,What,Where,Type,Options,TimeoutUSec,FragmentPath,SourcePath,UnitFileState "$unit.mount"
      done
      sorted run-f-plain.mount After
      sorted run-f-bind.mount After Requires
      sorted run-f-net.mount Before After Wants
      run systemctl start run-f-bind.mount fstab-wants.target
      show run-f-plain.mount run-f-bind.mount 'run-f-with\\x20blank.mount'
      find /run/systemd/generator -printf '%P %l\\n' | grep -v getty | sort
      sed -i '/blank/d; /bind/d' /etc/fstab
      systemctl daemon-reload
      show run-f-plain.mount run-f-bind.mount 'run-f-with\\x20blank.mount'
      table FragmentPath,SourcePath,LoadState run-f-bind.mount
      run systemctl stop run-f-plain.mount run-f-bind.mount 'run-f-with\\x20blank.mount'
      : >/etc/fstab; systemctl daemon-reload
      grep -c /run/f/ /proc/self/mountinfo`.replaceAll('\\\\', '\\'),
  },
  'many mounts at once': {
    script: `
      mkdir -p /run/m/many; mount -t tmpfs x /run/m/many
      for i in $(seq 100); do mkdir /run/m/many/$i; mount -t tmpfs x$i /run/m/many/$i; done
      sub run-m-many-100.mount mounted
      systemctl list-units -t mount --plain --no-legend 'run-m-many*' | wc -l
      for i in $(seq 100); do umount /run/m/many/$i; done
      umount /run/m/many
      until_ok property run-m-many.mount ActiveState inactive
      systemctl list-units -t mount --plain --no-legend 'run-m-many*' | wc -l`,
  },
});
