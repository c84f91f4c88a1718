import { compareProbes, type Probe } from './compare.ts';

const failing = (unit: string): Probe => ({ unit, look: ['ids'] });

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
    'no such network namespace, NETWORK': failing('NetworkNamespacePath=/nonexistent'),
    // 252 looks at the path only where something else of the unit is shared, too.
    'no such namespace of IPC, NAMESPACE': failing('IPCNamespacePath=/nonexistent\nPrivateTmp=yes'),
    'a directory of configuration that is a file, CONFIGURATION_DIRECTORY': failing('ConfigurationDirectory=blocked'),
    'no such interpreter of a PAM stack, PAM': failing('User=probe\nPAMName=no-such-stack-anywhere'),
  },
  { setup: 'touch etc/blocked; rm -f etc/pam.d/other' },
);
