import { compareProbes, type Probe } from './compare.ts';

/** All mounts, the namespaces, and what may be done with some paths. */
const view = ['namespaces', 'mounts', 'paths / /usr /etc /home /root /tmp /var/tmp /var/lib /run /opt /proc/sys /boot /dev/'] as const;

function alone(unit: string, more: Partial<Probe> = {}): Probe {
  return { unit, look: view, ...more };
}

/** Where systemd 252 forgets the options of a tmpfs that it makes by itself. */
function betterTmpfs(path: string, mode: string, attributes: string, size: string): NonNullable<Probe['differs']>[number] {
  return {
    systemd: `mount ${path} tmpfs root=/ rw,relatime super=rw shared`,
    tysd: `mount ${path} tmpfs root=/ ${attributes} super=rw,${size},mode=${mode} shared`,
    why: 'as documented, and as later releases have it; 252 loses the options',
  };
}

const emptyHomes = [
  betterTmpfs('/home', '755', 'ro,nodev', 'size=4096k,nr_inodes=1024'),
  betterTmpfs('/root', '700', 'ro,nodev', 'size=4096k,nr_inodes=1024'),
  betterTmpfs('/run/user', '755', 'ro,nodev', 'size=4096k,nr_inodes=1024'),
];

/** Where nothing can be executed, systemd's child cannot say so either. */
const nothingVisible = [
  {
    systemd: 'ExecMainStatus=226',
    tysd: 'ExecMainStatus=226\nFailed at step NAMESPACE spawning /probe: Permission denied',
    why: 'what failed is told by the manager, which still sees the journal',
  },
];

const files = `
mkdir -p opt/a/b opt/c srv jail/usr jail/etc jail/var/tmp jail/tmp
ln -s /opt/a lnk
for d in bin lib lib64 sbin; do [ -L $d ] && cp -a $d jail/$d; done
cp -a usr/. jail/usr/ && cp -a probe jail/probe`;

compareProbes(
  'what a process sees of the file system, by each setting',
  {
    'ProtectSystem=yes': alone('ProtectSystem=yes'),
    'ProtectSystem=full': alone('ProtectSystem=full'),
    'ProtectSystem=strict': alone('ProtectSystem=strict'),
    'ProtectSystem=strict with exceptions': alone(
      'ProtectSystem=strict\nReadWritePaths=/opt -/nonexistent\nReadOnlyPaths=/opt/a\nStateDirectory=x',
    ),
    'the old names of paths': alone(
      'ProtectSystem=strict\nReadWriteDirectories=/opt\nReadOnlyDirectories=/opt/a\nInaccessibleDirectories=/srv',
    ),
    'ProtectHome=yes': alone('ProtectHome=yes'),
    'ProtectHome=read-only': alone('ProtectHome=read-only'),
    'PrivateTmp=': alone('PrivateTmp=yes'),
    'PrivateDevices=': alone('PrivateDevices=yes'),
    'PrivateNetwork=': alone('PrivateNetwork=yes'),
    'PrivateNetwork= with mounts': alone('PrivateNetwork=yes\nPrivateMounts=yes'),
    'PrivateIPC=': alone('PrivateIPC=yes'),
    'PrivateUsers=': alone('PrivateUsers=yes'),
    'PrivateUsers= of a user': alone('PrivateUsers=yes\nUser=probe'),
    'PrivateMounts=': alone('PrivateMounts=yes'),
    'ProtectKernelTunables=': alone('ProtectKernelTunables=yes'),
    'ProtectKernelLogs=': alone('ProtectKernelLogs=yes'),
    'ProtectControlGroups=': alone('ProtectControlGroups=yes'),
    'ProtectHostname=': alone('ProtectHostname=yes'),
    'ProtectHostname= with mounts': alone('ProtectHostname=yes\nPrivateMounts=yes'),
    'ProtectProc=invisible': alone('ProtectProc=invisible'),
    'ProtectProc=noaccess': alone('ProtectProc=noaccess\nUser=probe'),
    'ProcSubset=pid': alone('ProcSubset=pid'),
    'ReadOnlyPaths=': alone('ReadOnlyPaths=/usr /var -/nonexistent'),
    'ReadOnlyPaths= that is missing': alone('ReadOnlyPaths=/nonexistent'),
    'InaccessiblePaths=': alone('InaccessiblePaths=/opt /etc/hostname -/nonexistent /dev/null'),
    'InaccessiblePaths= that is missing': alone('InaccessiblePaths=/nonexistent'),
    'InaccessiblePaths= of the root': { ...alone('InaccessiblePaths=/'), differs: nothingVisible },
    'InaccessiblePaths= of the root, but for some': { ...alone('InaccessiblePaths=-/\nReadWritePaths=/home'), differs: nothingVisible },
    'InaccessiblePaths= of another root': { ...alone('RootDirectory=/jail\nInaccessiblePaths=+/'), differs: nothingVisible },
    'InaccessiblePaths= of the root, and a full privilege': alone('InaccessiblePaths=/\nExecStart=+PROBE', { look: ['paths /usr'] }),
    'InaccessiblePaths= by a symlink': alone('InaccessiblePaths=/lnk'),
    'InaccessiblePaths= by a symlink into what is mounted': alone('InaccessiblePaths=/lnk\nBindPaths=/usr/share:/opt'),
    'NoExecPaths= and ExecPaths=': alone('NoExecPaths=/var /opt\nExecPaths=/var/lib'),
    'NoExecPaths= of all': alone('NoExecPaths=/\nExecPaths=/probe'),
    'TemporaryFileSystem=': alone('TemporaryFileSystem=/opt:ro,mode=0700 /srv /var/new:noexec,nosuid,size=1M'),
    'BindPaths=': alone('BindPaths=/usr/share:/opt/share /opt/a:/srv:norbind /opt/c:/new/place'),
    'BindReadOnlyPaths=': alone('BindReadOnlyPaths=/etc/hostname:/opt/name -/nonexistent:/opt/none /var/lib'),
    'BindPaths= that is missing': alone('BindPaths=/nonexistent'),
    'BindPaths= below a tmpfs': alone('TemporaryFileSystem=/opt:ro\nBindReadOnlyPaths=/usr/share:/opt/x/y'),
    'MountAPIVFS=': alone('MountAPIVFS=yes\nPrivateMounts=yes'),
    'MountFlags=slave': alone('MountFlags=slave'),
    'MountFlags=private': alone('MountFlags=private'),
    'MountFlags=shared': alone('MountFlags=shared'),
    'NoNewPrivileges= with mounts': alone('NoNewPrivileges=yes\nProtectSystem=yes\nPrivateTmp=yes'),
    'NetworkNamespacePath= that is missing': alone('NetworkNamespacePath=/nonexistent'),
    'RootDirectory=': alone('RootDirectory=/jail', {
      look: ['namespaces', 'mounts /usr /proc /sys /dev /tmp', 'paths / /usr /etc /proc /dev/'],
    }),
    'RootDirectory= without more': alone('RootDirectory=/jail\nMountAPIVFS=no', { look: ['paths / /usr /etc'] }),
    'RootDirectory= with paths': alone(
      'RootDirectory=/jail\nMountAPIVFS=no\nReadOnlyPaths=+/var /etc /jail/etc\nPrivateTmp=yes\nStateDirectory=z',
      {
        look: ['paths / /usr /etc /var /var/lib/z /tmp'],
      },
    ),
    'a command with full rights': alone('ProtectSystem=strict\nPrivateTmp=yes\nBindPaths=/usr/share:/opt\nExecStart=+PROBE', {
      look: ['namespaces', 'mounts', 'paths /usr /opt /var'],
    }),
    'ProtectHome=tmpfs': alone('ProtectHome=tmpfs', { look: ['mounts', 'namespaces'], differs: emptyHomes }),
    'ProtectHome=tmpfs with BindPaths=': alone('ProtectHome=tmpfs\nBindPaths=/home/probe /opt/a:/root/a', {
      look: ['mounts', 'paths /home/probe /root/a'],
      differs: emptyHomes,
    }),
    'ProtectHome=tmpfs with BindReadOnlyPaths=': alone(
      'ProtectHome=tmpfs\nUser=probe\nBindReadOnlyPaths=/home/probe /usr/share:/home/new/x',
      {
        look: ['mounts', 'paths /home/probe /home/new/x'],
        differs: emptyHomes,
      },
    ),
    'ProtectHome=yes with BindPaths=': alone('ProtectHome=yes\nBindPaths=/home/probe'),
    'ProtectHome=read-only with BindPaths=': alone('ProtectHome=read-only\nBindPaths=/usr/share:/home/share'),
  },
  { setup: files },
);

const directories =
  'ls -lR /run/NAME /var/lib/NAME /var/cache/NAME /var/log/NAME /etc/NAME 2>/dev/null | sed "s/[A-Z][a-z][a-z] .[0-9] ..:..//; /^total/d"';

compareProbes('directories of a service', {
  'all kinds with modes': {
    unit: `User=probe\nRuntimeDirectory=NAME NAME/a\nStateDirectory=NAME\nStateDirectoryMode=0700\nCacheDirectory=NAME\nLogsDirectory=NAME\nConfigurationDirectory=NAME\nRuntimeDirectoryPreserve=yes`,
    look: ['ids'],
    after: directories,
  },
  'names with escapes, quotes and colons': {
    unit: 'StateDirectory=NAME\\x20b "NAME c" NAME\\:d:NAME\\:e\nRuntimeDirectory=NAME/%%p/\\x41\nRuntimeDirectoryPreserve=yes',
    look: ['environment STATE_DIRECTORY RUNTIME_DIRECTORY'],
    after: `ls -d /var/lib/NAME* /run/NAME/*/*; readlink /var/lib/NAME:e`,
  },
  'names that are none': {
    unit: 'StateDirectory=. .. /NAME NAME/../x private/NAME\nCacheDirectory=NAME/. ./NAME//b',
    look: ['environment STATE_DIRECTORY CACHE_DIRECTORY'],
    after: `ls -d /var/lib/NAME* /var/cache/NAME*`,
  },
  'links to them': {
    unit: 'RuntimeDirectory=NAME:NAME-link NAME/a:NAME/b\nStateDirectory=NAME:NAME-link\nRuntimeDirectoryPreserve=yes',
    look: ['ids'],
    after: `${directories}; readlink /run/NAME-link /var/lib/NAME-link /run/NAME/b`,
  },
  'they are gone when it stops': {
    unit: 'RuntimeDirectory=NAME:NAME-link NAME/a',
    look: ['ids'],
    after: `${directories}; ls -d /run/NAME*`,
  },
  'a dynamic user keeps its state behind a door': {
    unit: 'DynamicUser=yes\nStateDirectory=NAME/deep\nCacheDirectory=NAME',
    look: ['paths /var/lib/private /var/lib /var/cache/private'],
    after: 'stat -c "%a %N" /var/lib/private /var/lib/NAME/deep /var/cache/NAME /var/lib/private/NAME',
  },
  'state moves behind the door and out again': {
    unit: 'StateDirectory=NAME',
    units: {
      'NAME-later.service':
        '[Service]\nType=oneshot\nDynamicUser=yes\nStateDirectory=NAME\nExecStart=/bin/sh -c "echo more >>/var/lib/NAME/file"',
    },
    look: ['paths /var/lib/NAME'],
    after: `echo text >/var/lib/NAME/file; systemctl start NAME-later; readlink /var/lib/NAME; cat /var/lib/NAME/file
      systemctl start NAME; stat -c "%F %u" /var/lib/NAME; cat /var/lib/NAME/file; ls /var/lib/private`,
  },
  'private directories for temporary files are gone when it stops': {
    unit: 'PrivateTmp=yes\nExecStart=PROBE',
    look: ['paths /tmp /var/tmp'],
    after: 'ls -d /tmp/systemd-private-*NAME* /var/tmp/systemd-private-*NAME* 2>/dev/null | wc -l',
  },
  'all commands share one directory for temporary files': {
    unit: 'PrivateTmp=yes\nExecStartPre=/bin/sh -c "echo first >/tmp/file"\nExecStart=PROBE\nExecStopPost=/bin/sh -c "cat /tmp/file >/run/t/NAME.after"',
    look: ['paths =/tmp/file'],
    after: 'cat /run/t/NAME.after; [ -e /tmp/file ] || echo none outside',
  },
});

compareProbes('what units share', {
  'JoinsNamespaceOf= shares temporary files and the network': {
    unit: 'PrivateTmp=yes\nPrivateNetwork=yes\n[Unit]\nJoinsNamespaceOf=NAME-first.service',
    units: {
      'NAME-first.service':
        '[Service]\nType=oneshot\nRemainAfterExit=yes\nPrivateTmp=yes\nPrivateNetwork=yes\nExecStart=/bin/sh -c "echo shared >/tmp/file; readlink /proc/self/ns/net >/run/t/NAME.net"',
    },
    before: 'systemctl start NAME-first',
    look: ['paths =/tmp/file'],
    after: `systemctl stop NAME-first; ls -d /tmp/systemd-private-*NAME* 2>/dev/null | wc -l`,
  },
  'the processes of a unit share its network': {
    unit: 'PrivateNetwork=yes\nPrivateIPC=yes\nExecStartPre=/bin/sh -c "readlink /proc/self/ns/net /proc/self/ns/ipc >/run/t/NAME.pre"\nExecStart=/bin/sh -c "readlink /proc/self/ns/net /proc/self/ns/ipc >/run/t/NAME.main"',
    look: ['namespaces'],
    after: 'cmp /run/t/NAME.pre /run/t/NAME.main && echo the same',
  },
});

/** Combinations as units of distributions have them. */
const combinations: Readonly<Record<string, string>> = {
  'a modem manager': 'ProtectSystem=true\nProtectHome=true\nPrivateTmp=true\nNoNewPrivileges=true\nUser=root',
  'a bluetooth daemon':
    'ProtectHome=true\nProtectSystem=strict\nPrivateTmp=true\nProtectKernelTunables=true\nProtectControlGroups=true\nStateDirectory=NAME\nStateDirectoryMode=0700\nConfigurationDirectory=NAME\nConfigurationDirectoryMode=0555\nNoNewPrivileges=true',
  'a firmware refresher':
    'CacheDirectory=NAME\nProtectSystem=strict\nProtectHome=read-only\nUser=probe\nProtectKernelModules=yes\nProtectControlGroups=yes',
  'a firmware refresher of later':
    'ProtectSystem=full\nProtectHome=true\nProtectHostname=true\nProtectKernelTunables=true\nProtectKernelLogs=true\nProtectKernelModules=yes\nProtectControlGroups=yes\nUser=probe',
  'a firmware daemon':
    'RuntimeDirectory=NAME\nRuntimeDirectoryPreserve=yes\nNoNewPrivileges=no\nPrivateDevices=no\nPrivateTmp=true\nProtectClock=yes\nProtectControlGroups=yes\nProtectHome=yes\nProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectProc=invisible\nProtectSystem=full\nReadWritePaths=-/boot/efi -/boot/grub\nConfigurationDirectory=NAME\nStateDirectory=NAME\nCacheDirectory=NAME',
  'a place finder':
    'User=probe\nProtectSystem=strict\nProtectKernelTunables=true\nProtectControlGroups=true\nProtectHome=true\nPrivateTmp=true\nPrivateNetwork=false\nProtectKernelModules=true\nNoNewPrivileges=true',
  'an entropy daemon':
    'PrivateTmp=true\nPrivateDevices=true\nPrivateNetwork=true\nProtectSystem=full\nProtectHome=true\nProtectHostname=true\nProtectKernelLogs=true\nProtectKernelModules=true',
  'a sensor proxy': 'ProtectSystem=strict\nProtectControlGroups=true\nProtectHome=true\nProtectKernelModules=true\nPrivateTmp=true',
  'a memory cache':
    'PrivateTmp=true\nProtectSystem=full\nNoNewPrivileges=true\nPrivateDevices=true\nProtectKernelModules=true\nProtectKernelTunables=true\nProtectControlGroups=true\nUser=probe',
  'a network helper':
    'PrivateDevices=true\nPrivateMounts=true\nPrivateNetwork=true\nPrivateTmp=true\nProtectClock=true\nProtectControlGroups=true\nProtectHome=true\nProtectHostname=true\nProtectKernelLogs=true\nProtectKernelModules=true\nProtectKernelTunables=true\nProtectSystem=strict\nNoNewPrivileges=true',
  'a router advertiser': 'PrivateTmp=yes\nPrivateDevices=yes\nProtectSystem=full\nProtectHome=yes\nNoNewPrivileges=yes',
  'a key-value store':
    'User=probe\nRuntimeDirectory=NAME\nRuntimeDirectoryMode=2755\nPrivateTmp=true\nPrivateDevices=true\nProtectHome=true\nProtectSystem=strict\nReadWritePaths=-/var/lib/NAME\nReadWritePaths=-/var/log/NAME\nReadWritePaths=-/var/run/NAME\nNoNewPrivileges=true\nPrivateUsers=true\nProtectClock=true\nProtectControlGroups=true\nProtectHostname=true\nProtectKernelLogs=true\nProtectKernelModules=true\nProtectKernelTunables=true\nProtectProc=invisible\nNoExecPaths=/\nExecPaths=/probe /usr/lib /lib',
  'a host namer':
    'NoNewPrivileges=yes\nPrivateDevices=yes\nPrivateNetwork=yes\nPrivateTmp=yes\nProtectProc=invisible\nProtectControlGroups=yes\nProtectHome=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectSystem=strict\nReadWritePaths=/etc /run/systemd',
  'a locale setter':
    'NoNewPrivileges=yes\nPrivateDevices=yes\nPrivateNetwork=yes\nPrivateTmp=yes\nProtectProc=invisible\nProtectControlGroups=yes\nProtectHome=yes\nProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectSystem=strict\nReadWritePaths=/etc\nReadWritePaths=/usr/lib/locale',
  'a login manager':
    'NoNewPrivileges=yes\nPrivateTmp=yes\nProtectClock=yes\nProtectControlGroups=yes\nProtectHome=yes\nProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectSystem=strict\nReadWritePaths=/etc /run\nRuntimeDirectory=NAME/sessions NAME/seats\nRuntimeDirectoryPreserve=yes\nStateDirectory=NAME/linger',
  'a network daemon':
    'NoNewPrivileges=yes\nProtectProc=invisible\nProtectClock=yes\nProtectControlGroups=yes\nProtectHome=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectSystem=strict\nRuntimeDirectory=NAME\nRuntimeDirectoryPreserve=yes\nUser=probe',
  'a resolver':
    'NoNewPrivileges=yes\nPrivateDevices=yes\nPrivateTmp=yes\nProtectProc=invisible\nProtectClock=yes\nProtectControlGroups=yes\nProtectHome=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectSystem=strict\nRuntimeDirectory=NAME\nRuntimeDirectoryPreserve=yes\nUser=probe',
  'a time setter':
    'NoNewPrivileges=yes\nPrivateTmp=yes\nProtectProc=invisible\nProtectControlGroups=yes\nProtectHome=yes\nProtectHostname=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectSystem=strict\nReadWritePaths=/etc',
  'a power daemon':
    'ProtectSystem=strict\nProtectKernelTunables=false\nProtectControlGroups=true\nReadWritePaths=/var/lib/NAME\nStateDirectory=NAME\nProtectHome=true\nPrivateTmp=true\nProtectKernelModules=true\nNoNewPrivileges=true\nPrivateUsers=yes',
  'a web accelerator': 'ProtectSystem=full\nProtectHome=true\nPrivateTmp=true\nPrivateDevices=true',
  'its log writer': 'RuntimeDirectory=NAME\nUser=probe\nPrivateDevices=true\nPrivateTmp=true\nProtectHome=true\nProtectSystem=full',
  'a traffic counter':
    'User=probe\nNoNewPrivileges=yes\nPrivateDevices=yes\nPrivateTmp=yes\nProtectClock=yes\nProtectControlGroups=yes\nProtectHome=yes\nProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectSystem=strict\nStateDirectory=NAME',
  'a journal of a namespace':
    'LogsDirectory=journal/NAME\nLogsDirectoryMode=02755\nNoNewPrivileges=yes\nRuntimeDirectory=NAME/journal\nRuntimeDirectoryPreserve=yes\nProtectClock=yes',
  'a service of one file': 'TemporaryFileSystem=/:ro\nBindReadOnlyPaths=/probe /usr /lib /lib64 /run/t\nBindPaths=/var/lib',
  'a web server with content':
    'ProtectSystem=strict\nProtectHome=read-only\nTemporaryFileSystem=/home:ro\nBindReadOnlyPaths=/usr/share:/home/www\nInaccessiblePaths=/etc/shadow\nReadWritePaths=/var/log\nCacheDirectory=NAME\nPrivateIPC=yes',
  'a worker of an untrusted language':
    'ProtectSystem=strict\nPrivateTmp=yes\nPrivateDevices=yes\nPrivateNetwork=yes\nPrivateIPC=yes\nPrivateUsers=yes\nProtectProc=invisible\nProcSubset=pid\nProtectHome=yes\nProtectKernelTunables=yes\nProtectKernelModules=yes\nProtectKernelLogs=yes\nProtectControlGroups=yes\nUser=probe\nNoNewPrivileges=yes',
};

compareProbes(
  'what a process sees with the settings of real units',
  Object.fromEntries(
    Object.entries(combinations).map(([name, unit]) => [
      name,
      alone(unit, {
        look: ['ids', 'namespaces', 'mounts', 'paths / /usr /etc /home /root /tmp /var/lib /run /proc/sys /dev/ /run/NAME /var/lib/NAME'],
      }),
    ]),
  ),
);
