import { compareManagers } from './both.ts';

const directories = [
  'RuntimeDirectory=NAME',
  'RuntimeDirectoryPreserve=yes',
  'StateDirectory=NAME NAME/below:NAME-link',
  'CacheDirectory=NAME',
  'LogsDirectory=NAME',
  'ConfigurationDirectory=NAME',
].join('\n');

const kept = (name: string) => directories.replaceAll('NAME', name);

const fill = `
  fill() { systemctl start $1; systemctl stop $1; for kind in run var/lib var/cache var/log etc; do echo x > /$kind/$1/file; mkdir -p /$kind/$1/deep/er; ln -s /etc/passwd /$kind/$1/deep/link; done; }
  left() { for kind in run var/lib var/cache var/log etc; do [ -e /$kind/$1 ] && echo there /$kind/$1; done; [ -L /var/lib/$1-link ] && echo there link; [ -s /etc/passwd ] && echo others stay; }`;

const bus = {
  'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
  'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
};

compareManagers(
  'systemctl clean',
  {
    'what is removed': {
      units: { ...bus, 'clean-kinds.service': `[Service]\nType=oneshot\nExecStart=/act exit 0\n${kept('clean-kinds')}` },
      script: `${fill}
      quiet systemctl start dbus.socket
      fill clean-kinds
      get clean-kinds.service CanClean TimeoutCleanUSec CleanResult
      run systemctl clean clean-kinds; left clean-kinds
      for what in logs configuration state all; do run systemctl clean --what=$what clean-kinds; left clean-kinds; done
      run systemctl clean --what=runtime,cache --what=logs clean-kinds
      get clean-kinds.service ActiveState SubState Result CleanResult`,
    },
    'what is refused': {
      units: {
        'clean-up.service': `[Service]\nExecStart=/act wait\n${kept('clean-up')}`,
        'clean-failed.service': `[Service]\nType=oneshot\nExecStart=/act exit 1\n${kept('clean-failed')}`,
        'clean-none.service': '[Service]\nType=oneshot\nExecStart=/act exit 0',
        'clean-some.service': '[Service]\nType=oneshot\nExecStart=/act exit 0\nStateDirectory=clean-some',
        'clean-bad.service': '[Service]\nStateDirectory=clean-bad',
        'clean-masked.service': '[Service]\nExecStart=/act wait',
        'clean.target': '[Unit]\nDescription=x',
        'clean.path': '[Path]\nPathExists=/nowhere/at/all\nUnit=clean-none.service',
      },
      script: `
      systemctl start clean-up; systemctl start clean-failed 2>/dev/null
      run systemctl clean clean-up
      run systemctl clean clean-failed
      run systemctl clean clean-none
      run systemctl clean clean-some
      run systemctl clean --what=nonsense clean-some
      run systemctl clean --what= clean-some
      run systemctl clean --what=help
      run systemctl clean clean-bad
      run systemctl clean nowhere
      run systemctl clean clean.target
      run systemctl clean clean.path
      run systemctl clean clean-up.slice
      run systemctl clean bad..name
      run systemctl clean
      run systemctl clean clean-up clean-some --what=state
      systemctl reset-failed clean-failed
      run systemctl clean clean-failed --what=all
      systemctl stop clean-up`,
    },
    'timers and mounts': {
      units: {
        'clean-stamp.timer': '[Timer]\nOnCalendar=monthly\nPersistent=yes\nUnit=clean-timed.service',
        'clean-plain.timer': '[Timer]\nOnCalendar=monthly\nUnit=clean-timed.service',
        'clean-timed.service': '[Service]\nType=oneshot\nExecStart=/act exit 0',
        'mnt-clean.mount': '[Mount]\nWhat=tmpfs\nWhere=/mnt/clean\nType=tmpfs\nStateDirectory=clean-mount\nCacheDirectory=clean-mount',
        'clean.socket': '[Socket]\nListenStream=/run/clean.sock\nStateDirectory=clean-socket\nService=clean-timed.service',
      },
      script: `
      stamp() { [ -e /var/lib/systemd/timers/stamp-clean-stamp.timer ] && echo stamp; }
      for unit in clean-stamp.timer clean-plain.timer mnt-clean.mount clean.socket; do get $unit CanClean; done
      systemctl start clean-stamp.timer; stamp
      run systemctl clean --what=state clean-stamp.timer
      systemctl stop clean-stamp.timer; stamp
      run systemctl clean clean-stamp.timer; stamp
      run systemctl clean --what=state clean-stamp.timer; stamp
      run systemctl clean --what=state clean-plain.timer
      mkdir -p /var/lib/clean-mount /var/cache/clean-mount /var/lib/clean-socket/sub
      run systemctl clean mnt-clean.mount; ls -d /var/lib/clean-mount /var/cache/clean-mount 2>/dev/null
      run systemctl clean --what=all mnt-clean.mount; ls -d /var/lib/clean-mount /var/cache/clean-mount 2>/dev/null
      run systemctl clean --what=all clean.socket; ls -d /var/lib/clean-socket 2>/dev/null
      for unit in mnt-clean.mount clean.socket; do get $unit ActiveState SubState Result; done`,
    },
    'what cannot be removed': {
      units: {
        'clean-stuck.service':
          '[Unit]\nOnFailure=clean-told.service\nOnSuccess=clean-told.service\n[Service]\nType=oneshot\nExecStart=/act exit 0\nStateDirectory=clean-stuck\nCacheDirectory=clean-stuck',
        'clean-told.service': '[Service]\nType=oneshot\nExecStart=/act to /run/t/clean-told note told',
      },
      script: `
      mkdir -p /var/lib/clean-stuck/sub /var/cache/clean-stuck
      mount -t tmpfs none /var/lib/clean-stuck/sub; echo x > /var/lib/clean-stuck/sub/file
      run systemctl clean --what=all clean-stuck
      get clean-stuck.service ActiveState SubState Result CleanResult
      ls -d /var/cache/clean-stuck 2>/dev/null; echo "mounted: $(ls /var/lib/clean-stuck/sub)"
      umount /var/lib/clean-stuck/sub; systemctl reset-failed clean-stuck
      get clean-stuck.service ActiveState SubState Result CleanResult
      run systemctl clean --what=all clean-stuck
      get clean-stuck.service ActiveState SubState Result CleanResult
      notes clean-told`,
    },
    'what takes too long is killed, and Restart= has its say': {
      units: Object.fromEntries(
        ['no', 'on-failure', 'always'].map((restart) => [
          `cleanlate-${restart}.service`,
          `[Service]\nRestart=${restart}\nRestartSec=100ms\nTimeoutCleanSec=1ms\nStateDirectory=cleanlate-${restart}\nExecStart=/act to /run/t/cleanlate-${restart} note start wait`,
        ]),
      ),
      script: `
      for unit in cleanlate-no cleanlate-on-failure cleanlate-always; do
        mkdir -p /var/lib/$unit; (cd /var/lib/$unit; seq 4000 | xargs touch)
        quiet systemctl clean --what=state $unit
        case $unit in *-no) sub $unit failed;; *) heard $unit start; sub $unit running;; esac
        state $unit.service; get $unit.service CleanResult; notes $unit
        [ -e /var/lib/$unit ] && echo there is something left
        quiet systemctl stop $unit
        quiet systemctl reset-failed $unit
      done`,
    },
    'the directories of a dynamic user': {
      units: {
        'clean-dynamic.service':
          '[Service]\nType=oneshot\nDynamicUser=yes\nExecStart=/act exit 0\nStateDirectory=clean-dynamic clean-dynamic-other/deep\nCacheDirectory=clean-dynamic',
      },
      script: `
      systemctl start clean-dynamic
      ls -d /var/lib/private/clean-dynamic /var/cache/private/clean-dynamic 2>/dev/null
      run systemctl clean clean-dynamic; ls -d /var/{lib,cache}/private/clean-dynamic /var/{lib,cache}/clean-dynamic /var/lib/private/clean-dynamic-other/deep /var/lib/clean-dynamic-other/deep 2>/dev/null
      run systemctl clean --what=state clean-dynamic; ls -d /var/{lib,cache}/private/clean-dynamic /var/{lib,cache}/clean-dynamic /var/lib/private/clean-dynamic-other/deep /var/lib/clean-dynamic-other/deep 2>/dev/null`,
    },
  },
  { profile: 'dbus' },
);
