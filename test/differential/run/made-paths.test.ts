// What a manager makes for programs to find: what they look for in /run, and where a service's mounts are put.
import { compareManagers } from './both.ts';

compareManagers('paths that are made', {
  'what packages look for in /run': {
    script: `stat -c '%A %U:%G %n' /run/lock /run/systemd /run/systemd/system /run/systemd/container; od -c /run/systemd/container
setpriv --reuid=daemon --regid=daemon --clear-groups touch /run/lock/of-a-user && stat -c '%U' /run/lock/of-a-user
systemd-detect-virt; setpriv --reuid=daemon --regid=daemon --clear-groups systemd-detect-virt`,
  },
  'a place to bind a file, a socket or a directory to that is not there': {
    units: {
      'places.service': `[Service]
Type=oneshot
UMask=0077
BindPaths=/etc/hostname:/var/places/file /dev/null:/var/places/device /etc:/var/places/directory
BindReadOnlyPaths=/run/places.sock:/var/places/deeper/socket
ExecStart=/bin/true
`,
      'places.socket': '[Socket]\nListenStream=/run/places.sock\n',
    },
    script: `systemctl start places.socket; systemctl start places.service; echo $?
find /var/places -printf '%M %u:%g %s %P\\n' | sort -k4`,
  },
});
