/** What the kernel tells of in files of its own, and units follow: they come and go with what anybody does. */
export type TableName = 'mounts' | 'swaps';

/** One mount, as /proc/self/mountinfo and /run/mount/utab have it; of those on one mount point the last. */
export interface MountEntry {
  readonly table: 'mounts';
  readonly where: string;
  readonly what: string;
  readonly type: string;
  readonly options: string;
}

/** One swap area, as /proc/swaps has it. */
export interface SwapEntry {
  readonly table: 'swaps';
  readonly what: string;
  readonly priority: number;
}

export type TableEntry = MountEntry | SwapEntry;
