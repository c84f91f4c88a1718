import type { Reading } from './reading.ts';

/** How many are kept: more than the commands, timers and scripts of a machine start over and over. */
const most = 64;

/**
 * The latest readings. A unit that has done its work is unloaded at once, and may be asked for again soon: a oneshot that a script starts
 * each minute is then looked at, and not taken apart again.
 */
export class RecentReadings {
  readonly #readings = new Map<string, Reading>();

  get(name: string): Reading | undefined {
    return this.#readings.get(name);
  }

  /** Keeps the reading in place of the oldest, if it can be told later whether it still holds. */
  keep(name: string, reading: Reading): void {
    this.#readings.delete(name);
    if (reading.fragment === undefined) return;
    this.#readings.set(name, reading);
    if (this.#readings.size <= most) return;
    const [oldest = name] = this.#readings.keys();
    this.#readings.delete(oldest);
  }
}
