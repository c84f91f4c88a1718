import type { Case } from '../run/both.ts';

/** Cases that a seed determines: always the same ones, unless `RANDOM_SEEDS=FROM-TO` asks for others. */
export function casesOfSeeds(count: number, make: (seed: number) => Case): Readonly<Record<string, Case>> {
  const [from = 1, to = count] = (process.env['RANDOM_SEEDS'] ?? '').split('-').flatMap((text) => (text === '' ? [] : [Number(text)]));
  return Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [`seed ${from + index}`, make(from + index)]));
}
