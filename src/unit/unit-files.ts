import type { FileStamp } from '../base/file-stamp.ts';

/** What the loader must know of a path. */
export interface UnitFileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'character' | 'block' | 'missing';
  readonly size: number;
  readonly mtimeUsec: number;
}

/** What a directory has under a name, itself and not what it leads to. */
export interface UnitFileEntry {
  readonly name: string;
  readonly kind: UnitFileStat['kind'];
}

/** Whether the file is empty or a link to /dev/null, and so hides files of its name in weaker directories. */
export function isMasking(files: Pick<UnitFiles, 'statFollow'>, path: string): boolean {
  const { kind, size } = files.statFollow(path);
  return kind === 'character' || kind === 'block' || (kind === 'file' && size === 0);
}

/** The loader's only way to the file system; port/files.ts's Files satisfies it, and so does a map in a test. */
export interface UnitFiles {
  /** At most `limit` bytes of a regular file, or undefined where there is none that can be read; never blocks. */
  read(path: string, limit?: number): Uint8Array | undefined;
  /** The same, with what tells what was read from what may be there later; without that where it changed too lately to be told. */
  readStamped(path: string, limit?: number): { readonly bytes: Uint8Array; readonly stamp: FileStamp | undefined } | undefined;
  /** What tells the file that the path leads to now from any other; undefined where it leads to none. */
  stampOf(path: string): FileStamp | undefined;
  /** Names in a directory, sorted; empty where there is none. */
  list(path: string): readonly string[];
  /** The same with what each name is. */
  entries(path: string): readonly UnitFileEntry[];
  /** Without following a symlink. */
  stat(path: string): UnitFileStat;
  /** Following symlinks. */
  statFollow(path: string): UnitFileStat;
  /** The target of a symlink as written. */
  readLink(path: string): string | undefined;
  /** The path with all symlinks resolved, or undefined where that fails. */
  realPath(path: string): string | undefined;
}
