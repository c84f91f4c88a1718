import type { KernelFeature, Need, Requirement } from './need.ts';

const admin: Need = 'right to make namespaces';

/** What shows the service another machine than there is, and of what it may do without where that cannot be done (systemd.exec(5), "Sandboxing"). */
export const mountNeeds: Readonly<Record<string, Requirement>> = {
  ...each('ignored', 'mount namespaces', [
    'PrivateTmp',
    'PrivateDevices',
    'PrivateMounts',
    'PrivateBPF',
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
  PrivateUsers: { needs: ['kernel user namespaces'], without: 'ignored', sandbox: true },
};

function each(without: Requirement['without'], feature: KernelFeature, settings: readonly string[]): Record<string, Requirement> {
  return Object.fromEntries(settings.map((setting) => [setting, { needs: [admin, `kernel ${feature}`], without, sandbox: true }]));
}
