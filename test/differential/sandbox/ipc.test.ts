import { compareProbes } from './compare.ts';

/** Makes an object of each kind, as the user of the unit. */
const make = `ExecStart=/bin/sh -c "echo a >/dev/shm/NAME; mkdir /dev/shm/NAME.d; echo b >/dev/shm/NAME.d/b; ipcmk -M 4096 -Q -S 1 >/dev/null"`;

/** How many of each kind this user or group has, and the files of the case. All cases run at once, so each has a user of its own. */
function left(column: 'uid' | 'gid', id: number): string {
  return `
    for kind in msg sem shm; do
      awk -v kind=$kind 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "${column}") c = i } NR > 1 && $c == ${id} { n++ } END { print kind, n + 0 }' /proc/sysvipc/$kind
    done
    find /dev/shm -name 'NAME*' | sort`;
}

compareProbes(
  'what a unit leaves behind of interprocess communication',
  {
    'RemoveIPC=no': { unit: `User=ipc1\n${make}`, look: ['ids'], after: left('uid', 3001) },
    'RemoveIPC=': { unit: `User=ipc2\nRemoveIPC=yes\n${make}`, look: ['ids'], after: left('uid', 3002) },
    'RemoveIPC= of a group': { unit: `Group=ipc3\nRemoveIPC=yes\n${make}`, look: ['ids'], after: left('gid', 3003) },
    'RemoveIPC= where another unit of the user runs': {
      before: 'systemctl start NAME-other',
      unit: `User=ipc4\nRemoveIPC=yes\n${make}`,
      look: ['ids'],
      units: { 'NAME-other.service': '[Service]\nUser=ipc4\nRemoveIPC=yes\nExecStart=/bin/sleep 600\n' },
      after: `${left('uid', 3004)}; systemctl stop NAME-other; ${left('uid', 3004)}`,
    },
    'RemoveIPC= of root': {
      unit: `User=root\nRemoveIPC=yes\nExecStart=/bin/sh -c "echo a >/dev/shm/NAME"`,
      look: ['ids'],
      after: left('uid', 77),
    },
    'RemoveIPC= of a dynamic user': {
      unit: `DynamicUser=yes\nRemoveIPC=no\n${make}`,
      look: ['ids'],
      after: `find /dev/shm -name 'NAME*'; awk 'NR > 1 && $8 > 61000 { n++ } END { print n + 0 }' /proc/sysvipc/shm`,
    },
  },
  { setup: `for i in 1 2 3 4; do echo ipc$i:x:300$i:300$i::/:/bin/sh >>etc/passwd; echo ipc$i:x:300$i: >>etc/group; done` },
);
