import { unitOfPath } from '../../unit/name.ts';
import { unescapeOctal } from '../mount/parse.ts';
import type { SwapEntry } from '../table.ts';

/** The areas of /proc/swaps, by the units' names. */
export function parseSwapTable(swaps: string): ReadonlyMap<string, SwapEntry> {
  const found = new Map<string, SwapEntry>();
  for (const line of swaps.split('\n').slice(1)) {
    const [path = '', , , , priority = ''] = line.split(/\s+/);
    const what = unescapeOctal(path);
    const name = what.startsWith('/') ? unitOfPath(what, 'swap') : undefined;
    if (name !== undefined) found.set(name, { table: 'swaps', what, priority: Number.parseInt(priority, 10) || 0 });
  }
  return found;
}
