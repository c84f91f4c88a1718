import type { FileStamp } from '../../src/base/file-stamp.ts';
import type { UnitFileEntry, UnitFileStat, UnitFiles } from '../../src/unit/unit-files.ts';

/** What stands at a path: text or bytes of a file, a symlink, a special file, or a file that nobody may read. */
export type Node =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly special: 'fifo' | 'socket' | 'character' | 'directory' }
  | { readonly unreadable: true };

/** A file tree in memory, with the directories that its paths imply. */
export class Tree implements UnitFiles {
  /** How often each call was made, for tests of what is not asked twice. */
  readonly calls = { list: 0, stat: 0, read: 0, readLink: 0, stamp: 0 };
  readonly #nodes = new Map<string, Node>();
  readonly #changed = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  #clock = 1;

  constructor(nodes: Readonly<Record<string, Node>>) {
    this.#nodes.set('/dev/null', { special: 'character' });
    for (const [path, node] of Object.entries(nodes)) this.put(path, node);
  }

  put(path: string, node: Node): void {
    this.#nodes.set(path, node);
    this.#versions.set(path, this.#clock);
    this.#changed.set(parent(path), this.#clock++);
  }

  remove(path: string): void {
    this.#nodes.delete(path);
    this.#changed.set(parent(path), this.#clock++);
  }

  read(path: string, limit = Number.POSITIVE_INFINITY): Uint8Array | undefined {
    this.calls.read++;
    const node = this.#nodes.get(this.realPath(path) ?? '');
    if (typeof node === 'string') return new TextEncoder().encode(node).subarray(0, limit);
    return node instanceof Uint8Array ? node.subarray(0, limit) : undefined;
  }

  readStamped(path: string, limit?: number): { readonly bytes: Uint8Array; readonly stamp: FileStamp | undefined } | undefined {
    const bytes = this.read(path, limit);
    return bytes === undefined ? undefined : { bytes, stamp: this.#stampOf(path) };
  }

  stampOf(path: string): FileStamp | undefined {
    this.calls.stamp++;
    return this.#stampOf(path);
  }

  #stampOf(path: string): FileStamp | undefined {
    const real = this.realPath(path) ?? '';
    const { kind, size } = this.#statOf(real);
    const version = this.#versions.get(real) ?? 0;
    return kind === 'file' ? { device: 0, inode: 0, size, modifiedMs: 0, changedMs: version } : undefined;
  }

  list(path: string): readonly string[] {
    this.calls.list++;
    const real = this.realPath(path);
    if (real === undefined) return [];
    const below = [...this.#nodes.keys()]
      .filter((other) => other.startsWith(`${real}/`))
      .map((other) => other.slice(real.length + 1).split('/')[0] ?? '');
    return [...new Set(below)].toSorted();
  }

  entries(path: string): readonly UnitFileEntry[] {
    const real = this.realPath(path) ?? '';
    return this.list(path).map((name) => ({ name, kind: this.#statOf(`${real === '/' ? '' : real}/${name}`).kind }));
  }

  stat(path: string): UnitFileStat {
    this.calls.stat++;
    const real = this.realPath(parent(path));
    return this.#statOf(real === undefined ? '' : `${real === '/' ? '' : real}/${path.slice(path.lastIndexOf('/') + 1)}`);
  }

  statFollow(path: string): UnitFileStat {
    this.calls.stat++;
    return this.#statOf(this.realPath(path) ?? '');
  }

  readLink(path: string): string | undefined {
    this.calls.readLink++;
    const node = this.#nodes.get(path);
    return typeof node === 'object' && 'link' in node ? node.link : undefined;
  }

  realPath(path: string): string | undefined {
    let rest = path.split('/').filter((part) => part !== '' && part !== '.');
    let at = '';
    for (let steps = 0; rest.length > 0; steps++) {
      if (steps > 100) return undefined;
      const [part = '', ...after] = rest;
      rest = after;
      if (part === '..') {
        at = parent(at || '/').replace(/^\/$/, '');
        continue;
      }
      const next = `${at}/${part}`;
      const node = this.#nodes.get(next);
      if (typeof node === 'object' && 'link' in node) {
        rest = [...node.link.split('/').filter((other) => other !== '' && other !== '.'), ...rest];
        if (node.link.startsWith('/')) at = '';
        continue;
      }
      if (node === undefined && !this.#isDirectory(next)) return undefined;
      at = next;
    }
    return at === '' ? '/' : at;
  }

  #statOf(path: string): UnitFileStat {
    if (path === '') return { kind: 'missing', size: 0, mtimeUsec: 0 };
    const node = this.#nodes.get(path);
    const mtimeUsec = this.#changed.get(path) ?? 0;
    if (node === undefined) return { kind: this.#isDirectory(path) ? 'directory' : 'missing', size: 0, mtimeUsec };
    if (typeof node === 'string') return { kind: 'file', size: new TextEncoder().encode(node).length, mtimeUsec };
    if (node instanceof Uint8Array) return { kind: 'file', size: node.length, mtimeUsec };
    if ('link' in node) return { kind: 'symlink', size: node.link.length, mtimeUsec };
    if ('special' in node) return { kind: node.special, size: 0, mtimeUsec };
    return { kind: 'file', size: 100, mtimeUsec };
  }

  #isDirectory(path: string): boolean {
    for (const other of this.#nodes.keys()) if (other.startsWith(`${path}/`)) return true;
    return path === '/';
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
