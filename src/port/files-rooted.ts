import { followLinks } from '../base/follow-links.ts';
import type { Files, FileStat } from './files.ts';

/** The same file system as if `root`, a path without a final slash, were its root, for `--root=`: paths go in and come out without it. */
export function rootedFiles(files: Files, root: string): Files {
  return {
    read: (path, limit) => at(resolve(path), (found) => files.read(found, limit)),
    readWithStat: (path, limit) => at(resolve(path), (found) => files.readWithStat(found, limit)),
    readStamped: (path, limit) => at(resolve(path), (found) => files.readStamped(found, limit)),
    stampOf: (path) => at(resolve(path), (found) => files.stampOf(found)),
    list: (path) => at(resolve(path), (found) => files.list(found)) ?? [],
    entries: (path) => at(resolve(path), (found) => files.entries(found)) ?? [],
    stat: (path) => at(beside(path), (found) => files.stat(found)) ?? missing,
    statFollow: (path) => at(resolve(path), (found) => files.stat(found)) ?? missing,
    readLink: (path) => at(beside(path), (found) => files.readLink(found)),
    realPath: (path) => at(resolve(path), (found) => (files.stat(found).kind === 'missing' ? undefined : found.slice(root.length) || '/')),
    access: (path, mode) => at(resolve(path), (found) => files.access(found, mode)) ?? false,
    write: (path, bytes, mode) => files.write(target(path), bytes, mode),
    symlink: (text, path) => files.symlink(text, target(path)),
    mkdir: (path, mode) => files.mkdir(target(path), mode),
    unlink: (path) => files.unlink(target(path)),
    rmdir: (path) => files.rmdir(target(path)),
    watch: (path, changed) => files.watch(target(path), changed),
  };

  function target(path: string): string {
    const found = beside(path);
    if (found === undefined) throw new Error(`${path}: its links lead round in a circle`);
    return found;
  }

  /** The path itself, with the links in its directory followed. */
  function beside(path: string): string | undefined {
    const slash = path.lastIndexOf('/');
    const directory = resolve(path.slice(0, slash));
    return directory === undefined ? undefined : `${directory}${path.slice(slash)}`;
  }

  /** Follows links by hand, since an absolute target means a path below the root; undefined where they lead round in a circle. */
  function resolve(path: string): string | undefined {
    const walked = followLinks(path, (link) => files.readLink(`${root}${link}`));
    return walked === undefined ? undefined : `${root}${walked}`;
  }
}

const missing: FileStat = { kind: 'missing', size: 0, mode: 0, uid: 0, mtimeUsec: 0, inode: 0, device: 0, rdev: 0n };

function at<T>(path: string | undefined, ask: (path: string) => T): T | undefined {
  return path === undefined ? undefined : ask(path);
}
