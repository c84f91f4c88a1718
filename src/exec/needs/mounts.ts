import type { UnitConfig } from '../../unit/config.ts';
import { delegatedNamespaces } from '../seccomp/namespaces.ts';
import type { KernelFeature, Need, Requirement } from './need.ts';

const admin: Need = 'right to make namespaces';

/** What shows the service another machine than there is, and of what it may do without where that cannot be done (systemd.exec(5), "Sandboxing"). */
export const mountNeeds: Readonly<Record<string, Requirement>> = {
  ...each('ignored', 'mount namespaces', [
    'PrivateTmp',
    'PrivateDevices',
    'PrivateMounts',
    'BindLogSockets',
    'ProtectSystem',
    'ProtectHome',
    'ProtectKernelTunables',
    'ProtectKernelModules',
    'ProtectKernelLogs',
    'ProtectControlGroups',
    'ProtectProc',
    'ProcSubset',
    'ReadOnlyPaths',
    'ReadWritePaths',
    'InaccessiblePaths',
    'ExecPaths',
    'NoExecPaths',
  ]),
  // What a service needs to find its files is not left out.
  ...each('fails', 'mount namespaces', [
    'RootImage',
    'BindPaths',
    'BindReadOnlyPaths',
    'TemporaryFileSystem',
    'MountImages',
    'ExtensionDirectories',
    'ExtensionImages',
  ]),
  // As in systemd the copies are in a place that is root's.
  RootEphemeral: { needs: ['capability CAP_SYS_ADMIN', 'kernel mount namespaces'], without: 'fails', sandbox: true },
  ...each('ignored', 'network namespaces', ['PrivateNetwork']),
  ...each('fails', 'network namespaces', ['NetworkNamespacePath']),
  ...each('ignored', 'ipc namespaces', ['PrivateIPC']),
  ...each('fails', 'ipc namespaces', ['IPCNamespacePath']),
  ...each('ignored', 'pid namespaces', ['PrivatePIDs']),
  ...each('ignored', 'uts namespaces', ['ProtectHostname']),
  UserNamespacePath: { needs: ['kernel user namespaces'], without: 'fails', sandbox: true },
  // Such a file system takes a right outside of the user namespace in which a user's manager mounts.
  PrivateBPF: { needs: ['capability CAP_SYS_ADMIN', 'kernel mount namespaces'], without: 'ignored', sandbox: true },
  DelegateNamespaces: { needs: ['kernel user namespaces'], without: 'ignored', sandbox: false, partly: ownerOfProcesses },
  // The kernel takes the rights that are given away only from who has all of them in its first user namespace.
  ...Object.fromEntries(
    ['BPFDelegateCommands', 'BPFDelegateMaps', 'BPFDelegatePrograms', 'BPFDelegateAttachments'].map((setting) => [
      setting,
      { needs: ['capability CAP_SYS_ADMIN', 'kernel mount namespaces', 'kernel BPF tokens'], without: 'ignored', sandbox: false },
    ]),
  ),
  PrivateUsers: { needs: ['kernel user namespaces'], without: 'ignored', sandbox: true, partly: withoutRange },
};

function withoutRange({ exec }: UnitConfig): string | undefined {
  if (exec?.PrivateUsers !== 'managed') return undefined;
  return 'no range of users is allocated, which takes systemd-nsresourced; the service has a user namespace as by PrivateUsers=self';
}

function ownerOfProcesses({ exec }: UnitConfig): string | undefined {
  if (exec?.PrivatePIDs !== true || (delegatedNamespaces(exec.DelegateNamespaces) & processes) === 0) return undefined;
  return 'the namespace of processes is made before the user namespace, and stays the manager’s; all others are delegated';
}

/** CLONE_NEWPID */
const processes = 0x2000_0000;

function each(without: Requirement['without'], feature: KernelFeature, settings: readonly string[]): Record<string, Requirement> {
  return Object.fromEntries(settings.map((setting) => [setting, { needs: [admin, `kernel ${feature}`], without, sandbox: true }]));
}
