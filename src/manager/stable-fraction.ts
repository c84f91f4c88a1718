import { siphash24 } from '../base/siphash.ts';

/** A number in [0, 1) that is always the same for the same words. */
export function stableFraction(words: readonly string[]): number {
  const hash = siphash24(new TextEncoder().encode(words.join('\0')), key);
  return Number(hash >> 11n) / 2 ** 53;
}

/** Any will do, as long as it stays the same. */
const key = new TextEncoder().encode('tysd.stable.rand');
