import { condition } from '../values/condition.ts';
import type { Condition } from '../values/types.ts';
import { entries, into, type SharedSetting } from './setting.ts';

/** What Condition*= and Assert*= can ask: the kind of argument, the release that brought each of the two, and when it holds. */
const kinds: Readonly<
  Record<string, { readonly argument: 'path' | 'text'; readonly since: number; readonly assertSince?: number; readonly holds: string }>
> = {
  PathExists: { argument: 'path', since: 244, assertSince: 218, holds: 'path exists' },
  PathExistsGlob: { argument: 'path', since: 244, assertSince: 218, holds: 'at least one path matches the glob' },
  PathIsDirectory: { argument: 'path', since: 244, assertSince: 218, holds: 'path is a directory' },
  PathIsSymbolicLink: { argument: 'path', since: 244, assertSince: 218, holds: 'path is a symlink' },
  PathIsMountPoint: { argument: 'path', since: 244, assertSince: 218, holds: 'path is a mount point' },
  PathIsReadWrite: { argument: 'path', since: 244, assertSince: 218, holds: 'file system of the path is writable' },
  PathIsEncrypted: { argument: 'path', since: 246, assertSince: 218, holds: 'backing block device of the path is encrypted' },
  PathIsSocket: { argument: 'path', since: 260, assertSince: 260, holds: 'path is a socket inode' },
  DirectoryNotEmpty: { argument: 'path', since: 244, assertSince: 218, holds: 'directory exists and has visible entries' },
  FileNotEmpty: { argument: 'path', since: 244, assertSince: 218, holds: 'regular file with non-zero size' },
  FileIsExecutable: { argument: 'path', since: 244, assertSince: 218, holds: 'regular file with an execute bit' },
  NeedsUpdate: { argument: 'path', since: 244, assertSince: 218, holds: '/usr is newer than <dir>/.updated (offline update needed)' },
  FirstBoot: { argument: 'text', since: 244, assertSince: 218, holds: 'machine has no initialised /etc (boolean)' },
  Architecture: { argument: 'text', since: 201, assertSince: 218, holds: 'kernel architecture equals the identifier (or native)' },
  Firmware: { argument: 'text', since: 249, holds: 'uefi, device-tree, device-tree-compatible(..) or smbios-field(..)' },
  Virtualization: { argument: 'text', since: 244, assertSince: 218, holds: 'yes/no, vm, container, private-users, or a technology id' },
  Host: { argument: 'text', since: 244, assertSince: 218, holds: 'hostname glob, machine id, boot id or product uuid' },
  Fraction: { argument: 'text', since: 261, assertSince: 261, holds: 'stable pseudo-random subset of machines: [TAG ]PERCENT' },
  KernelCommandLine: { argument: 'text', since: 244, assertSince: 218, holds: 'kernel command line has the word or word=value' },
  KernelVersion: {
    argument: 'text',
    since: 244,
    assertSince: 218,
    holds: 'kernel release compare list (ops or glob); legacy name of Version',
  },
  Version: { argument: 'text', since: 258, assertSince: 258, holds: 'compare systemd/kernel/glibc version: [component] ops' },
  Credential: { argument: 'text', since: 252, assertSince: 218, holds: 'a credential of that name was passed to the manager' },
  Security: {
    argument: 'text',
    since: 201,
    assertSince: 218,
    holds: 'selinux, apparmor, tomoyo, smack, ima, audit, uefi-secureboot, tpm2, cvm, measured-uki, measured-os',
  },
  Capability: { argument: 'text', since: 244, assertSince: 218, holds: 'capability is in the manager bounding set' },
  ACPower: { argument: 'text', since: 244, assertSince: 218, holds: 'on mains power (boolean)' },
  Memory: { argument: 'text', since: 244, assertSince: 218, holds: 'physical memory compared with a size' },
  CPUFeature: { argument: 'text', since: 248, assertSince: 218, holds: '[arch.]feature flag present' },
  CPUs: { argument: 'text', since: 244, assertSince: 218, holds: 'number of CPUs in the affinity mask compared' },
  Environment: { argument: 'text', since: 246, assertSince: 218, holds: 'manager environment has VAR or VAR=value' },
  User: { argument: 'text', since: 244, assertSince: 218, holds: 'manager runs as the user (name, id, root, @system)' },
  Group: { argument: 'text', since: 244, assertSince: 218, holds: 'manager is in the group' },
  ControlGroupController: { argument: 'text', since: 244, assertSince: 218, holds: 'cgroup controllers available, or v1/v2' },
  OSRelease: { argument: 'text', since: 249, assertSince: 218, holds: 'os-release key comparisons' },
  MachineTag: { argument: 'text', since: 261, assertSince: 261, holds: 'a machine-info tag matches the glob' },
  MemoryPressure: { argument: 'text', since: 250, assertSince: 218, holds: 'memory PSI at or below limit [slice:]pct[/span]' },
  CPUPressure: { argument: 'text', since: 250, assertSince: 218, holds: 'CPU PSI at or below limit [slice:]pct[/span]' },
  IOPressure: { argument: 'text', since: 250, assertSince: 218, holds: 'IO PSI at or below limit [slice:]pct[/span]' },
  KernelModuleLoaded: { argument: 'text', since: 258, assertSince: 258, holds: 'kernel module is loaded or built in' },
};

/** Condition*=: a start whose conditions do not hold is skipped without failing. */
export const conditionRows: { readonly [kind: `Condition${string}`]: SharedSetting<'Conditions', readonly Condition[]> } =
  Object.fromEntries(
    Object.entries(kinds).map(([kind, { argument, since, holds }]) => [
      `Condition${kind}`,
      into('Conditions', entries(condition(kind, argument), { since, meaning: `Skip the start quietly unless: ${holds}` })),
    ]),
  );

/** Assert*=: a start whose asserts do not hold fails. */
export const assertRows: { readonly [kind: `Assert${string}`]: SharedSetting<'Asserts', readonly Condition[]> } = Object.fromEntries(
  Object.entries(kinds).flatMap(([kind, { argument, assertSince: since, holds }]) =>
    since === undefined
      ? []
      : [[`Assert${kind}`, into('Asserts', entries(condition(kind, argument), { since, meaning: `Fail the start unless: ${holds}` }))]],
  ),
);
