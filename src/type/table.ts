/** What the kernel tells of in files of its own, and units follow: they come and go with what anybody does. */
export type TableName = 'mounts' | 'swaps' | 'devices';

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

/** One name of a device, as udev's database has it; or of one that is mounted or swapped to, which nobody has told of. */
export interface DeviceEntry {
  readonly table: 'devices';
  /** Where it is in /sys; empty where that is not known. */
  readonly what: string;
  /** The path that the unit's name stands for. */
  readonly path: string;
  /** udev tells of it. */
  readonly isPlugged: boolean;
  readonly description: string;
  /** Units that it wants. */
  readonly wants: readonly string[];
  /** The unit by its path in /sys; empty for that itself. */
  readonly following: string;
}

export type TableEntry = MountEntry | SwapEntry | DeviceEntry;
