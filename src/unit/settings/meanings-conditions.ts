/** What each condition asks, as the end of "only if"; for `explain`. */
const asked: Readonly<Record<string, string>> = {
  PathExists: 'something is at the path',
  PathExistsGlob: 'some path fits the pattern',
  PathIsDirectory: 'the path is a directory',
  PathIsSymbolicLink: 'the path is a symbolic link',
  PathIsMountPoint: 'something is mounted at the path',
  PathIsReadWrite: 'the file system that the path is in can be written to',
  PathIsEncrypted: 'the block device below the path is encrypted',
  PathIsSocket: 'the path is a socket',
  DirectoryNotEmpty: 'the path is a directory with entries that are not hidden',
  FileNotEmpty: 'the path is a file with something in it',
  FileIsExecutable: 'the path is a file that may be executed',
  NeedsUpdate: '/usr is newer than what the directory (/etc or /var) was updated for last, so that it has to be updated',
  FirstBoot: 'this is the first boot of the machine, with an /etc that is not set up yet (or, with no, if it is a later one)',
  Architecture: 'the kernel runs on this architecture, as x86-64 or arm64; native is that of the manager',
  Firmware: 'the machine was started by firmware of this kind: uefi, device-tree, one with this device tree, or with this field of SMBIOS',
  Virtualization:
    'the machine is virtual in this way: any (yes), none (no), vm, container, private-users, or a product such as kvm or docker',
  Host: 'the machine has this host name (a pattern), machine id, boot id or product UUID',
  Fraction:
    'the machine is among this percentage of all machines. Which ones are, is random, but stays the same; with another word in front it is others',
  KernelCommandLine: 'the command line of the kernel has this word, or this assignment',
  KernelVersion: 'the release of the kernel fits: after a comparison such as >= or as a pattern',
  Version:
    'the version of systemd, of the kernel or of the C library fits the comparison; tysd counts as the systemd that it stands in for',
  Credential: 'the manager was given a credential of this name',
  Security: 'this security technology is in use, as selinux, apparmor, ima, audit, uefi-secureboot or tpm2',
  Capability: 'the manager may have this capability',
  ACPower: 'the machine runs on mains power (or, with no, if it does not)',
  Memory: 'the machine has so much memory; a comparison such as >= may come first',
  CPUFeature: 'the processor has this feature, as rdrand',
  CPUs: 'so many processors may be used; a comparison such as >= may come first',
  Environment: 'the environment of the manager has this variable, or this assignment',
  User: 'the manager runs as this user: a name, a number, or @system for one of the system',
  Group: 'the manager is in this group: a name, a number, or @system for one of the system',
  ControlGroupController: 'these controllers of cgroups are there, or (v1, v2) this version of cgroups',
  OSRelease: 'a field of os-release fits the comparison, as ID=debian or VERSION_ID>=12',
  MachineTag: 'the machine has a tag (TAGS= of machine-info) that fits the pattern',
  MemoryPressure: 'processes waited at most this percentage of the last minutes for memory; a slice may be named, and 10s, 1min or 5min',
  CPUPressure: 'processes waited at most this percentage of the last minutes for a processor; a slice may be named, and 10s, 1min or 5min',
  IOPressure: 'processes waited at most this percentage of the last minutes for block devices; a slice may be named, and 10s, 1min or 5min',
  KernelModuleLoaded: 'the kernel has this module, loaded or built in',
};

/** There is no `Assert…=` of these. */
const onlyConditions: ReadonlySet<string> = new Set(['Firmware']);

const skipped = 'else the start is skipped, which is no failure. With ! in front the opposite.';
const failed = 'else the start fails. With ! in front the opposite.';

/** The meanings of `Condition…=` and `Assert…=`. */
export const conditionMeanings: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(asked).flatMap(([name, clause]) => [
    [`Condition${name}`, `The unit is started only if ${clause}; ${skipped}`],
    ...(onlyConditions.has(name) ? [] : [[`Assert${name}`, `The unit is started only if ${clause}; ${failed}`]]),
  ]),
);
