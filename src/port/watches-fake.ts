import type { Plan } from '../exec/op.ts';

/** What the descriptors of inotify that plans make are told of, and what they have told so far. */
export class FakeWatches {
  readonly #held = new Map<string, { readonly above: Set<string>; readonly self: Set<string>; hasEvents: boolean }>();

  /** Takes over the descriptors that a plan makes and keeps. */
  make(plan: Plan): void {
    const slots = new Map<number, { readonly above: Set<string>; readonly self: Set<string>; hasEvents: boolean }>();
    for (const op of plan) {
      if (op.op === 'inotify') slots.set(op.slot, { above: new Set(), self: new Set(), hasEvents: false });
      if (op.op === 'watch-path') {
        slots.get(op.aboveSlot)?.above.add(op.path);
        slots.get(op.selfSlot)?.self.add(op.path);
      }
      const made = op.op === 'keep' ? slots.get(op.slot) : undefined;
      if (op.op === 'keep' && made !== undefined) this.#held.set(op.name, made);
    }
  }

  close(name: string): void {
    this.#held.delete(name);
  }

  /** Something happened to a file or in a directory; gives the descriptors that tell of it. */
  changed(path: string): readonly string[] {
    const told: string[] = [];
    for (const [name, held] of this.#held) {
      const isSelf = [...held.self].some((each) => path === each || parent(path) === each);
      const isAbove = [...held.above].some((each) => each === path || each.startsWith(`${parent(path)}/`) || parent(path) === '/');
      if (!isSelf && !isAbove) continue;
      held.hasEvents = true;
      told.push(name);
    }
    return told;
  }

  /** Reads all that waits in a descriptor; tells whether there was anything. */
  drain(name: string): boolean {
    const held = this.#held.get(name);
    if (held?.hasEvents !== true) return false;
    held.hasEvents = false;
    return true;
  }
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
