import { pathCase } from '../random/paths.ts';
import { casesOfSeeds } from '../random/seeds.ts';
import { sliceCase } from '../random/slices.ts';
import { socketCase } from '../random/sockets.ts';
import { timerCase } from '../random/timers.ts';
import { compareManagers } from './both.ts';

const kinds = { slices: sliceCase, timers: timerCase, paths: pathCase, sockets: socketCase };

/** `RANDOM_TYPES=paths,…` looks at these alone. */
const chosen = Object.entries(kinds).filter(([kind]) => (process.env['RANDOM_TYPES'] ?? kind).split(',').includes(kind));

compareManagers(
  'random units of other types',
  Object.fromEntries(
    chosen.flatMap(([kind, make]) => Object.entries(casesOfSeeds(10, make)).map(([seed, one]) => [`${kind}, ${seed}`, one] as const)),
  ),
);
