import { capabilityRows } from './capabilities.ts';
import { choiceRows } from './choices.ts';
import { filterRows } from './filters.ts';
import type { Subject } from './subject.ts';
import { switchRows } from './switches.ts';

/** What is found on one point: how bad it is, of `range`, or undefined where the point does not apply, and a sentence. */
export interface Finding {
  readonly badness: number | undefined;
  readonly description: string | undefined;
}

/** One point on which a service is judged, and how much it counts. */
export interface Point {
  readonly name: string;
  /** The name of the field in JSON. */
  readonly field: string;
  readonly weight: number;
  readonly range: number;
  assess(subject: Subject): Finding;
}

/** A point with what was found, and its share in the whole, in hundredths; undefined where it has none. */
export interface Assessed extends Finding {
  readonly name: string;
  readonly field: string;
  readonly exposure: number | undefined;
}

/** How exposed a service is, from 0 to 100, and what makes it so (systemd-analyze(1), security). */
export interface Assessment {
  readonly exposure: number;
  readonly points: readonly Assessed[];
}

/** Judges a service on all points. They come in the order of systemd: by what was found, backwards, then by name. */
export function assess(subject: Subject): Assessment {
  const found = points.map((point) => ({ point, finding: subject.isEarly && late.has(point.name) ? tooEarly : point.assess(subject) }));
  const counted = found.filter(({ finding }) => finding.badness !== undefined);
  const weight = counted.reduce((sum, { point }) => sum + point.weight, 0);
  const badness = counted.reduce((sum, { point, finding }) => sum + Math.ceil(((finding.badness ?? 0) * point.weight) / point.range), 0);
  return {
    exposure: Math.ceil((badness * 100) / weight),
    points: found
      .map(({ point, finding }) => ({
        ...finding,
        name: point.name,
        field: point.field,
        exposure: share(point, finding, weight),
      }))
      .toSorted((a, b) => compare(b.description ?? '', a.description ?? '') || compare(a.name, b.name)),
  };
}

/** Points on which nothing can be asked of a service that runs early in the boot. */
const late: ReadonlySet<string> = new Set(['PrivateTmp=', 'ProtectHome=', 'ProtectSystem=', 'RootDirectory=/RootImage=']);
const tooEarly: Finding = { badness: undefined, description: 'Service runs in special boot phase, option is not appropriate' };

const points: readonly Point[] = [...switchRows, ...choiceRows, ...capabilityRows, ...filterRows];

function share({ weight, range }: Point, { badness }: Finding, all: number): number | undefined {
  return badness === undefined || badness === 0 ? undefined : Math.ceil(Math.ceil((badness * weight * 100) / range) / all);
}

/** By the bytes of UTF-8, of which those of ASCII are all that differ here. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
