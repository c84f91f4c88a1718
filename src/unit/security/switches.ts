import type { Point } from './assess.ts';

/** Settings that are on or off: name, weight, what is said where it is on, and where it is off. */
const switches: readonly (readonly [name: string, weight: number, on: string, off: string])[] = [
  ['PrivateDevices', 1000, 'Service has no access to hardware devices', 'Service potentially has access to hardware devices'],
  ['PrivateMounts', 1000, 'Service cannot install system mounts', 'Service may install system mounts'],
  ['PrivateNetwork', 2500, "Service has no access to the host's network", "Service has access to the host's network"],
  [
    'PrivateTmp',
    1000,
    "Service has no access to other software's temporary files",
    "Service has access to other software's temporary files",
  ],
  ['PrivateUsers', 1000, 'Service does not have access to other users', 'Service has access to other users'],
  ['ProtectControlGroups', 1000, 'Service cannot modify the control group file system', 'Service may modify the control group file system'],
  ['ProtectKernelModules', 1000, 'Service cannot load or read kernel modules', 'Service may load or read kernel modules'],
  ['ProtectKernelTunables', 1000, 'Service cannot alter kernel tunables (/proc/sys, …)', 'Service may alter kernel tunables'],
  [
    'ProtectKernelLogs',
    1000,
    'Service cannot read from or write to the kernel log ring buffer',
    'Service may read from or write to the kernel log ring buffer',
  ],
  [
    'ProtectClock',
    1000,
    'Service cannot write to the hardware clock or system clock',
    'Service may write to the hardware clock or system clock',
  ],
  ['ProtectHostname', 50, 'Service cannot change system host/domainname', 'Service may change system host/domainname'],
  ['LockPersonality', 100, 'Service cannot change ABI personality', 'Service may change ABI personality'],
  [
    'MemoryDenyWriteExecute',
    100,
    'Service cannot create writable executable memory mappings',
    'Service may create writable executable memory mappings',
  ],
  ['NoNewPrivileges', 1000, 'Service processes cannot acquire new privileges', 'Service processes may acquire new privileges'],
  ['RestrictRealtime', 500, 'Service realtime scheduling access is restricted', 'Service may acquire realtime scheduling'],
  ['RestrictSUIDSGID', 1000, 'SUID/SGID file creation by service is restricted', 'Service may create SUID/SGID files'],
];

export const switchRows: readonly Point[] = switches.map(([name, weight, on, off]) => ({
  name: `${name}=`,
  field: name,
  weight,
  range: 1,
  assess: ({ properties }) => {
    const isOn = (properties[name] ?? 'no') !== 'no';
    return { badness: isOn ? 0 : 1, description: isOn ? on : off };
  },
}));
