import type { SpecifierFacts } from '../../src/unit/specifiers.ts';

/** The facts of an invented machine. */
export const facts: SpecifierFacts = {
  scope: 'system',
  directories: {
    runtime: '/run',
    state: '/var/lib',
    cache: '/var/cache',
    logs: '/var/log',
    configuration: '/etc',
    data: '/usr/share',
    temporary: '/tmp',
    variableTemporary: '/var/tmp',
  },
  user: { name: 'root', uid: 0, group: 'root', gid: 0, home: '/root', shell: '/bin/sh' },
  hostName: 'box.example.org',
  prettyHostName: 'The Box',
  machineId: '0123456789abcdef0123456789abcdef',
  bootId: 'fedcba9876543210fedcba9876543210',
  kernelRelease: '6.1.0-tysd',
  architecture: 'x86-64',
  osRelease: { ID: 'debian', VERSION_ID: '12' },
};
