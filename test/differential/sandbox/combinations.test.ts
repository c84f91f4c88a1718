import { compareProbes, type Probe } from './compare.ts';

/** As unit files of other sources have them. */
const others: Readonly<Record<string, readonly string[]>> = {
  'a web server that binds low ports': [
    'User=probe',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    'NoNewPrivileges=yes',
    'PrivateTmp=yes',
    'ProtectSystem=full',
    'ReadWritePaths=-/etc/letsencrypt',
    'LimitNOFILE=65536',
    'LimitNPROC=512',
  ],
  'a database': [
    'User=probe',
    'Group=extra',
    'UMask=0077',
    'OOMScoreAdjust=-600',
    'ProtectSystem=full',
    'ProtectHome=read-only',
    'CapabilityBoundingSet=CAP_IPC_LOCK CAP_DAC_OVERRIDE CAP_AUDIT_WRITE',
    'LimitNOFILE=32768',
    'LimitMEMLOCK=524288',
    'TimerSlackNSec=10000',
    'PrivateDevices=yes',
  ],
  'a batch job': [
    'Nice=19',
    'IOSchedulingClass=best-effort',
    'IOSchedulingPriority=7',
    'CPUSchedulingPolicy=batch',
    'PrivateNetwork=yes',
    'PrivateTmp=yes',
    'PrivateUsers=yes',
    'ProtectSystem=strict',
    'ProtectHome=yes',
    'RestrictNamespaces=yes',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
    'CacheDirectory=NAME',
  ],
  'a dynamic user with all that it implies': [
    'DynamicUser=yes',
    'StateDirectory=NAME',
    'RuntimeDirectory=NAME',
    'RuntimeDirectoryMode=0750',
    'CapabilityBoundingSet=',
    'ProtectProc=invisible',
    'ProcSubset=pid',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'MemoryDenyWriteExecute=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX',
    'SystemCallArchitectures=native',
    'RemoveIPC=yes',
  ],
  'a container host': [
    'Delegate=yes',
    'LimitNOFILE=infinity',
    'LimitNPROC=infinity',
    'LimitCORE=infinity',
    'OOMScoreAdjust=-999',
    'MountFlags=slave',
    'KeyringMode=shared',
  ],
};

const look: Probe['look'] = [
  'ids',
  'caps',
  'limits',
  'scheduling',
  'keyring',
  'namespaces',
  'mounts',
  'seccomp',
  'paths / /usr /etc /home /root /tmp /var/lib /run /proc/sys /dev/ /run/NAME /var/lib/NAME',
];

compareProbes(
  'what a process is with the whole sandbox of a real unit',
  {
    ...Object.fromEntries(Object.entries(others).map(([name, lines]) => [name, { unit: lines.join('\n'), look }])),
    // What systemd 252 makes in another root by itself, a /root and a /run that anybody may write to, is left out.
    'a service with a root of its own': {
      unit: [
        'RootDirectory=/jail',
        'BindReadOnlyPaths=/usr/share/zoneinfo -/nonexistent',
        'PrivateTmp=yes',
        'User=1000',
        'NoNewPrivileges=yes',
        'SystemCallFilter=~@mount',
        'SystemCallErrorNumber=EPERM',
        'UMask=0027',
      ].join('\n'),
      look: [
        ...look.slice(0, 6),
        'mounts /usr /proc /sys /dev /tmp',
        'seccomp',
        'paths / /usr /etc /tmp /proc/sys /dev/ /usr/share/zoneinfo',
      ],
    },
  },
  {
    setup: `
mkdir -p jail/usr jail/etc jail/tmp jail/var/tmp
for d in bin lib lib64 sbin; do [ -L $d ] && cp -a $d jail/$d; done
cp -a usr/. jail/usr/ && cp -a probe jail/probe`,
  },
);
