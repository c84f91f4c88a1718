import type { FakeClock } from './clock-fake.ts';

interface Freezable {
  readonly group: string;
  readonly isAlive: boolean;
}

/** How long after the thaw who stood still does the next thing, so that no two do theirs at once. */
const stepUsec = 1009;

/** The freezer of cgroup v2: what a process would do while it is frozen it does when it is let go on. */
export class FakeFreezer<Process extends Freezable> {
  readonly #clock: FakeClock;
  readonly #attributes: ReadonlyMap<string, string>;
  readonly #pathOf: (process: Process) => string | undefined;
  #held: { readonly process: Process; readonly action: () => void }[] = [];

  /** `attributes` are what was written to the files of cgroups, by PATH/FILE; `pathOf` gives the cgroup of a process. */
  constructor(clock: FakeClock, attributes: ReadonlyMap<string, string>, pathOf: (process: Process) => string | undefined) {
    this.#clock = clock;
    this.#attributes = attributes;
    this.#pathOf = pathOf;
  }

  /** Has the process do something, now or when it is not frozen any more; what has died does nothing. */
  act(process: Process, action: () => void): void {
    if (!process.isAlive) return;
    if (this.isFrozen(process)) this.#held.push({ process, action });
    else action();
  }

  isFrozen(process: Process): boolean {
    const path = this.#pathOf(process);
    if (path === undefined || this.#attributes.size === 0) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) if (this.isFrozenItself(path.slice(0, end))) return true;
    return false;
  }

  isFrozenItself(path: string): boolean {
    return this.#attributes.get(`${path}/cgroup.freeze`) === '1';
  }

  /** A file of a cgroup was written. */
  changed(): void {
    if (this.#held.length === 0) return;
    const waiting = this.#held;
    this.#held = waiting.filter(({ process }) => this.isFrozen(process));
    const { monotonicUsec } = this.#clock.now();
    for (const [index, { process, action }] of waiting.filter((each) => !this.#held.includes(each)).entries())
      this.#clock.at(monotonicUsec + (index + 1) * stepUsec, () => this.act(process, action));
  }
}
