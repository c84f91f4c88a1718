import { privateTmp } from '../unit/private-tmp.ts';
import type { ExecSettings } from '../unit/settings/exec.ts';
import { credentialSettings } from './credentials.ts';
import type { BindMount, PrefixedPath } from '../unit/values/path.ts';
import { managedPaths } from './directories.ts';
import type { MountEntry, MountMode } from './mount-entry.ts';
import { mountImages, rootOf } from './mount-images.ts';
import { pressureMounts } from './pressure.ts';
import type { ExecContext, ExecRequest } from './request.ts';
import { hasPrivateIpc } from './space.ts';
import { isSet, mountsApi, sandboxMounts } from './mount-sandbox.ts';
import { logSockets, readOnlyHomes, systemDirectoriesAndEtc } from './mount-static.ts';

/** All that the settings want, in no order; empty where nothing is to be mounted. */
export function wantedMounts(request: ExecRequest, exec: ExecSettings, context: ExecContext): readonly MountEntry[] {
  const root = rootOf(request, exec);
  const sandboxed = request.command.privilege !== 'full';
  const bound = [...binds(exec), ...directoryMounts(exec, context, root !== undefined)];
  return [
    ...(sandboxed ? [...accessMounts(exec, root), ...bound, ...sandboxMounts(exec, context, root !== undefined)] : bound),
    ...(sandboxed ? pressureMounts(request.config, exec, context) : []),
    ...credentialsMounts(request.config.name, exec, context),
  ];
}

/** Paths whose symlinks count: those that the unit's author or the machine's administrator chose. */
export function pathsWithLinks(exec: ExecSettings, context: Pick<ExecContext, 'directories' | 'privileged'>): readonly string[] {
  return [
    ...accessLists.flatMap((setting) => exec[setting].map(({ path }) => path)),
    ...[...exec.BindPaths, ...exec.BindReadOnlyPaths].map(({ destination }) => destination),
    ...exec.TemporaryFileSystem.map(({ path }) => path),
    ...mountImages(exec).map(({ path }) => path),
    ...(exec.ProtectHome === false && !exec.DynamicUser ? [] : readOnlyHomes.map(({ path }) => path)),
    ...(exec.ProtectSystem === false ? [] : systemDirectoriesAndEtc.map(({ path }) => path)),
    ...(privateTmp(exec) === false ? [] : ['/tmp', '/var/tmp']),
    ...(exec.BindLogSockets === true ? logSockets.map(({ path }) => path) : []),
    ...managedPaths(exec, context).map(({ path }) => path),
  ];
}

/** Whether the root itself is hidden, so that nothing could be executed. */
export function hidesRoot(request: ExecRequest, exec: ExecSettings, { links }: ExecContext): boolean {
  if (exec.InaccessiblePaths.length === 0 || request.command.privilege === 'full') return false;
  return accessMounts(exec, rootOf(request, exec)).some(({ path, mode }) => mode === 'inaccessible' && (links?.get(path) ?? path) === '/');
}

/** Whether the process gets a namespace of mounts: whatever is set that cannot be had without. */
export function needsMountNamespace(request: ExecRequest, exec: ExecSettings, context: ExecContext): boolean {
  const root = rootOf(request, exec);
  return (
    exec.RootImage !== '' ||
    exec.RootEphemeral ||
    accessLists.some((setting) => exec[setting].length > 0) ||
    exec.BindPaths.length + exec.BindReadOnlyPaths.length + exec.TemporaryFileSystem.length + mountImages(exec).length > 0 ||
    exec.ExtensionDirectories.length + exec.ExtensionImages.length > 0 ||
    (exec.MountFlags !== undefined && exec.MountFlags !== 'shared') ||
    (privateTmp(exec) === true && context.space?.tmp !== undefined) ||
    privateTmp(exec) === 'disconnected' ||
    exec.PrivateDevices ||
    exec.PrivateMounts === true ||
    exec.DynamicUser ||
    exec.ProtectSystem !== false ||
    exec.ProtectHome !== false ||
    exec.ProtectKernelTunables ||
    exec.ProtectKernelModules ||
    exec.ProtectKernelLogs ||
    exec.ProtectControlGroups !== false ||
    isSet(exec.ProtectProc, 'default') ||
    isSet(exec.ProcSubset, 'all') ||
    hasPrivateIpc(exec) ||
    exec.PrivatePIDs ||
    exec.PrivateBPF ||
    exec.BindLogSockets === true ||
    (root !== undefined && (mountsApi(exec, true) || managedPaths(exec, context).length > 0))
  );
}

/**
 * Without a namespace of mounts these settings would leave the process in another place than its author meant, so it does not run then. A dynamic
 * user loses but his protection, which a lenient policy lets him go without, unless he is to reach directories that are kept private by mounts.
 */
export function insistsOnMounts(exec: ExecSettings, lenient: boolean): boolean {
  return (
    exec.TemporaryFileSystem.length > 0 ||
    exec.RootDirectory !== '' ||
    exec.RootImage !== '' ||
    (exec.DynamicUser && (!lenient || hasPrivateDirectories(exec))) ||
    mountImages(exec).length > 0 ||
    exec.ExtensionDirectories.length + exec.ExtensionImages.length > 0 ||
    [...exec.BindPaths, ...exec.BindReadOnlyPaths].some(({ source, destination }) => source !== destination)
  );
}

function hasPrivateDirectories({ StateDirectory, CacheDirectory, LogsDirectory, RuntimeDirectory }: ExecSettings): boolean {
  return [StateDirectory, CacheDirectory, LogsDirectory, RuntimeDirectory].some((each) => each.length > 0);
}

const accessLists = ['ReadWritePaths', 'ReadOnlyPaths', 'InaccessiblePaths', 'ExecPaths', 'NoExecPaths'] as const;

const accessModes = {
  ReadWritePaths: 'read-write',
  ReadOnlyPaths: 'read-only',
  InaccessiblePaths: 'inaccessible',
  ExecPaths: 'exec',
  NoExecPaths: 'no-exec',
} as const satisfies Record<(typeof accessLists)[number], MountMode>;

/** Without `+` the paths are those of the machine, so what is not below the new root is not there. */
function accessMounts(exec: ExecSettings, root: string | undefined): readonly MountEntry[] {
  return accessLists.flatMap((setting) =>
    exec[setting].flatMap(({ path, ignoreMissing, relativeToRoot }: PrefixedPath): readonly MountEntry[] => {
      const inside = relativeToRoot || root === undefined ? path : below(root, path);
      return inside === undefined ? [] : [{ path: inside, mode: accessModes[setting], setting, optional: ignoreMissing }];
    }),
  );
}

function below(root: string, path: string): string | undefined {
  if (path === root) return '/';
  return root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

function binds(exec: ExecSettings): readonly MountEntry[] {
  return (['BindPaths', 'BindReadOnlyPaths'] as const).flatMap((setting) => exec[setting].map((mount) => boundBy(setting, mount)));
}

function boundBy(setting: 'BindPaths' | 'BindReadOnlyPaths', { source, destination, ignoreMissing, recursive }: BindMount): MountEntry {
  const mode = recursive ? 'bind-recursive' : 'bind';
  return { path: destination, mode, setting, source, follow: true, optional: ignoreMissing, readOnly: setting === 'BindReadOnlyPaths' };
}

/** The unit's own directories stay writable, and come along into another root. */
function directoryMounts(exec: ExecSettings, context: ExecContext, hasRoot: boolean): readonly MountEntry[] {
  return managedPaths(exec, context).flatMap(({ setting, path, real, base, within }): readonly MountEntry[] => {
    if (within) return [];
    const bound: MountEntry = { path: hasRoot ? path : real, mode: 'bind-recursive', setting, source: real, noSuid: exec.DynamicUser };
    if (real === path || hasRoot) return [bound];
    // The directory that they are all in lets nobody pass, so another, empty but for them, takes its place.
    return [{ path: `${base}/private`, mode: 'empty', setting, ...emptyDirectory }, bound];
  });
}

const emptyDirectory = {
  options: 'mode=0755,size=4m,nr_inodes=1k',
  attributes: 0x2 | 0x4 | 0x8 | 0x1000000,
  readOnly: true,
} as const;

/** Nobody sees the credentials of others, and who has none of his own not even that there are some. */
function credentialsMounts(name: string, exec: ExecSettings, { directories }: ExecContext): readonly MountEntry[] {
  const path = `${directories.runtime}/credentials`;
  const setting = credentialSettings.find((each) => exec[each].length > 0);
  if (setting === undefined) return [{ path, mode: 'inaccessible', setting: 'LoadCredential', optional: true }];
  const own = `${path}/${name}`;
  return [
    {
      path,
      mode: 'tmpfs',
      setting,
      optional: true,
      options: 'mode=0755,size=4m,nr_inodes=1k',
      attributes: 0x2 | 0x4 | 0x8 | 0x1000000,
      readOnly: true,
    },
    { path: own, mode: 'bind', setting, source: own, optional: true, readOnly: true },
  ];
}
