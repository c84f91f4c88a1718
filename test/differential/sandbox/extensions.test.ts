import { compareProbes } from './compare.ts';

compareProbes('namespaces and extensions that are there already', {
  'NetworkNamespacePath=': {
    before: 'touch /run/t/NAME.net; unshare --net=/run/t/NAME.net true',
    unit: 'NetworkNamespacePath=/run/t/NAME.net\nExecStart=/bin/sh -c "stat -Lc %%i /proc/self/ns/net /run/t/NAME.net | uniq | wc -l >/run/t/NAME.same"',
    look: ['namespaces'],
    after: 'cat /run/t/NAME.same; umount /run/t/NAME.net',
  },
  'IPCNamespacePath=': {
    before: 'touch /run/t/NAME.ipc; unshare --ipc=/run/t/NAME.ipc true',
    unit: 'IPCNamespacePath=/run/t/NAME.ipc\nExecStart=/bin/sh -c "stat -Lc %%i /proc/self/ns/ipc /run/t/NAME.ipc | uniq | wc -l >/run/t/NAME.same"',
    look: ['namespaces'],
    after: 'cat /run/t/NAME.same; umount /run/t/NAME.ipc',
    differs: [{ systemd: '2', tysd: '1', why: '252 forgets the path unless PrivateIPC= is set too; it is documented to be entered' }],
  },
  'UserNamespacePath=': {
    before: `unshare --user --map-root-user sleep 600 >/dev/null 2>&1 & holder=$!
      ln -s /proc/$holder/ns/user /run/t/NAME.user; until_ok grep -q ' 1$' /proc/$holder/uid_map`,
    unit: 'UserNamespacePath=/run/t/NAME.user\nProtectSystem=strict\nReadWritePaths=/run/t\nExecStart=/bin/sh -c "{ stat -Lc %%i /proc/self/ns/user /run/t/NAME.user | uniq | wc -l; cat /proc/self/uid_map; } >/run/t/NAME.same"',
    look: ['ids'],
    after: "tr -s ' ' </run/t/NAME.same; kill $holder",
    differs: [{ systemd: '2\n 0 0 4294967295', tysd: '1\n 0 0 1', why: '252 does not know it; 259 does' }],
  },
  'ExtensionDirectories=': {
    before: `mkdir -p /run/t/NAME/usr/lib/extension-release.d /run/t/NAME/usr/share/extended
      echo ID=_any >/run/t/NAME/usr/lib/extension-release.d/extension-release.NAME`,
    unit: 'ExtensionDirectories=/run/t/NAME',
    look: ['paths /usr/share/extended /usr /usr/bin /opt'],
  },
  'ExtensionDirectories= that is none': {
    before: 'mkdir -p /run/t/NAME/usr/share/extended',
    unit: 'ExtensionDirectories=/run/t/NAME',
    look: ['paths /usr/share/extended'],
  },
  'ExtensionDirectories= that is missing': { unit: 'ExtensionDirectories=/nonexistent', look: ['paths /usr'] },
  'ExtensionDirectories= that may be missing': { unit: 'ExtensionDirectories=-/nonexistent', look: ['paths /usr'] },
  'a start that fails half-way': {
    unit: 'PrivateTmp=yes\nRuntimeDirectory=NAME\nBindPaths=/nonexistent\nExecStopPost=/bin/true',
    look: ['ids'],
    after: 'ls -d /run/NAME /tmp/systemd-private-*NAME* 2>/dev/null | wc -l',
  },
  'a command with full rights before one without': {
    unit: 'PrivateTmp=yes\nExecStartPre=+/bin/sh -c "echo outside >/tmp/NAME"\nExecStart=PROBE',
    look: ['paths /tmp/NAME'],
    after: 'cat /tmp/NAME',
  },
});
