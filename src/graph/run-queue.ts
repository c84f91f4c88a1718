import { Heap } from '../base/heap.ts';
import type { UnitTypeName } from '../unit/config.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { carriers } from './dependency.ts';
import { goesFirst } from './job.ts';
import type { JobType } from './job.ts';

/** A job as the queue sees it. */
export interface QueueEntry {
  readonly unit: string;
  readonly unitType: UnitTypeName;
  readonly type: JobType;
  /** Waits for nobody, and nobody waits for it. */
  readonly ignoreOrder: boolean;
  readonly nice: number;
}

interface Slot<Entry extends QueueEntry> extends Place {
  readonly entry: Entry;
  /** How many jobs must be over before this one may run. */
  blockers: number;
  /** It is in the heap, or was taken from it and not asked for again. */
  offered: boolean;
  inHeap: boolean;
  /** It waits for nobody, although others wait for it: those that it would wait for wait for it. */
  released: boolean;
}

/**
 * Which jobs may run now. Each job knows how many others it waits for, so that the end of a job costs as much as the
 * unit has neighbours, and nothing is ever scanned.
 */
export class RunQueue<Entry extends QueueEntry> {
  readonly #graph: DependencyGraph;
  readonly #slots = new Map<string, Slot<Entry>>();
  readonly #ready = new Heap<Slot<Entry>>(comparePlaces);

  constructor(graph: DependencyGraph) {
    this.#graph = graph;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Whether a job is to be tried now. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Puts a unit's job in the queue; there may be only one for each unit. One that runs already is there only for others to wait for. */
  add(entry: Entry, { running = false, released = false }: { readonly running?: boolean; readonly released?: boolean } = {}): void {
    const { unit, unitType, nice } = entry;
    const slot: Slot<Entry> = { entry, rank: ranks[unitType], nice, unit, blockers: 0, offered: running, inHeap: false, released };
    this.#slots.set(entry.unit, slot);
    this.#forEachOrdered(slot, (other, first) => {
      if (first === 'other') slot.blockers += 1;
      else other.blockers += 1;
    });
    this.#offer(slot);
  }

  /** Whether this very job is in the queue. */
  holds(entry: Entry): boolean {
    return this.#slots.get(entry.unit)?.entry === entry;
  }

  /** Takes a unit's job out; the jobs that waited for it may become ready. */
  remove(unit: string): void {
    const slot = this.#slots.get(unit);
    if (slot === undefined) return;
    this.#forEachOrdered(slot, (other, first) => {
      if (first === 'other') return;
      other.blockers -= 1;
      this.#offer(other);
    });
    this.#slots.delete(unit);
  }

  /** Offers the unit's job again, after it could not run in the state in which the unit was. */
  retry(unit: string): void {
    const slot = this.#slots.get(unit);
    if (slot === undefined || slot.inHeap) return;
    slot.offered = false;
    this.#offer(slot);
  }

  /** Lets the unit's job run without waiting for those that come before it; others go on waiting for it. */
  release(unit: string): void {
    const slot = this.#slots.get(unit);
    if (slot === undefined) return;
    slot.released = true;
    this.#offer(slot);
  }

  /** The next job that may run. It stays in the queue, as others wait for it, until it is removed. */
  next(): Entry | undefined {
    for (let slot = this.#ready.pop(); slot !== undefined; slot = this.#ready.pop()) {
      slot.inHeap = false;
      if (this.#slots.get(slot.entry.unit) !== slot) continue;
      if (slot.blockers === 0 || slot.released) return slot.entry;
      slot.offered = false;
    }
    return undefined;
  }

  /** The jobs that a unit's job waits for, and those that wait for it. */
  around(unit: string): { readonly waitsFor: readonly Entry[]; readonly blocks: readonly Entry[] } {
    const slot = this.#slots.get(unit);
    const found = { other: new Set<Entry>(), this: new Set<Entry>() };
    if (slot !== undefined) this.#forEachOrdered(slot, (other, first) => found[first].add(other.entry));
    return { waitsFor: [...found.other], blocks: [...found.this] };
  }

  #offer(slot: Slot<Entry>): void {
    if ((slot.blockers > 0 && !slot.released) || slot.offered) return;
    slot.offered = true;
    slot.inHeap = true;
    this.#ready.push(slot);
  }

  #forEachOrdered(slot: Slot<Entry>, visit: (other: Slot<Entry>, first: 'this' | 'other') => void): void {
    if (slot.entry.ignoreOrder || slot.entry.type === 'nop') return;
    this.#graph.forEach(slot.entry.unit, (name, kinds) => {
      if ((kinds & ordering) === 0) return;
      const other = this.#slots.get(name);
      if (other === undefined || other.entry.ignoreOrder) return;
      // A pair ordered both ways waits both ways, as its transaction would have been refused as cyclic.
      if ((kinds & carriers.before) !== 0) tell(other, goesFirst(slot.entry.type, other.entry.type), 'a', visit);
      if ((kinds & carriers.after) !== 0) tell(other, goesFirst(other.entry.type, slot.entry.type), 'b', visit);
    });
  }
}

const ordering = carriers.before | carriers.after;

function tell<Entry extends QueueEntry>(
  other: Slot<Entry>,
  winner: 'a' | 'b' | 'either',
  own: 'a' | 'b',
  visit: (other: Slot<Entry>, first: 'this' | 'other') => void,
): void {
  if (winner !== 'either') visit(other, winner === own ? 'this' : 'other');
}

/** The order in which ready jobs are tried (semantics 12.6): what others are likely to need first. */
const ranks: Readonly<Record<UnitTypeName, number>> = {
  scope: 0,
  slice: 1,
  path: 2,
  timer: 3,
  automount: 4,
  device: 5,
  target: 6,
  socket: 7,
  swap: 8,
  mount: 9,
  service: 10,
};

/** What of an entry says when it is tried, as it is when it is queued. */
interface Place {
  readonly rank: number;
  readonly nice: number;
  readonly unit: string;
}

function comparePlaces(a: Place, b: Place): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.nice !== b.nice) return a.nice - b.nice;
  if (a.unit === b.unit) return 0;
  return a.unit < b.unit ? -1 : 1;
}
