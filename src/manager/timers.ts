import { Heap } from '../base/heap.ts';
import type { Clock } from '../port/clock.ts';

interface Entry<Key> {
  readonly key: Key;
  readonly name: string;
  readonly atUsec: number;
}

/** All deadlines of the manager, of which the clock is asked only for the first. */
export class Timers<Key extends object> {
  readonly #clock: Clock;
  readonly #due: () => void;
  readonly #heap = new Heap<Entry<Key>>((a, b) => a.atUsec - b.atUsec);
  /** What is armed; an entry of the heap that is not here any more was disarmed or moved. */
  readonly #armed = new Map<Key, Map<string, Entry<Key>>>();
  #asked: { readonly atUsec: number; readonly cancel: () => void } | undefined;

  /** Calls `due` whenever something is to be had from `take`. */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  arm(key: Key, name: string, atUsec: number): void {
    const entry = { key, name, atUsec };
    const names = this.#armed.get(key);
    if (names === undefined) this.#armed.set(key, new Map([[name, entry]]));
    else names.set(name, entry);
    this.#heap.push(entry);
    this.#ask();
  }

  disarm(key: Key, name: string): void {
    const names = this.#armed.get(key);
    if (names === undefined) return;
    names.delete(name);
    if (names.size === 0) this.#armed.delete(key);
  }

  /** Takes the next one that has elapsed, the earliest first. */
  take(nowUsec: number): { readonly key: Key; readonly name: string } | undefined {
    const first = this.#first();
    if (first === undefined || first.atUsec > nowUsec) {
      this.#ask();
      return undefined;
    }
    this.#heap.pop();
    this.disarm(first.key, first.name);
    return first;
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#asked?.cancel();
    this.#armed.clear();
    this.#asked = undefined;
  }

  #first(): Entry<Key> | undefined {
    for (let entry = this.#heap.peek(); entry !== undefined; entry = this.#heap.peek()) {
      if (this.#armed.get(entry.key)?.get(entry.name) === entry) return entry;
      this.#heap.pop();
    }
    return undefined;
  }

  #ask(): void {
    const first = this.#first();
    if (first?.atUsec === this.#asked?.atUsec) return;
    this.#asked?.cancel();
    this.#asked = undefined;
    if (first === undefined) return;
    const cancel = this.#clock.at(first.atUsec, () => {
      this.#asked = undefined;
      this.#due();
    });
    this.#asked = { atUsec: first.atUsec, cancel };
  }
}
