import { followLinks } from '../../base/follow-links.ts';
import type { UnitFiles } from '../unit-files.ts';
import type { LinkChange } from './context.ts';
import { resolveLink } from './link-path.ts';

/** What is at a path, without following a link there. */
export type PathKind = 'missing' | 'link' | 'file' | 'empty' | 'directory' | 'special';

/** The file system as it would be after the changes so far; the changes themselves pile up in it. */
export class LinkView {
  readonly #changes: { push(change: LinkChange): unknown };
  readonly #files: UnitFiles;
  /** Path → target of links made, undefined of what was removed. */
  readonly #pending = new Map<string, string | undefined>();

  /** `changes` gets each change as it is made. */
  constructor(files: UnitFiles, changes: { push(change: LinkChange): unknown } = []) {
    this.#files = files;
    this.#changes = changes;
  }

  kind(path: string): PathKind {
    if (this.#pending.has(path)) return this.#pending.get(path) === undefined ? 'missing' : 'link';
    const { kind, size } = this.#files.stat(path);
    return kind === 'file' && size === 0 ? 'empty' : kinds[kind];
  }

  /** The text of the link at a path, or undefined where there is none. */
  readLink(path: string): string | undefined {
    return this.#pending.has(path) ? this.#pending.get(path) : this.#files.readLink(path);
  }

  /** The names in a directory, as it was before the changes. */
  listed(directory: string): readonly string[] {
    return this.#files.list(directory);
  }

  /** The path with every link in it followed, whether or not there is anything at its end; undefined where links go round. */
  chase(path: string): string | undefined {
    const real = followLinks(path, (link) => this.readLink(link));
    return real === '' ? '/' : real;
  }

  /** Makes the link unless an equivalent one is there; otherwise says what is in its place and stays: a link's text, '' for anything else. */
  link(path: string, target: string, replace: boolean): { readonly occupied: string } | undefined {
    const kind = this.kind(path);
    if (kind !== 'missing' && kind !== 'link') return { occupied: '' };
    const present = this.readLink(path);
    if (present !== undefined && this.#same(resolveLink(path, present), target)) return undefined;
    if (present !== undefined && !replace) return { occupied: present };
    if (present !== undefined) this.unlink(path);
    this.#pending.set(path, target);
    this.#changes.push({ change: 'symlink', path, target });
    return undefined;
  }

  unlink(path: string): void {
    this.#pending.set(path, undefined);
    this.#changes.push({ change: 'unlink', path });
  }

  /** Removes a directory with all that it holds. */
  removeTree(path: string): void {
    for (const name of this.#files.list(path)) {
      if (this.kind(`${path}/${name}`) === 'directory') this.removeTree(`${path}/${name}`);
      else this.unlink(`${path}/${name}`);
    }
    this.unlink(path);
  }

  /** The paths of all links in a directory and below it, sorted. */
  linksBelow(directory: string): readonly string[] {
    const found = new Set<string>(this.#below(directory));
    for (const [path, target] of this.#pending) if (target !== undefined && path.startsWith(`${directory}/`)) found.add(path);
    return [...found].toSorted();
  }

  *#below(directory: string): Iterable<string> {
    for (const name of this.#files.list(directory)) {
      const path = `${directory}/${name}`;
      const kind = this.kind(path);
      if (kind === 'link') yield path;
      else if (kind === 'directory') yield* this.#below(path);
    }
  }

  /** Equal texts, or equal files: /lib/systemd/system and /usr/lib/systemd/system are often one. */
  #same(a: string, b: string): boolean {
    if (a === b) return true;
    const real = this.chase(a);
    return real !== undefined && real === this.chase(b) && this.kind(real) !== 'missing';
  }
}

const kinds: Readonly<Record<ReturnType<UnitFiles['stat']>['kind'], PathKind>> = {
  missing: 'missing',
  symlink: 'link',
  file: 'file',
  directory: 'directory',
  socket: 'special',
  fifo: 'special',
  character: 'special',
  block: 'special',
};
