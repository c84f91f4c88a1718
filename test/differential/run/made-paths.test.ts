// Where a service's mounts are put, if nothing is there.
import { compareManagers } from './both.ts';

compareManagers('paths that are made', {
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
