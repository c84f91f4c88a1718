import type { Unit } from './unit.ts';

/** Loaded units by the name that each goes by; made of the table of all names, since one more of tens of thousands of units would take megabytes. */
export class UnitTable {
  readonly #names: Map<string, Unit>;
  /** Units whose name has become another name of another unit, by that name. */
  readonly #displaced = new Map<string, Unit>();

  constructor(names: Map<string, Unit>) {
    this.#names = names;
  }

  get(name: string): Unit | undefined {
    const unit = this.#displaced.get(name) ?? this.#names.get(name);
    return unit?.name === name ? unit : undefined;
  }

  /** Gives a unit a name, which may be that of another. */
  name(unit: Unit, name: string): void {
    const before = this.#names.get(name);
    if (before !== undefined && before !== unit && before.name === name) this.#displaced.set(name, before);
    if (this.#displaced.get(name) === unit) this.#displaced.delete(name);
    this.#names.set(name, unit);
  }

  /** Forgets the unit and its names. */
  delete(unit: Unit): void {
    for (const name of new Set([unit.name, ...unit.config.names])) if (this.#names.get(name) === unit) this.#names.delete(name);
    if (this.#displaced.get(unit.name) === unit) this.#displaced.delete(unit.name);
  }

  /** How many there are, which takes a look at each. */
  count(): number {
    let found = this.#displaced.size;
    for (const [name, unit] of this.#names) if (unit.name === name) found += 1;
    return found;
  }

  *values(): Iterable<Unit> {
    for (const [name, unit] of this.#names) if (unit.name === name) yield unit;
    yield* this.#displaced.values();
  }
}
