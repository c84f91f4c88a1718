import { ok, type Result } from '../../base/result.ts';
import type { InvertibleList } from '../values/name-list.ts';
import { refuse, type ValueContext, type ValueError } from '../values/parser.ts';
import { addressFamily } from '../values/address-family.ts';
import { bpfAttachments, bpfCommands, bpfMaps, bpfPrograms } from '../values/bpf-names.ts';
import { boolean, tristate } from '../values/boolean.ts';
import { capabilityList } from '../values/capability.ts';
import { fatal, orEmpty } from '../values/combine.ts';
import { booleanOr, oneOf } from '../values/enum.ts';
import { extensionImageList, mountedImageList, partitionOptionsList } from '../values/image.ts';
import { invertibleNames } from '../values/name-list.ts';
import { absolutePath, bindList, prefixedPathList, temporaryFileSystemList } from '../values/path.ts';
import { rootHash, rootHashSignature } from '../values/root-hash.ts';
import { plainString, string } from '../values/string.ts';
import { type SyscallAction, syscallAction, syscallList } from '../values/syscall-list.ts';
import { words } from '../values/words.ts';
import { combining, entries, everyEntry, into, last, list, renamed } from './setting.ts';
import { allWordsLike, architectureNames, architectures, invertibleWords, textLike, wordsLike } from './checked-words.ts';

/** A unit that asks for what cannot be done with its image is not started at all. */
const unverified = { refused: 'images are not verified by dm-verity here, and not used unverified' } as const;
const unchecked = { refused: 'policies of images cannot be checked here, and images not be used without' } as const;

/** What a service may see and do (systemd.exec(5), "Sandboxing" and "Capabilities"). */
export const sandboxRows = {
  'X-Tysd-Sandbox': into(
    'SandboxPolicy',
    last(orEmpty(oneOf('strict', 'systemd', 'lenient'), undefined), undefined, {
      since: 0,
      meaning: "tysd's own: may it start without what the machine cannot apply: strict (no), systemd (as systemd does), lenient (yes)",
    }),
  ),
  RootImage: last(orEmpty(fatal(absolutePath), ''), '', {
    since: 233,
    meaning: 'Disk image or device mounted as root',
  }),
  RootImageOptions: list(partitionOptionsList, { since: 247, meaning: 'Mount options per partition of RootImage' }),
  RootImagePolicy: last(plainString, '', { since: 254, meaning: 'Which partitions of RootImage may/must be used', status: unchecked }),
  RootHash: last(orEmpty(rootHash, ''), '', { since: 246, meaning: 'dm-verity root hash (hex or file) for RootImage', status: unverified }),
  RootHashSignature: last(orEmpty(rootHashSignature, ''), '', {
    since: 246,
    meaning: 'PKCS7 signature of the root hash',
    status: unverified,
  }),
  RootVerity: last(orEmpty(fatal(absolutePath), ''), '', { since: 246, meaning: 'File with the dm-verity data', status: unverified }),
  RootEphemeral: last(boolean, false, { since: 254, meaning: 'Work on a throw-away copy of the root' }),
  RootMStack: last(orEmpty(fatal(absolutePath), ''), '', {
    since: 260,
    meaning: 'Layered mount stack used as root',
    status: { refused: 'stacks of mounts are not put together here, and a unit not started in another root than it asks for' },
  }),
  ExtensionDirectories: list(prefixedPathList, {
    since: 251,
    meaning: 'Directories overlaid on /usr, /opt, /etc as extensions',
  }),
  ExtensionImages: list(extensionImageList, { since: 248, meaning: 'Images overlaid on the service hierarchy' }),
  ExtensionImagePolicy: last(plainString, '', { since: 254, meaning: 'Image policy for ExtensionImages', status: unchecked }),
  MountImages: list(mountedImageList, {
    since: 247,
    meaning: 'Images mounted at given places: image:mountpoint[:opts]',
  }),
  MountImagePolicy: last(plainString, '', { since: 254, meaning: 'Image policy for MountImages', status: unchecked }),
  RemoveIPC: last(boolean, false, { since: 232, meaning: 'Remove SysV/POSIX IPC objects of user/group on stop' }),
  SecureBits: last(words, undefined, { since: 183, meaning: 'keep-caps, noroot... secure bits' }),
  CapabilityBoundingSet: combining('merge', everyEntry(capabilityList, { since: 183, meaning: 'Bounding set; ~ inverts' })),
  AmbientCapabilities: combining('merge', entries(capabilityList, { since: 229, meaning: 'Ambient set' })),
  KeyringMode: last(oneOf('inherit', 'private', 'shared'), undefined, {
    since: 235,
    meaning: 'Kernel session keyring: inherit, private, shared',
  }),
  ProtectProc: last(oneOf('default', 'noaccess', 'invisible', 'ptraceable'), undefined, {
    since: 247,
    meaning: 'hidepid mode of /proc',
  }),
  ProcSubset: last(oneOf('all', 'pid'), undefined, { since: 247, meaning: 'all or pid' }),
  PrivateBPF: last(boolean, false, { since: 258, meaning: 'Private bpffs instance' }),
  BPFDelegateCommands: last(bpfCommands, undefined, { since: 258, meaning: 'Commands delegated through bpffs' }),
  BPFDelegateMaps: last(bpfMaps, undefined, { since: 258, meaning: 'Map types delegated through bpffs' }),
  BPFDelegatePrograms: last(bpfPrograms, undefined, { since: 258, meaning: 'Program types delegated through bpffs' }),
  BPFDelegateAttachments: last(bpfAttachments, undefined, { since: 258, meaning: 'Attach types delegated through bpffs' }),
  SystemCallFilter: combining(
    'merge',
    entries(syscallList, { since: 187, meaning: 'Allowed system calls, or denied with ~; @groups; name:errno' }),
  ),
  SystemCallArchitectures: list(architectures, { since: 209, meaning: 'Allowed system call ABIs' }),
  SystemCallErrorNumber: last(orEmpty(errorNumber, undefined), undefined, {
    since: 209,
    meaning: 'errno returned instead of killing; kill',
  }),
  SystemCallLog: combining('merge', entries(syscallList, { since: 247, meaning: 'System calls logged' })),
  MemoryDenyWriteExecute: last(boolean, false, { since: 231, meaning: 'Refuse writable+executable mappings' }),
  RestrictNamespaces: combining('merge', entries(namespaces, { since: 233, meaning: 'Namespace types the service may create' })),
  RestrictRealtime: last(boolean, false, { since: 231, meaning: 'Refuse real-time scheduling' }),
  RestrictSUIDSGID: last(boolean, false, { since: 242, meaning: 'Refuse setting SUID/SGID bits' }),
  RestrictAddressFamilies: combining(
    'merge',
    entries(addressFamilies, { since: 211, meaning: 'Allowed socket families, or denied with ~, or none' }),
  ),
  LockPersonality: last(boolean, false, { since: 235, meaning: 'Refuse personality changes' }),
  DelegateNamespaces: combining(
    'merge',
    entries(namespaces, { since: 258, meaning: 'Namespaces owned by the user namespace of the service; not that of processes' }),
  ),
  RestrictFileSystems: combining(
    'merge',
    entries(invertibleNames, {
      since: 250,
      meaning: 'Allowed file system types (BPF LSM), or denied with ~',
    }),
  ),
  ReadWriteDirectories: renamed('ReadWritePaths', { since: 0, meaning: 'Legacy spelling of ReadWritePaths' }),
  ReadOnlyDirectories: renamed('ReadOnlyPaths', { since: 0, meaning: 'Legacy spelling of ReadOnlyPaths' }),
  InaccessibleDirectories: renamed('InaccessiblePaths', { since: 0, meaning: 'Legacy spelling of InaccessiblePaths' }),
  ReadWritePaths: list(prefixedPathList, { since: 231, meaning: 'Paths kept writable' }),
  ReadOnlyPaths: list(prefixedPathList, { since: 231, meaning: 'Paths made read-only' }),
  InaccessiblePaths: list(prefixedPathList, { since: 231, meaning: 'Paths masked' }),
  ExecPaths: list(prefixedPathList, { since: 231, meaning: 'Paths from which execution is allowed' }),
  NoExecPaths: list(prefixedPathList, { since: 231, meaning: 'Paths from which execution is refused' }),
  BindPaths: list(bindList, { since: 233, meaning: 'src[:dst[:rbind|norbind]] bind mounts' }),
  BindReadOnlyPaths: list(bindList, { since: 233, meaning: 'Same, read-only' }),
  TemporaryFileSystem: list(temporaryFileSystemList, { since: 238, meaning: 'path[:opts] tmpfs mounts' }),
  PrivateTmp: last(booleanOr('disconnected'), false, {
    since: 183,
    meaning: 'Private /tmp and /var/tmp (connected, or disconnected tmpfs)',
  }),
  PrivateDevices: last(boolean, false, { since: 209, meaning: 'Minimal private /dev' }),
  ProtectKernelTunables: last(boolean, false, { since: 232, meaning: 'Kernel tunables read-only' }),
  ProtectKernelModules: last(boolean, false, { since: 232, meaning: 'No module loading' }),
  ProtectKernelLogs: last(boolean, false, { since: 244, meaning: 'No kernel log access' }),
  ProtectClock: last(boolean, false, { since: 245, meaning: 'No clock changes' }),
  ProtectControlGroups: last(booleanOr('private', 'strict'), false, {
    since: 232,
    meaning: 'cgroup tree read-only (private/strict: own namespace)',
  }),
  UserNamespacePath: last(orEmpty(absolutePath, ''), '', { since: 259, meaning: 'Join an existing user namespace' }),
  NetworkNamespacePath: last(orEmpty(absolutePath, ''), '', {
    since: 242,
    meaning: 'Join an existing network namespace',
  }),
  IPCNamespacePath: last(orEmpty(absolutePath, ''), '', { since: 248, meaning: 'Join an existing IPC namespace' }),
  PrivateNetwork: last(boolean, false, { since: 183, meaning: 'Private network namespace with only lo' }),
  PrivateUsers: last(booleanOr('self', 'identity', 'full', 'managed'), false, {
    since: 232,
    meaning: 'Private user namespace: self, identity, full, managed',
  }),
  PrivateMounts: last(tristate, undefined, { since: 239, meaning: 'Private mount namespace' }),
  PrivateIPC: last(boolean, false, { since: 248, meaning: 'Private IPC namespace' }),
  PrivatePIDs: last(boolean, false, { since: 257, meaning: 'Private PID namespace' }),
  ProtectSystem: last(booleanOr('full', 'strict'), false, {
    since: 214,
    meaning: 'System directories read-only: yes, full, strict',
  }),
  ProtectHome: last(booleanOr('read-only', 'tmpfs'), false, {
    since: 214,
    meaning: 'Home directories hidden: yes, read-only, tmpfs',
  }),
  MountFlags: last(orEmpty(oneOf('shared', 'slave', 'private'), undefined), undefined, {
    since: 183,
    meaning: 'Mount propagation: shared, slave, private',
  }),
  MountAPIVFS: last(tristate, undefined, { since: 233, meaning: 'Mount /proc, /sys, /dev in the namespace' }),
  BindLogSockets: last(tristate, undefined, { since: 257, meaning: 'Bind the journal sockets into the namespace' }),
  Personality: last(orEmpty(personality, ''), '', { since: 209, meaning: 'ABI personality reported by uname' }),
  SELinuxContext: last(string, '', { since: 209, meaning: 'SELinux label for exec; leading - ignores errors' }),
  AppArmorProfile: last(string, '', { since: 210, meaning: 'AppArmor profile; leading - ignores errors' }),
  SmackProcessLabel: last(string, '', { since: 218, meaning: 'SMACK label; leading - ignores errors' }),
  ProtectHostname: last(hostnameProtection, '', { since: 242, meaning: 'Private/immutable hostname' }),
};

/** RestrictNamespaces= and DelegateNamespaces=: all or none, or a list that `~` inverts. */
function namespaces(text: string, context: ValueContext): Result<boolean | InvertibleList, ValueError> {
  const all = boolean(text, context);
  return all.ok
    ? all
    : invertibleWords(allWordsLike(/^(cgroup|ipc|net|mnt|pid|user|uts|time)$/, 'a kind of namespace such as net or user'))(text, context);
}

/** No error is none; a call that fails with it would seem to have worked. */
function errorNumber(text: string, context: ValueContext): Result<SyscallAction, ValueError> {
  const action = syscallAction(text, context);
  return action.ok && action.value === 0 ? refuse('expected the name or number of an error such as EPERM, or kill') : action;
}

function isFamily(word: string): boolean {
  return addressFamily(word) !== undefined;
}

function addressFamilies(text: string, context: ValueContext): Result<InvertibleList, ValueError> {
  if (text === 'none') return ok({ invert: false, names: ['none'] });
  return invertibleWords(wordsLike({ test: isFamily }, 'an address family such as AF_INET'))(text, context);
}

function hostnameProtection(text: string, context: ValueContext): Result<string, ValueError> {
  const protect = boolean(text, context);
  if (protect.ok) return ok(protect.value ? 'yes' : 'no');
  return textLike(/^private(:.+)?$/, 'a boolean, private or private:NAME')(text, context);
}

function personality(text: string, context: ValueContext): Result<string, ValueError> {
  return textLike({ test: (word) => architectureNames.has(word) }, 'an architecture such as x86-64')(text, context);
}
