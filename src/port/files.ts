import type { FileStamp } from '../base/file-stamp.ts';

/** What a path is, without following a symlink in its last component. */
export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'character' | 'block' | 'missing';
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly mtimeUsec: number;
  readonly inode: number;
  readonly device: number;
  /** Of a device node: which device it is, as a dev_t. */
  readonly rdev: bigint;
}

/** The door to the file system, as far as the manager itself touches it. Everything is synchronous: unit files are few and small. */
export interface Files {
  /** The content, or undefined where there is no readable regular file. Reads at most `limit` bytes and never blocks on a FIFO or device. */
  read(path: string, limit?: number): Uint8Array | undefined;
  /** The same, with what the file is that was read, whatever the path leads to by now. */
  readWithStat(path: string, limit?: number): { readonly bytes: Uint8Array; readonly stat: FileStat } | undefined;
  /** `read`, with what tells what was read from what may be there later; without that where it changed too lately to be told. */
  readStamped(path: string, limit?: number): { readonly bytes: Uint8Array; readonly stamp: FileStamp | undefined } | undefined;
  /** What tells the file that the path leads to now from any other; undefined where it leads to none. */
  stampOf(path: string): FileStamp | undefined;
  /** Names in a directory, sorted; empty where there is none. */
  list(path: string): readonly string[];
  /** The same with what each name is, as lstat(2) tells it. */
  entries(path: string): readonly { readonly name: string; readonly kind: FileStat['kind'] }[];
  /** lstat(2). */
  stat(path: string): FileStat;
  /** stat(2). */
  statFollow(path: string): FileStat;
  /** The target of a symlink as written, or undefined. */
  readLink(path: string): string | undefined;
  /** The path with all symlinks resolved, or undefined. */
  realPath(path: string): string | undefined;
  /** access(2); mode is a sum of 4 read, 2 write, 1 execute. */
  access(path: string, mode: number): boolean;
  /** Writes a file whole: by a temporary name and rename(2). Throws with a message for people. */
  write(path: string, bytes: Uint8Array | string, mode?: number): void;
  /** Makes or replaces a symlink, with its parent directories. */
  symlink(target: string, path: string): void;
  mkdir(path: string, mode?: number): void;
  /** Removes a file or link; a missing one is no error. */
  unlink(path: string): void;
  rmdir(path: string): void;
  /** Calls `changed` when something at or directly in the path changes; the path may come into being later. Returns what undoes it. */
  watch(path: string, changed: () => void): () => void;
}
