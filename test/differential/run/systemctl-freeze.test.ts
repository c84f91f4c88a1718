import { compareManagers } from './both.ts';

const bus = {
  'dbus.socket.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
  'dbus.service.d/tests.conf': '[Unit]\nDefaultDependencies=no\n',
};

compareManagers(
  'systemctl freeze and thaw',
  {
    'a service': {
      units: { ...bus, 'cold.service': '[Service]\nExecStart=/act wait', 'cold-off.service': '[Service]\nExecStart=/act wait' },
      script: `
        quiet systemctl start dbus.socket
        frozen() { get $1 FreezerState CanFreeze; cat /sys/fs/cgroup/system.slice/$1/cgroup.freeze 2>&1; grep frozen /sys/fs/cgroup/system.slice/$1/cgroup.events 2>&1; }
        systemctl start cold
        frozen cold.service
        run systemctl freeze cold
        frozen cold.service
        run systemctl freeze cold
        state cold.service
        run systemctl thaw cold
        frozen cold.service
        run systemctl thaw cold
        run systemctl freeze cold
        run systemctl stop cold
        get cold.service FreezerState ActiveState Result
        run systemctl start cold
        frozen cold.service
        run systemctl freeze cold
        run systemctl restart cold
        frozen cold.service
        systemctl stop cold`,
    },
    'what is refused': {
      units: {
        'warm.service': '[Service]\nExecStart=/act wait',
        'warm-bad.service': '[Service]\nStateDirectory=x',
        'warm.target': '[Unit]\nDescription=x',
        'warm-slice.service': '[Service]\nSlice=warm.slice\nExecStart=/act wait',
        'warm-dead.service': '[Service]\nExecStart=/act wait',
      },
      script: `
        run systemctl freeze warm
        run systemctl thaw warm
        run systemctl freeze nowhere
        run systemctl thaw nowhere
        run systemctl freeze warm-bad
        run systemctl freeze bad..name
        run systemctl freeze
        systemctl start warm.target warm-slice
        run systemctl freeze warm.target
        get warm.target FreezerState CanFreeze
        get warm.service FreezerState CanFreeze
        run systemctl freeze warm.slice
        get warm.slice FreezerState
        get warm-slice.service FreezerState
        cat /sys/fs/cgroup/warm.slice/cgroup.freeze /sys/fs/cgroup/warm.slice/warm-slice.service/cgroup.freeze 2>&1
        run systemctl thaw warm.slice
        get warm.slice FreezerState
        run systemctl freeze --what=x warm-dead warm-slice
        run systemctl thaw warm-slice
        systemctl stop warm-slice warm.target`,
    },
  },
  { profile: 'dbus' },
);
