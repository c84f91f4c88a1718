import { SmallMap } from '../base/small-map.ts';
import { carriers, inverse, kindBit } from './dependency.ts';
import type { Atom, KindSet } from './dependency.ts';
import type { DependencyKey } from '../unit/config.ts';

interface Node {
  /** What the unit itself declares. */
  readonly declared: SmallMap<string, KindSet>;
  /** What others declare towards it, already seen from its side. */
  readonly implied: SmallMap<string, KindSet>;
  /** All kinds that some edge has, or had. */
  kinds: KindSet;
}

const none: readonly string[] = [];

/** The dependencies between units, by name. An edge belongs to the unit that declares it and is seen from both ends. */
export class DependencyGraph {
  readonly #nodes = new Map<string, Node>();
  readonly #watched = new Map<string, KindSet>();
  #watch = 0;

  /** Tells from now on of the next change of the unit's edges of these kinds. */
  watch(name: string, kinds: KindSet): void {
    this.#watched.set(name, (this.#watched.get(name) ?? 0) | kinds);
  }

  /** Another number as soon as something that was watched has changed; then nothing is watched any more. */
  get watched(): number {
    return this.#watch;
  }

  /** `from` declares `key` towards `to`; a dependency on itself means nothing and is dropped. */
  add(from: string, key: DependencyKey, to: string): void {
    if (from === to) return;
    this.#join(from, to, kindBit(key));
  }

  /** Calls back with each neighbour and all kinds of the edge towards it, seen from `name`. */
  forEach(name: string, visit: (other: string, kinds: KindSet) => void): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    const { declared, implied } = node;
    declared.forEach((kinds, other) => visit(other, kinds | (implied.get(other) ?? 0)));
    implied.forEach((kinds, other) => {
      if (!declared.has(other)) visit(other, kinds);
    });
  }

  /** The neighbours whose edge has the atom. */
  related(name: string, atom: Atom): readonly string[] {
    const wanted = carriers[atom];
    // Most units have no edge of most kinds.
    if (!this.mayHave(name, wanted)) return none;
    const found: string[] = [];
    this.forEach(name, (other, kinds) => {
      if ((kinds & wanted) !== 0) found.push(other);
    });
    return found;
  }

  /** Whether an edge of the unit may have one of these kinds; a no is certain, and costs nothing. */
  mayHave(name: string, kinds: KindSet): boolean {
    return ((this.#nodes.get(name)?.kinds ?? 0) & kinds) !== 0;
  }

  /** Whether the edge from `name` to `other` has the atom. */
  has(name: string, atom: Atom, other: string): boolean {
    return (this.kinds(name, other) & carriers[atom]) !== 0;
  }

  /** All kinds of the edge from `name` to `other`; 0 if there is none. */
  kinds(name: string, other: string): KindSet {
    const node = this.#nodes.get(name);
    return node === undefined ? 0 : (node.declared.get(other) ?? 0) | (node.implied.get(other) ?? 0);
  }

  /** Whether any unit declares a dependency on this one. */
  isMentioned(name: string): boolean {
    return this.#nodes.get(name)?.implied.isEmpty === false;
  }

  /** The units that declare a dependency on this one. */
  mentioners(name: string): Iterable<string> {
    return this.#nodes.get(name)?.implied.keys() ?? none;
  }

  /** The units that this one declares a dependency on. */
  mentioned(name: string): Iterable<string> {
    return this.#nodes.get(name)?.declared.keys() ?? none;
  }

  /** Drops what the unit declares, and gives the names that it declared it towards. */
  forget(name: string): readonly string[] {
    const node = this.#nodes.get(name);
    if (node === undefined) return none;
    const others = node.declared.keys();
    node.declared.forEach((kinds, other) => {
      this.#changed(name, kinds);
      this.#changed(other, inverse(kinds));
      this.#nodes.get(other)?.implied.delete(name);
    });
    node.declared.clear();
    for (const each of [name, ...others]) this.#dropIfBare(each);
    return others;
  }

  /** Moves what is declared towards `alias` to the unit that the name turned out to mean. */
  merge(alias: string, name: string): void {
    const node = this.#nodes.get(alias);
    if (node === undefined || alias === name) return;
    this.#unwatch();
    this.#nodes.delete(alias);
    node.implied.forEach((implied, other) => {
      this.#nodes.get(other)?.declared.delete(alias);
      if (other !== name) this.#join(other, name, inverse(implied));
    });
    node.declared.forEach((declared, other) => {
      this.#nodes.get(other)?.implied.delete(alias);
      if (other !== name) this.#join(name, other, declared);
    });
  }

  #join(from: string, to: string, kinds: KindSet): void {
    const source = this.#node(from);
    const destination = this.#node(to);
    const inverted = inverse(kinds);
    this.#changed(from, kinds);
    this.#changed(to, inverted);
    source.kinds |= kinds;
    destination.kinds |= inverted;
    source.declared.set(to, (source.declared.get(to) ?? 0) | kinds);
    destination.implied.set(from, (destination.implied.get(from) ?? 0) | inverted);
  }

  #changed(name: string, kinds: KindSet): void {
    if (((this.#watched.get(name) ?? 0) & kinds) !== 0) this.#unwatch();
  }

  #unwatch(): void {
    this.#watched.clear();
    this.#watch += 1;
  }

  #node(name: string): Node {
    const present = this.#nodes.get(name);
    if (present !== undefined) return present;
    const node: Node = { declared: new SmallMap(), implied: new SmallMap(), kinds: 0 };
    this.#nodes.set(name, node);
    return node;
  }

  #dropIfBare(name: string): void {
    const node = this.#nodes.get(name);
    if (node !== undefined && node.declared.isEmpty && node.implied.isEmpty) this.#nodes.delete(name);
  }
}
