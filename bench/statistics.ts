/** The middle one of these numbers; of two middle ones their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Samples under names, for medians. */
export class Samples {
  readonly #byName = new Map<string, number[]>();

  add(name: string, value: number): void {
    const samples = this.#byName.get(name);
    if (samples) samples.push(value);
    else this.#byName.set(name, [value]);
  }

  median(name: string): number | undefined {
    const samples = this.#byName.get(name);
    return samples && median(samples);
  }

  toJSON(): Readonly<Record<string, { readonly median: number; readonly samples: readonly number[] }>> {
    return Object.fromEntries([...this.#byName].map(([name, samples]) => [name, { median: median(samples), samples }]));
  }
}
