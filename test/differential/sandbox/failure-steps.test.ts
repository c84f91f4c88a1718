import { compareProbes, type Probe } from './compare.ts';

const failing = (unit: string): Probe => ({ unit, look: ['ids'] });

/** The message says which path it is. */
const naming = (unit: string): Probe => ({
  ...failing(unit),
  after: `journalctl -o cat UNIT=NAME.service + _SYSTEMD_UNIT=NAME.service | grep -o 'Failed to open .*'`,
});

// Steps that failures.test.ts, credentials.test.ts, session.test.ts and user.test.ts do not fail at.
compareProbes(
  'at which step a process does not come to its program',
  {
    'no such group, GROUP': failing('Group=nobody-knows'),
    'no such user, USER': failing('User=nobody-knows'),
    'no such root directory and no mounts in it, CHROOT': failing('RootDirectory=/nonexistent\nMountAPIVFS=no'),
    'no such root directory, NAMESPACE': failing('RootDirectory=/nonexistent'),
    'no such terminal, STDIN': failing('StandardInput=tty\nTTYPath=/dev/nonexistent'),
    'no such processor, CPUAFFINITY': failing('CPUAffinity=1000'),
    'no such node of memory, NUMA_POLICY': failing('NUMAPolicy=bind\nNUMAMask=63'),
    'a capability that is out of reach, CAPABILITIES': failing('User=probe\nAmbientCapabilities=CAP_SYS_MODULE'),
    'no such network namespace, NETWORK': naming('NetworkNamespacePath=/nonexistent'),
    'no network namespace, NETWORK': naming('NetworkNamespacePath=/etc/hostname'),
    'a network namespace of another kind, NETWORK': naming('NetworkNamespacePath=/proc/1/ns/ipc'),
    'no such namespace of IPC, NAMESPACE': naming('IPCNamespacePath=/nonexistent\nPrivateTmp=yes'),
    'no namespace of IPC, NAMESPACE': naming('IPCNamespacePath=/etc/hostname\nPrivateTmp=yes'),
    'no such namespace of IPC and nothing else that is shared, NAMESPACE': {
      ...naming('IPCNamespacePath=/nonexistent'),
      differs: [
        {
          systemd: 'start 0\nResult=success\nExecMainCode=0\nExecMainStatus=0\n# ids\nuid 0 0 0 0\ngid 0 0 0 0\ngroups',
          tysd: [
            'start 1\nResult=exit-code\nExecMainCode=1\nExecMainStatus=226',
            'Failed at step NAMESPACE spawning /probe: No such file or directory',
            'Failed to open IPC namespace path /nonexistent: No such file or directory',
          ].join('\n'),
          why: '252 does not look at the path where nothing else of the unit is shared, and starts it in the namespace of all',
        },
      ],
    },
    'a directory of configuration that is a file, CONFIGURATION_DIRECTORY': failing('ConfigurationDirectory=blocked'),
    'no such interpreter of a PAM stack, PAM': failing('User=probe\nPAMName=no-such-stack-anywhere'),
  },
  { setup: 'touch etc/blocked; rm -f etc/pam.d/other' },
);
