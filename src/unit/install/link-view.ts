import type { InstallContext, LinkChange } from './context.ts';
import { resolveLink } from './link-path.ts';

/** The links of the config directory as they would be after the changes so far; the changes themselves pile up in it. */
export class LinkView {
  readonly changes: LinkChange[] = [];
  readonly #context: InstallContext;
  /** Path → target of links made, undefined of those removed. */
  readonly #pending = new Map<string, string | undefined>();

  constructor(context: InstallContext) {
    this.#context = context;
  }

  /** The text of the link at a path, or undefined where there is none. */
  target(path: string): string | undefined {
    return this.#pending.has(path) ? this.#pending.get(path) : this.#context.files.readLink(path);
  }

  /** Whether something other than a link is at a path. */
  isOccupied(path: string): boolean {
    if (this.#pending.has(path)) return false;
    const { kind } = this.#context.files.stat(path);
    return kind !== 'missing' && kind !== 'symlink';
  }

  /** Makes the link unless an equal one is there; false where something else is in its place and stays. */
  link(path: string, target: string, replace: boolean): boolean {
    if (this.isOccupied(path)) return false;
    const present = this.target(path);
    if (present !== undefined && this.#same(resolveLink(path, present), target)) return true;
    if (present !== undefined && !replace) return false;
    if (present !== undefined) this.unlink(path);
    this.#pending.set(path, target);
    this.changes.push({ change: 'symlink', path, target });
    return true;
  }

  unlink(path: string): void {
    this.#pending.set(path, undefined);
    this.changes.push({ change: 'unlink', path });
  }

  /** Every link in a directory and in the directories right below it. */
  links(directory: string): readonly { readonly path: string; readonly target: string }[] {
    const found = new Map<string, string>();
    for (const path of this.#entries(directory)) {
      const target = this.target(path);
      if (target !== undefined) found.set(path, target);
    }
    for (const [path, target] of this.#pending) if (target !== undefined && path.startsWith(`${directory}/`)) found.set(path, target);
    return [...found].map(([path, target]) => ({ path, target })).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  *#entries(directory: string): Iterable<string> {
    const { files } = this.#context;
    for (const name of files.list(directory)) {
      const path = `${directory}/${name}`;
      yield path;
      if (files.stat(path).kind === 'directory') for (const inner of files.list(path)) yield `${path}/${inner}`;
    }
  }

  /** Equal texts, or equal files: /lib/systemd/system and /usr/lib/systemd/system are often one. */
  #same(a: string, b: string): boolean {
    if (a === b) return true;
    const real = this.#context.files.realPath(a);
    return real !== undefined && real === this.#context.files.realPath(b);
  }
}
