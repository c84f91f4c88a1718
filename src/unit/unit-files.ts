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

/** The loader's only way to the file system; port/files.ts's Files satisfies it, and so does a map in a test. */
export interface UnitFiles {
  /** At most `limit` bytes of a regular file, or undefined where there is none that can be read; never blocks. */
  read(path: string, limit?: number): Uint8Array | undefined;
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
