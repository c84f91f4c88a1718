interface Entry<Key, Value> {
  readonly key: Key;
  value: Value;
  next: Entry<Key, Value> | undefined;
}

/** Up to so many entries are found one after another; more take a Map, which has 190 bytes for its first entry. */
const most = 8;

/** A map for which there are thousands like it, each of a few entries; in the order in which they were added. While one goes through it nothing may be removed. */
export class SmallMap<Key, Value> {
  #first: Entry<Key, Value> | undefined;
  #many: Map<Key, Value> | undefined;

  get(key: Key): Value | undefined {
    return this.#many === undefined ? this.#find(key)?.value : this.#many.get(key);
  }

  has(key: Key): boolean {
    return this.#many === undefined ? this.#find(key) !== undefined : this.#many.has(key);
  }

  get isEmpty(): boolean {
    return this.#first === undefined && (this.#many === undefined || this.#many.size === 0);
  }

  set(key: Key, value: Value): void {
    if (this.#many !== undefined) {
      this.#many.set(key, value);
      return;
    }
    let last: Entry<Key, Value> | undefined;
    let count = 0;
    for (let entry = this.#first; entry !== undefined; entry = entry.next) {
      if (entry.key === key) {
        entry.value = value;
        return;
      }
      last = entry;
      count += 1;
    }
    if (count === most) this.#grow(key, value);
    else if (last === undefined) this.#first = { key, value, next: undefined };
    else last.next = { key, value, next: undefined };
  }

  delete(key: Key): void {
    if (this.#many !== undefined) {
      this.#many.delete(key);
      return;
    }
    let before: Entry<Key, Value> | undefined;
    for (let entry = this.#first; entry !== undefined; entry = entry.next) {
      if (entry.key === key) {
        if (before === undefined) this.#first = entry.next;
        else before.next = entry.next;
        return;
      }
      before = entry;
    }
  }

  clear(): void {
    this.#first = undefined;
    this.#many = undefined;
  }

  /** Calls back with each entry; those that are added meanwhile are among them. */
  forEach(visit: (value: Value, key: Key) => void): void {
    if (this.#many !== undefined) this.#many.forEach(visit);
    else for (let entry = this.#first; entry !== undefined; entry = entry.next) visit(entry.value, entry.key);
  }

  /** The keys as they are now. */
  keys(): readonly Key[] {
    const keys: Key[] = [];
    this.forEach((_, key) => keys.push(key));
    return keys;
  }

  /** All entries as they are now. */
  entries(): readonly (readonly [Key, Value])[] {
    const entries: [Key, Value][] = [];
    this.forEach((value, key) => entries.push([key, value]));
    return entries;
  }

  #find(key: Key): Entry<Key, Value> | undefined {
    let entry = this.#first;
    while (entry !== undefined && entry.key !== key) entry = entry.next;
    return entry;
  }

  #grow(key: Key, value: Value): void {
    const many = new Map<Key, Value>();
    this.forEach((known, each) => many.set(each, known));
    many.set(key, value);
    this.#many = many;
    this.#first = undefined;
  }
}
