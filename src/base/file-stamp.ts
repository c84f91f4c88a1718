/** What tells a file, as it was at some moment, from what is under its path later. Times are milliseconds since 1970, with their fraction. */
export interface FileStamp {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  readonly modifiedMs: number;
  /** Nobody can set this one: it changes with the content, the owner, the mode and the name. */
  readonly changedMs: number;
}

/** File systems that have no fractions of a second have even seconds only, at worst. */
const coarseMs = 2000;
/** The kernel takes the time of a change from its last tick, of which there are a hundred in a second or more. */
const fineMs = 100;

/**
 * Whether whatever changes a file at this time or later gives it another stamp. Not so where it has changed just before: two changes
 * within a tick of the clock have the same time.
 */
export function isSettled({ modifiedMs, changedMs }: FileStamp, nowMs: number): boolean {
  const isCoarse = modifiedMs % 1000 === 0 && changedMs % 1000 === 0;
  return Math.max(modifiedMs, changedMs) < nowMs - fineMs - (isCoarse ? coarseMs : 0);
}

/** Whether it is the same file, unchanged, if the first stamp was settled when it was taken. */
export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.changedMs === b.changedMs && a.inode === b.inode && a.modifiedMs === b.modifiedMs && a.size === b.size && a.device === b.device;
}
