/** The options of a mount, one by one; a comma behind a backslash belongs to the option (fstab(5), systemd.mount(5)). */
export function splitOptions(options: string): readonly string[] {
  const found: string[] = [];
  let option = '';
  for (let at = 0; at < options.length; at++) {
    const char = options.charAt(at);
    if (char === '\\' && (options[at + 1] === ',' || options[at + 1] === '\\')) {
      at += 1;
      option += options.charAt(at);
    } else if (char === ',') {
      found.push(option);
      option = '';
    } else option += char;
  }
  return [...found, option].filter((each) => each !== '');
}

/** Whether one of these options is there, with a value or without. */
export function hasOption(options: string, ...names: readonly string[]): boolean {
  return splitOptions(options).some((option) => names.includes(nameOf(option)));
}

/** The last value of an option; undefined where it is not given. */
export function optionValue(options: string, name: string): string | undefined {
  const found = splitOptions(options).findLast((option) => option.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** The options without those of these names. */
export function withoutOptions(options: string, names: readonly string[]): string {
  return splitOptions(options)
    .filter((option) => !names.includes(nameOf(option)))
    .map((option) => option.replaceAll(',', '\\,'))
    .join(',');
}

/** What decides how a mount is ordered: where it comes from and by which options. */
export interface MountSource {
  readonly What: string;
  readonly Type: string;
  readonly Options: string;
}

/** The file system is on another machine, so the network comes first. */
export function isNetworkMount({ Type, Options }: MountSource): boolean {
  return hasOption(Options, '_netdev') || networkTypes.has(Type.replace(/^fuse\./, ''));
}

/** A place of the file system is to be seen at another place as well. */
export function isBindMount({ Type, Options }: MountSource): boolean {
  return Type === 'bind' || Type === 'rbind' || hasOption(Options, 'bind', 'rbind');
}

/** A path below /dev or /sys, as a device has one. */
export function isDevicePath(path: string): boolean {
  return /^\/(dev|sys)\/./.test(path);
}

/** What is mounted by the manager or the container around it, and so is nobody's unit. */
export function isApiMount(where: string): boolean {
  return apiPlaces.has(where) || /^\/(sys\/fs\/cgroup|run\/host)\//.test(where);
}

const apiPlaces: ReadonlySet<string> = new Set([
  '/proc',
  '/proc/kmsg',
  '/proc/sys',
  '/proc/sys/kernel/random/boot_id',
  '/sys',
  '/sys/kernel/security',
  '/sys/fs/smackfs',
  '/sys/fs/selinux',
  '/sys/fs/cgroup',
  '/sys/fs/pstore',
  '/sys/fs/bpf',
  '/sys/firmware/efi/efivars',
  '/dev',
  '/dev/console',
  '/dev/shm',
  '/dev/pts',
  '/run',
  '/run/host',
  '/run/lock',
]);

const networkTypes: ReadonlySet<string> = new Set(
  'afs ceph cifs smb3 smbfs sshfs ncpfs ncp nfs nfs4 gfs gfs2 glusterfs pvfs2 ocfs2 lustre davfs'.split(' '),
);

function nameOf(option: string): string {
  const equals = option.indexOf('=');
  return equals < 0 ? option : option.slice(0, equals);
}
