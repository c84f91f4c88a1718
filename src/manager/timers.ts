import { Heap } from '../base/heap.ts';
import { SmallMap } from '../base/small-map.ts';
import type { Clock } from '../port/clock.ts';
import { type Raster, wakeTime } from './coalesce.ts';

interface Entry<Key> {
  readonly key: Key;
  readonly owner: string;
  readonly name: string;
  readonly atUsec: number;
  readonly wakeUsec: number;
}

/** All deadlines of the manager, of which the clock is asked only for the first that cannot wait for others. */
export class Timers<Key extends object> {
  readonly #clock: Clock;
  readonly #due: () => void;
  readonly #raster: Raster;
  readonly #ownerOf: (key: Key) => string;
  readonly #byTime = new Heap<Entry<Key>>((a, b) => a.atUsec - b.atUsec || compareNames(a, b));
  readonly #byWake = new Heap<Entry<Key>>((a, b) => a.wakeUsec - b.wakeUsec);
  /** What is armed; an entry of the heaps that is not here any more was disarmed or moved. */
  readonly #armed = new Map<Key, SmallMap<string, Entry<Key>>>();
  #asked: { readonly atUsec: number; readonly cancel: () => void } | undefined;

  /**
   * Calls `due` whenever something is to be had from `take`. Of deadlines that fall together, the first is that of the owner whose
   * name comes first: the order in which they were armed is another after a restart of the manager.
   */
  constructor(clock: Clock, due: () => void, ownerOf: (key: Key) => string, raster: Raster = 0) {
    this.#clock = clock;
    this.#due = due;
    this.#ownerOf = ownerOf;
    this.#raster = raster;
  }

  /** Arms for a time, or for any up to `latestUsec`: whenever the manager is awake anyway, what is due is answered. */
  arm(key: Key, name: string, atUsec: number, latestUsec: number = atUsec): void {
    const entry = { key, owner: this.#ownerOf(key), name, atUsec, wakeUsec: wakeTime(atUsec, latestUsec, this.#raster) };
    let names = this.#armed.get(key);
    if (names === undefined) {
      names = new SmallMap();
      this.#armed.set(key, names);
    }
    names.set(name, entry);
    this.#byTime.push(entry);
    this.#byWake.push(entry);
    this.#ask();
  }

  disarm(key: Key, name: string): void {
    const names = this.#armed.get(key);
    if (names === undefined) return;
    names.delete(name);
    if (names.isEmpty) this.#armed.delete(key);
  }

  /** Takes the next one that has elapsed, the earliest first. */
  take(nowUsec: number): { readonly key: Key; readonly name: string } | undefined {
    const first = this.#first(this.#byTime);
    if (first === undefined || first.atUsec > nowUsec) {
      this.#ask();
      return undefined;
    }
    this.#byTime.pop();
    this.disarm(first.key, first.name);
    return first;
  }

  /** When the clock is asked for next; Infinity for never. */
  get nextUsec(): number {
    return this.#first(this.#byWake)?.wakeUsec ?? Infinity;
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#asked?.cancel();
    this.#armed.clear();
    this.#asked = undefined;
  }

  #first(heap: Heap<Entry<Key>>): Entry<Key> | undefined {
    for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
      if (this.#armed.get(entry.key)?.get(entry.name) === entry) return entry;
      heap.pop();
    }
    return undefined;
  }

  #ask(): void {
    const first = this.#first(this.#byWake);
    if (first?.wakeUsec === this.#asked?.atUsec) return;
    this.#asked?.cancel();
    this.#asked = undefined;
    if (first === undefined) return;
    const cancel = this.#clock.at(first.wakeUsec, () => {
      this.#asked = undefined;
      this.#due();
    });
    this.#asked = { atUsec: first.wakeUsec, cancel };
  }
}

function compareNames(a: Entry<unknown>, b: Entry<unknown>): number {
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
