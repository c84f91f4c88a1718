import type { Need, Requirement } from './need.ts';

/** Programs of others are attached by the plan of the first process that is started in the cgroup. */
const unfilteredScopes = { scope: 'no process of a scope is started by the manager, which would attach the program' };

/** What the kernel keeps a service from by programs that are asked at each call, packet or access; as systemd, a service does without them where there are none. */
export const filterNeeds: Readonly<Record<string, Requirement>> = {
  ...each(
    ['kernel seccomp'],
    [
      'SystemCallFilter',
      'SystemCallArchitectures',
      'SystemCallLog',
      'RestrictAddressFamilies',
      'RestrictNamespaces',
      'RestrictRealtime',
      'RestrictSUIDSGID',
      'LockPersonality',
      'MemoryDenyWriteExecute',
      'ProtectClock',
    ],
  ),
  ...each(
    ['kernel BPF', 'capability CAP_SYS_ADMIN'],
    ['IPAddressAllow', 'IPAddressDeny', 'SocketBindAllow', 'SocketBindDeny', 'RestrictNetworkInterfaces', 'BindNetworkInterface'],
  ),
  ...each(['kernel BPF', 'capability CAP_SYS_ADMIN'], ['IPIngressFilterPath', 'IPEgressFilterPath', 'BPFProgram'], unfilteredScopes),
  IPAccounting: { needs: ['kernel BPF', 'capability CAP_SYS_ADMIN'], without: 'ignored', sandbox: false },
  ...each(['kernel device filters', 'capability CAP_SYS_ADMIN'], ['DeviceAllow', 'DevicePolicy']),
  ...each(['kernel BPF as a security module', 'capability CAP_SYS_ADMIN'], ['RestrictFileSystems']),
};

function each(needs: readonly Need[], settings: readonly string[], unreached: Requirement['unreached'] = {}): Record<string, Requirement> {
  return Object.fromEntries(settings.map((setting) => [setting, { needs, without: 'ignored', sandbox: true, unreached }]));
}
