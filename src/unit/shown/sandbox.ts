import { privateTmp } from '../private-tmp.ts';
import { shellWords } from '../../base/shell-words.ts';
import { yesNo } from '../../base/yes-no.ts';
import type { ExecSettings } from '../settings/exec.ts';
import { ambientSet, boundingSet, secureBits } from '../capability-sets.ts';
import { capabilityNames } from '../values/capability.ts';
import { restrictedFileSystems } from '../values/file-system-sets.ts';
import type { ExtensionImage, PartitionOptions } from '../values/image.ts';
import { mergedNames, mergedText } from '../values/name-list.ts';
import type { PrefixedPath, BindMount } from '../values/path.ts';
import { pathOrData } from '../values/root-hash.ts';
import { type ShownTable, yesNoOr } from './value.ts';

/** What of systemd.exec(5) shuts processes in, without the filters of system calls. */
export const sandboxTable: ShownTable<ExecSettings> = {
  SecureBits: (exec) => String(secureBits(exec)),
  CapabilityBoundingSet: (exec) => capabilities(boundingSet(exec)),
  AmbientCapabilities: (exec) => capabilities(ambientSet(exec)),
  RemoveIPC: ({ RemoveIPC, DynamicUser }) => yesNo(RemoveIPC || DynamicUser),
  ReadWritePaths: ({ ReadWritePaths }) => prefixed(ReadWritePaths),
  ReadOnlyPaths: ({ ReadOnlyPaths }) => prefixed(ReadOnlyPaths),
  InaccessiblePaths: ({ InaccessiblePaths }) => prefixed(InaccessiblePaths),
  ExecPaths: ({ ExecPaths }) => prefixed(ExecPaths),
  NoExecPaths: ({ NoExecPaths }) => prefixed(NoExecPaths),
  ExtensionDirectories: ({ ExtensionDirectories }) => prefixed(ExtensionDirectories),
  MountImages: ({ MountImages }) =>
    MountImages.map(({ destination, ...image }) => [imageSource(image), destination, ...partitions(image.options)].join(':')).join(' '),
  ExtensionImages: ({ ExtensionImages }) =>
    ExtensionImages.map((image) => [imageSource(image), ...partitions(image.options)].join(':')).join(' '),
  RootHash: ({ RootHash }) => pathOrData(RootHash).data,
  RootHashPath: ({ RootHash }) => pathOrData(RootHash).path,
  RootHashSignature: ({ RootHashSignature }) => pathOrData(RootHashSignature).data,
  RootHashSignaturePath: ({ RootHashSignature }) => pathOrData(RootHashSignature).path,
  RootVerity: ({ RootVerity }) => RootVerity,
  RootImageOptions: ({ RootImageOptions }) => partitions(RootImageOptions).join('\n'),
  MountFlags: ({ MountFlags }) => MountFlags ?? '',
  PrivateTmp: (exec) => yesNoOr(privateTmp(exec)),
  PrivateDevices: ({ PrivateDevices }) => yesNo(PrivateDevices),
  ProtectClock: ({ ProtectClock }) => yesNo(ProtectClock),
  ProtectKernelTunables: ({ ProtectKernelTunables }) => yesNo(ProtectKernelTunables),
  ProtectKernelModules: ({ ProtectKernelModules }) => yesNo(ProtectKernelModules),
  ProtectKernelLogs: ({ ProtectKernelLogs }) => yesNo(ProtectKernelLogs),
  ProtectControlGroups: ({ ProtectControlGroups }) => yesNoOr(ProtectControlGroups),
  PrivateNetwork: ({ PrivateNetwork }) => yesNo(PrivateNetwork),
  PrivateUsers: ({ PrivateUsers }) => yesNoOr(PrivateUsers),
  PrivateMounts: ({ PrivateMounts }) => yesNo(PrivateMounts === true),
  PrivateIPC: ({ PrivateIPC }) => yesNo(PrivateIPC),
  ProtectHome: ({ ProtectHome, DynamicUser }) => (ProtectHome === false && DynamicUser ? 'read-only' : yesNoOr(ProtectHome)),
  ProtectSystem: ({ ProtectSystem, DynamicUser }) => (DynamicUser ? 'strict' : yesNoOr(ProtectSystem)),
  SELinuxContext: ({ SELinuxContext }) => SELinuxContext,
  AppArmorProfile: ({ AppArmorProfile }) => AppArmorProfile,
  SmackProcessLabel: ({ SmackProcessLabel }) => SmackProcessLabel,
  NoNewPrivileges: ({ NoNewPrivileges, DynamicUser }) => yesNo(NoNewPrivileges || DynamicUser),
  SystemCallArchitectures: ({ SystemCallArchitectures }) => SystemCallArchitectures.join(' '),
  // The number that stands for ending the process.
  SystemCallErrorNumber: ({ SystemCallErrorNumber }) =>
    String(typeof SystemCallErrorNumber === 'number' ? SystemCallErrorNumber : 2_147_483_646),
  Personality: ({ Personality }) => Personality,
  LockPersonality: ({ LockPersonality }) => yesNo(LockPersonality),
  RestrictAddressFamilies: ({ RestrictAddressFamilies }) => families(RestrictAddressFamilies),
  RestrictFileSystems: ({ RestrictFileSystems }) => mergedText(restrictedFileSystems(RestrictFileSystems)),
  MemoryDenyWriteExecute: ({ MemoryDenyWriteExecute }) => yesNo(MemoryDenyWriteExecute),
  RestrictRealtime: ({ RestrictRealtime }) => yesNo(RestrictRealtime),
  RestrictSUIDSGID: ({ RestrictSUIDSGID, DynamicUser }) => yesNo(RestrictSUIDSGID || DynamicUser),
  RestrictNamespaces: ({ RestrictNamespaces }) => namespaces(RestrictNamespaces),
  BindPaths: ({ BindPaths }) => binds(BindPaths),
  BindReadOnlyPaths: ({ BindReadOnlyPaths }) => binds(BindReadOnlyPaths),
  TemporaryFileSystem: ({ TemporaryFileSystem }) =>
    TemporaryFileSystem.map(({ path, options }) => (options === '' ? path : `${path}:${options}`)).join(' '),
  MountAPIVFS: (exec) => yesNo(exec.MountAPIVFS ?? (exec.RootDirectory !== '' || exec.RootImage !== '')),
  KeyringMode: ({ KeyringMode }) => KeyringMode ?? 'private',
  ProtectProc: ({ ProtectProc }) => ProtectProc ?? 'default',
  ProcSubset: ({ ProcSubset }) => ProcSubset ?? 'all',
  ProtectHostname: ({ ProtectHostname }) => (ProtectHostname === '' ? 'no' : ProtectHostname),
  NetworkNamespacePath: ({ NetworkNamespacePath }) => NetworkNamespacePath,
  IPCNamespacePath: ({ IPCNamespacePath }) => IPCNamespacePath,
};

function capabilities(set: ReadonlySet<number>): string {
  return [...set]
    .toSorted((a, b) => a - b)
    .map((number) => capabilityNames[number] ?? String(number))
    .join(' ');
}

function imageSource({ source, ignoreMissing }: ExtensionImage): string {
  return `${ignoreMissing ? '-' : ''}${source}`;
}

function partitions(all: readonly PartitionOptions[]): readonly string[] {
  return all.map(({ partition, options }) => `${partition}:${options}`);
}

function prefixed(paths: readonly PrefixedPath[]): string {
  return shellWords(
    paths.map(({ path, ignoreMissing, relativeToRoot }) => `${ignoreMissing ? '-' : ''}${relativeToRoot ? '+' : ''}${path}`),
  );
}

function binds(mounts: readonly BindMount[]): string {
  return mounts
    .map(
      ({ source, destination, ignoreMissing, recursive }) =>
        `${ignoreMissing ? '-' : ''}${source}:${destination}${recursive ? ':rbind' : ''}`,
    )
    .join(' ');
}

function families(lists: ExecSettings['RestrictAddressFamilies']): string {
  return lists.length === 0
    ? '~'
    : mergedText(mergedNames(lists.map(({ invert, names }) => ({ invert, names: names.filter((name) => name !== 'none') }))));
}

const everyNamespace = ['cgroup', 'ipc', 'net', 'mnt', 'pid', 'user', 'uts'] as const;

/** Which kinds a service may make: all of them is `no`, none is `yes`. */
function namespaces(lists: ExecSettings['RestrictNamespaces']): string {
  let allowed: ReadonlySet<string> = new Set(everyNamespace);
  for (const [index, list] of lists.entries()) {
    if (typeof list === 'boolean') allowed = new Set(list ? [] : everyNamespace);
    else if (list.invert) allowed = new Set([...allowed].filter((name) => !list.names.includes(name)));
    // The first list says all that is allowed; later ones add to what is.
    else allowed = new Set([...(index === 0 ? [] : allowed), ...list.names]);
  }
  if (everyNamespace.every((name) => allowed.has(name))) return 'no';
  return allowed.size === 0 ? 'yes' : everyNamespace.filter((name) => allowed.has(name)).join(' ');
}
