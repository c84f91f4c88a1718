import { serviceCase } from '../service/generate.ts';
import { compareManagers } from './both.ts';

/** Always the same seeds; `SERVICE_SEEDS=FROM-TO` looks at others. */
const [from = 1, to = 24] = (process.env['SERVICE_SEEDS'] ?? '').split('-').flatMap((text) => (text === '' ? [] : [Number(text)]));

compareManagers(
  'services of random settings',
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [`seed ${from + index}`, serviceCase(from + index)])),
);
