import { unreachable } from '../base/assert.ts';
import type { FileStamp } from '../base/file-stamp.ts';
import type { FileStat, Files } from './files.ts';

type Node =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mode: number; readonly uid: number; readonly mtimeUsec: number }
  | { readonly kind: 'symlink'; readonly target: string; readonly mtimeUsec: number }
  | { readonly kind: 'directory'; readonly mtimeUsec: number }
  | { readonly kind: 'live'; readonly read: () => string };

/** A file system in memory. */
export class FakeFiles implements Files {
  readonly #nodes = new Map<string, Node>([['/', { kind: 'directory', mtimeUsec: 0 }]]);
  readonly #watches = new Map<string, Set<() => void>>();
  /** Without symlinks each path that is there is a real one. */
  #hasSymlinks = false;
  readonly #trees = new Map<string, (below: string) => string | undefined>();
  #time = 1;
  /** Hears of each file that is written, made or removed. */
  onChange: (path: string) => void = () => {};

  /** Begins with these files; a value that begins with `-> ` is a symlink. */
  constructor(content: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(content)) {
      if (text.startsWith('-> ')) this.symlink(text.slice(3), path);
      else this.write(path, text);
    }
  }

  /** A file whose content is made at each reading, as in /proc. */
  live(path: string, read: () => string): void {
    this.#makeParents(path);
    this.#nodes.set(path, { kind: 'live', read });
  }

  /** A directory in which each file is made at its reading, by the path below it; it cannot be listed. */
  liveTree(directory: string, read: (below: string) => string | undefined): void {
    this.mkdir(directory);
    this.#trees.set(`${directory}/`, read);
  }

  read(path: string, limit = Infinity): Uint8Array | undefined {
    const node = this.#follow(path);
    if (node?.kind === 'live') return encode(node.read());
    return node?.kind === 'file' ? node.bytes.subarray(0, Math.min(limit, node.bytes.length)) : undefined;
  }

  readWithStat(path: string, limit = Infinity): { readonly bytes: Uint8Array; readonly stat: FileStat } | undefined {
    const bytes = this.read(path, limit);
    return bytes === undefined ? undefined : { bytes, stat: this.statFollow(path) };
  }

  readStamped(path: string, limit = Infinity): { readonly bytes: Uint8Array; readonly stamp: FileStamp | undefined } | undefined {
    const bytes = this.read(path, limit);
    return bytes === undefined ? undefined : { bytes, stamp: this.stampOf(path) };
  }

  /** No two changes have the same time here. What is made at each reading has no stamp. */
  stampOf(path: string): FileStamp | undefined {
    const node = this.#follow(path);
    if (node?.kind !== 'file') return undefined;
    return { device: 0, inode: 0, size: node.bytes.length, modifiedMs: node.mtimeUsec / 1000, changedMs: node.mtimeUsec / 1000 };
  }

  list(path: string): readonly string[] {
    const real = this.realPath(path);
    if (real === undefined || this.#nodes.get(real)?.kind !== 'directory') return [];
    const prefix = real === '/' ? '/' : `${real}/`;
    const names: string[] = [];
    for (const each of this.#nodes.keys()) {
      if (each !== '/' && each.startsWith(prefix) && !each.slice(prefix.length).includes('/')) names.push(each.slice(prefix.length));
    }
    return names.toSorted();
  }

  entries(path: string): readonly { readonly name: string; readonly kind: FileStat['kind'] }[] {
    return this.list(path).map((name) => ({ name, kind: this.stat(`${path}/${name}`).kind }));
  }

  stat(path: string): FileStat {
    const parent = this.realPath(path.slice(0, path.lastIndexOf('/')) || '/');
    const name = path.slice(path.lastIndexOf('/') + 1);
    const real = parent === undefined ? undefined : name === '' ? parent : `${parent === '/' ? '' : parent}/${name}`;
    return statOf(real === undefined ? undefined : this.#nodes.get(real));
  }

  statFollow(path: string): FileStat {
    return statOf(this.#follow(path));
  }

  readLink(path: string): string | undefined {
    const parent = this.realPath(path.slice(0, path.lastIndexOf('/')) || '/');
    const node = parent === undefined ? undefined : this.#nodes.get(`${parent === '/' ? '' : parent}${path.slice(path.lastIndexOf('/'))}`);
    return node?.kind === 'symlink' ? node.target : undefined;
  }

  realPath(path: string): string | undefined {
    return this.#resolve(path, 0);
  }

  access(path: string, mode: number): boolean {
    const stat = this.statFollow(path);
    return stat.kind !== 'missing' && ((mode & 1) === 0 || (stat.mode & 0o111) !== 0);
  }

  write(path: string, bytes: Uint8Array | string, mode = 0o644): void {
    this.#makeParents(path);
    const content = typeof bytes === 'string' ? encode(bytes) : bytes;
    this.#nodes.set(path, { kind: 'file', bytes: content, mode, uid: 0, mtimeUsec: this.#tick() });
    this.#changed(path);
  }

  symlink(target: string, path: string): void {
    this.#makeParents(path);
    this.#hasSymlinks = true;
    this.#nodes.set(path, { kind: 'symlink', target, mtimeUsec: this.#tick() });
    this.#changed(path);
  }

  mkdir(path: string): void {
    this.#makeParents(`${path}/.`);
    this.#changed(path);
  }

  unlink(path: string): void {
    this.#nodes.delete(path);
    this.#touchParent(path);
    this.#changed(path);
  }

  rmdir(path: string): void {
    if (this.list(path).length > 0) throw new Error(`${path}: the directory is not empty`);
    this.#nodes.delete(path);
    this.#touchParent(path);
  }

  watch(path: string, changed: () => void): () => void {
    const watchers = this.#watches.get(path) ?? new Set();
    watchers.add(changed);
    this.#watches.set(path, watchers);
    return () => watchers.delete(changed);
  }

  #follow(path: string): Node | undefined {
    for (const [prefix, read] of this.#trees) {
      const text = path.startsWith(prefix) && !this.#nodes.has(path) ? read(path.slice(prefix.length)) : undefined;
      if (text !== undefined) return { kind: 'live', read: () => text };
    }
    const real = this.realPath(path);
    return real === undefined ? undefined : this.#nodes.get(real);
  }

  #resolve(path: string, depth: number): string | undefined {
    if (!this.#hasSymlinks && this.#nodes.has(path)) return path;
    if (depth > 40 || !path.startsWith('/')) return undefined;
    let real = '/';
    for (const part of path.split('/').filter((each) => each !== '' && each !== '.')) {
      if (part === '..') {
        real = real.slice(0, real.lastIndexOf('/')) || '/';
        continue;
      }
      const next = `${real === '/' ? '' : real}/${part}`;
      const node = this.#nodes.get(next);
      if (node === undefined) return undefined;
      const target = node.kind === 'symlink' ? absolute(node.target, real) : next;
      const resolved = node.kind === 'symlink' ? this.#resolve(target, depth + 1) : next;
      if (resolved === undefined) return undefined;
      real = resolved;
    }
    return real;
  }

  #makeParents(path: string): void {
    const parts = path.split('/').slice(1, -1);
    let parent = '';
    for (const part of parts) {
      parent += `/${part}`;
      if (this.#nodes.has(parent)) continue;
      this.#nodes.set(parent, { kind: 'directory', mtimeUsec: this.#tick() });
      this.#touchParent(parent);
    }
    this.#touchParent(path);
  }

  #touchParent(path: string): void {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    if (this.#nodes.get(parent)?.kind === 'directory') this.#nodes.set(parent, { kind: 'directory', mtimeUsec: this.#tick() });
  }

  #changed(path: string): void {
    this.onChange(path);
    for (const watched of [path, path.slice(0, path.lastIndexOf('/')) || '/']) {
      for (const watcher of this.#watches.get(watched) ?? []) watcher();
    }
  }

  /** What is changed from now on was so after this time, in µs since 1970. */
  laterThan(realtimeUsec: number): void {
    this.#time = Math.max(this.#time, realtimeUsec);
  }

  #tick(): number {
    this.#time += 1;
    return this.#time;
  }
}

function absolute(target: string, directory: string): string {
  return target.startsWith('/') ? target : `${directory}/${target}`;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function statOf(node: Node | undefined): FileStat {
  const blank = { size: 0, mode: 0, uid: 0, mtimeUsec: 0, inode: 0, device: 0, rdev: 0n };
  switch (node?.kind) {
    case undefined:
      return { kind: 'missing', ...blank };
    case 'file':
      return {
        ...blank,
        kind: 'file',
        size: node.bytes.length,
        mode: node.mode,
        uid: node.uid,
        mtimeUsec: node.mtimeUsec,
        inode: node.mtimeUsec,
      };
    case 'live':
      return { ...blank, kind: 'file', mode: 0o444 };
    case 'symlink':
      return { ...blank, kind: 'symlink', mode: 0o777, mtimeUsec: node.mtimeUsec };
    case 'directory':
      return { ...blank, kind: 'directory', mode: 0o755, mtimeUsec: node.mtimeUsec };
    default:
      return unreachable(node);
  }
}
