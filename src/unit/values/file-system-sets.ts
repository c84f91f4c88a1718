import { type InvertibleList, mergedNames, type MergedNames } from './name-list.ts';

/** A set of types of file systems that has a name. */
export interface FileSystemSet {
  readonly help: string;
  readonly types: readonly string[];
}

const words = (text: string): readonly string[] => text.split(' ');

/** The sets that RestrictFileSystems= knows (systemd.exec(5)), in the order in which systemd lists them; `@known` has all that are in others. */
export const fileSystemSets: Readonly<Record<string, FileSystemSet>> = withKnown({
  '@basic-api': { help: 'Basic interfaces of the kernel', types: words('cgroup cgroup2 devpts devtmpfs mqueue proc sysfs') },
  '@anonymous': { help: 'What is behind pipes, sockets and other descriptors without a path', types: words('anon_inodefs pipefs sockfs') },
  '@application': { help: 'What programs make or put together', types: words('autofs fuse overlay') },
  '@auxiliary-api': {
    help: 'Other interfaces of the kernel',
    types: words('binfmt_misc configfs efivarfs fusectl hugetlbfs rpc_pipefs securityfs'),
  },
  '@common-block': {
    help: 'File systems on disks, of today',
    types: words('btrfs erofs exfat ext4 f2fs iso9660 ntfs3 squashfs udf vfat xfs'),
  },
  '@historical-block': { help: 'File systems on disks, of former days', types: words('ext2 ext3 minix') },
  '@network': {
    help: 'File systems of other machines',
    types: words('afs ceph cifs gfs gfs2 ncp ncpfs nfs nfs4 ocfs2 orangefs pvfs2 smb3 smbfs'),
  },
  '@privileged-api': { help: 'Interfaces of the kernel for those who may do more', types: words('bpf debugfs pstore tracefs') },
  '@security': { help: 'Interfaces of security modules', types: words('apparmorfs selinuxfs smackfs') },
  '@temporary': { help: 'File systems in memory', types: words('ramfs tmpfs') },
});

/** What lines of RestrictFileSystems= come to, with sets as the types that are in them. */
export interface RestrictedFileSystems extends MergedNames {
  /** Names of sets that there are not. */
  readonly unknownSets: readonly string[];
}

export function restrictedFileSystems(lists: readonly InvertibleList[]): RestrictedFileSystems {
  const unknownSets: string[] = [];
  const expandedLists = lists.map(({ invert, names }) => ({
    invert,
    names: names.flatMap((name) => {
      const set = Object.hasOwn(fileSystemSets, name) ? fileSystemSets[name] : undefined;
      if (set !== undefined) return set.types;
      if (!name.startsWith('@')) return [name];
      unknownSets.push(name);
      return [];
    }),
  }));
  return lists.length === 0 ? { inverted: true, names: new Set(), unknownSets } : { ...mergedNames(expandedLists), unknownSets };
}

function withKnown(sets: Readonly<Record<string, FileSystemSet>>): Readonly<Record<string, FileSystemSet>> {
  const known = [...new Set(Object.values(sets).flatMap(({ types }) => types))].toSorted();
  return { ...sets, '@known': { help: 'All that are in one of the sets', types: known } };
}
