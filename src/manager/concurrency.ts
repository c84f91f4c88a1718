import { isInactiveOrFailed } from '../graph/active-state.ts';
import { slicesAbove } from '../graph/slice-of.ts';
import type { SliceSettings } from '../unit/settings/slice.ts';
import type { Job } from './job.ts';
import type { Unit } from './unit.ts';
import type { World } from './world.ts';

/** A limit of a slice that keeps a start waiting, and the units that use it up. */
export interface Limit {
  readonly slice: string;
  readonly setting: 'ConcurrencySoftMax' | 'ActivatingConcurrencyMax';
  readonly most: number;
  readonly users: readonly string[];
}

/** The units below a slice that count for its limits, by name. */
interface Occupants {
  /** Neither inactive nor failed. */
  readonly up: Set<string>;
  readonly activating: Set<string>;
  /** Up, or with a job that would bring it there. */
  readonly counted: Set<string>;
}

/**
 * How many units of a slice may be there at a time (systemd.slice(5), ConcurrencyHardMax=, ConcurrencySoftMax=, ActivatingConcurrencyMax=). Slices without limits
 * cost nothing; for the others it is counted along who is there, so that neither a start nor an end looks through all units. Nothing of it is remembered: a new
 * manager counts anew, and tries the jobs that wait again.
 */
export class Concurrency {
  readonly #world: World;
  readonly #occupants = new Map<string, Occupants>();
  /** The units whose start waits for room in a slice. */
  readonly #held = new Map<string, Set<string>>();

  constructor(world: World) {
    this.#world = world;
  }

  /** The slice whose hard limit would be exceeded if the unit were started, beside the other starts that are planned. */
  fullSlice(name: string, planned: () => Iterable<string>): string | undefined {
    const unit = this.#world.unit(name);
    return this.#slicesOf(unit).find((slice) => {
      // It may not be loaded yet; it will be, as the unit needs it.
      const { config } = this.#world.peek(slice) ?? this.#world.unit(slice);
      const { ConcurrencyHardMax: most = Infinity } = config.slice ?? noLimits;
      if (most === Infinity) return false;
      const { counted } = this.#occupantsOf(slice);
      if (counted.has(name)) return false;
      const others = [...planned()].filter((other) => other !== name && !counted.has(other) && this.#isIn(other, slice));
      return counted.size + others.length >= most;
    });
  }

  /** Whether a start must wait, or cannot be, since the limits are lower than when it was queued. */
  judge(job: Job): 'go' | 'wait' | { readonly full: string } {
    const { owner } = job;
    if (job.type !== 'start' || !isInactiveOrFailed(owner.look.active)) return 'go';
    for (const slice of this.#slicesOf(owner)) {
      const { ConcurrencyHardMax: most = Infinity } = this.#settings(slice);
      if (most !== Infinity && this.#occupantsOf(slice).up.size >= most) return { full: slice };
      if (this.#limit(slice) === undefined) continue;
      const held = this.#held.get(slice);
      if (held === undefined) this.#held.set(slice, new Set([owner.name]));
      else held.add(owner.name);
      return 'wait';
    }
    return 'go';
  }

  /** What keeps the unit's start from running. */
  limitOf(unit: Unit): Limit | undefined {
    if (this.#held.size === 0) return undefined;
    for (const slice of this.#slicesOf(unit)) if (this.#held.get(slice)?.has(unit.name) === true) return this.#limit(slice);
    return undefined;
  }

  /** The unit has another state, or has or had a job. */
  changed(unit: Unit): void {
    if (this.#occupants.size === 0) return;
    for (const slice of this.#slicesOf(unit)) {
      const occupants = this.#occupants.get(slice);
      if (occupants === undefined) continue;
      count(occupants, unit);
      if (unit.job === undefined) this.#held.get(slice)?.delete(unit.name);
      this.#offer(slice);
    }
  }

  /** The limits of a slice are others. */
  reconsider(slice: string): void {
    this.#offer(slice);
  }

  /** How many units of the slice are up, as `show` tells. */
  active(slice: string): number {
    return this.#occupantsOf(slice).up.size;
  }

  /** Has those that wait tried again, where one of them at least has room. */
  #offer(slice: string): void {
    const held = this.#held.get(slice);
    if (held === undefined || this.#limit(slice) !== undefined) return;
    this.#held.delete(slice);
    for (const name of held) this.#world.runQueue.retry(name);
  }

  #limit(slice: string): Limit | undefined {
    const { ConcurrencySoftMax: soft = Infinity, ActivatingConcurrencyMax: activating = Infinity } = this.#settings(slice);
    if (soft === Infinity && activating === Infinity) return undefined;
    const occupants = this.#occupantsOf(slice);
    if (occupants.up.size >= soft) return { slice, setting: 'ConcurrencySoftMax', most: soft, users: [...occupants.up].toSorted() };
    if (occupants.activating.size < activating) return undefined;
    return { slice, setting: 'ActivatingConcurrencyMax', most: activating, users: [...occupants.activating].toSorted() };
  }

  #occupantsOf(slice: string): Occupants {
    const known = this.#occupants.get(slice);
    if (known !== undefined) return known;
    const occupants: Occupants = { up: new Set(), activating: new Set(), counted: new Set() };
    this.#occupants.set(slice, occupants);
    for (const unit of this.#world.busy()) if (this.#slicesOf(unit).includes(slice)) count(occupants, unit);
    return occupants;
  }

  #isIn(name: string, slice: string): boolean {
    const unit = this.#world.peek(name);
    return unit !== undefined && this.#slicesOf(unit).includes(slice);
  }

  #slicesOf({ config }: Unit): readonly string[] {
    return slicesAbove(config, this.#world.options.scope);
  }

  #settings(slice: string): SliceSettings {
    return this.#world.peek(slice)?.config.slice ?? noLimits;
  }
}

const noLimits: SliceSettings = { ConcurrencySoftMax: undefined, ConcurrencyHardMax: undefined, ActivatingConcurrencyMax: undefined };

function count({ up, activating, counted }: Occupants, { name, look, job }: Unit): void {
  const isUp = !isInactiveOrFailed(look.active);
  put(up, name, isUp);
  put(activating, name, look.active === 'activating');
  put(counted, name, isUp || job?.type === 'start' || job?.type === 'restart');
}

function put(set: Set<string>, name: string, is: boolean): void {
  if (is) set.add(name);
  else set.delete(name);
}

/** The limit in words, as "room in x.slice (ConcurrencySoftMax=2)". */
export function describeLimit({ slice, setting, most }: Limit): string {
  return `room in ${slice} (${setting}=${most})`;
}
