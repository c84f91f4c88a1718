import type { HistoryEntry } from '../graph/history.ts';
import type { World } from './world.ts';

/** So many of the latest entries are at hand; all of them are with the journal. */
const mostRecent = 4096;
/** The memory of so many is given back together. */
const atOnce = 512;

/** A record of the journal is a frame of at most 65,536 bytes; a character takes three at most. */
const longestRecord = 20_000;

/** The record of all that happened to units and jobs, with its causes: the latest in memory, all of it with the journal. */
export class History {
  /** Oldest first; those before `#first` are forgotten. */
  #recent: HistoryEntry[] = [];
  #first = 0;
  #untold: HistoryEntry[] = [];

  add(entry: HistoryEntry): void {
    this.#untold.push(entry);
    this.#recent.push(entry);
    if (this.#recent.length - this.#first > mostRecent) this.#forgetOldest();
  }

  /** The latest entries, oldest first; those of one unit, where one is named. */
  entries(unit?: string): readonly HistoryEntry[] {
    const recent = this.#recent.slice(this.#first);
    return unit === undefined ? recent : recent.filter((entry) => entry.unit === unit);
  }

  /** Adds to the batch what the journal has not been told yet. */
  tell(world: World): void {
    if (this.#untold.length === 0) return;
    for (const record of recordsOf(this.#untold)) world.command({ do: 'journal', record });
    this.#untold = [];
  }

  #forgetOldest(): void {
    this.#first += 1;
    if (this.#first < atOnce) return;
    this.#recent = this.#recent.slice(this.#first);
    this.#first = 0;
  }
}

/** So many usual entries are short enough together. */
const usuallyFit = 64;

/** The entries as JSON arrays, each short enough for one record. */
function recordsOf(entries: readonly HistoryEntry[]): readonly string[] {
  if (entries.length > usuallyFit) {
    const parts = Array.from({ length: Math.ceil(entries.length / usuallyFit) }, (_, at) => at * usuallyFit);
    return parts.flatMap((at) => recordsOf(entries.slice(at, at + usuallyFit)));
  }
  const text = JSON.stringify(entries);
  if (text.length <= longestRecord || entries.length === 1) return [text];
  const half = entries.length >> 1;
  return [...recordsOf(entries.slice(0, half)), ...recordsOf(entries.slice(half))];
}
