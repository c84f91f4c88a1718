import type { Cycle } from '../graph/transaction.ts';
import type { Edge } from '../graph/waiting.ts';
import { locateEdge } from './reason-text.ts';
import type { World } from './world.ts';

/** The steps of a circle: for each two units that follow each other the dependency that says so, as whoever declares it wrote it. */
export function edgesOf(world: World, { units }: Cycle): readonly Edge[] {
  return units.map((first, index) => stepOf(world, first, units[(index + 1) % units.length] ?? first));
}

/** The circle in lines, each of which names a step and where it is declared. */
export function cycleLines(world: World, cycle: Cycle): readonly string[] {
  return edgesOf(world, cycle).map(({ of, kind, unit, at }) => {
    const [first, second] = kind === 'Before' ? [of, unit] : [unit, of];
    return `${second} comes after ${first}: ${kind}=${unit} of ${of}${at === undefined ? '' : ` (${at})`}`;
  });
}

function stepOf(world: World, first: string, second: string): Edge {
  const after = locateEdge(world, second, 'After', first, { inverse: false });
  const before = after === undefined ? locateEdge(world, first, 'Before', second, { inverse: false }) : undefined;
  if (before !== undefined) return { of: first, kind: 'Before', unit: second, at: before };
  return { of: second, kind: 'After', unit: first, ...(after === undefined ? {} : { at: after }) };
}
