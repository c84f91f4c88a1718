import type { Random } from '../scenario/random.ts';
import type { Deed } from './scenario.ts';

/** What a maker of deeds adds to. */
interface Parts {
  readonly random: Random;
  readonly deeds: Deed[];
}

/** Directories that a service keeps, and clients who have them removed. */
export function makeDirectories({ random, deeds }: Parts, name: string): readonly string[] {
  if (!random.chance(0.2)) return [];
  const unit = `${name}.service`;
  // What is on cannot be cleaned.
  deeds.push({ do: 'request', job: 'stop', unit, mode: 'replace' });
  for (const what of ['all', 'all', 'state', 'cache', 'runtime']) deeds.push({ do: 'clean', unit, what });
  return [`${random.one(['StateDirectory', 'CacheDirectory'])}=${name}`, ...(random.chance(0.3) ? ['TimeoutCleanSec=1500ms'] : [])];
}

/** Clients who freeze units and let them go on, and who mark some to restart them later. */
export function makeHandling({ random, deeds }: Parts, names: readonly string[]): void {
  if (random.chance(0.35)) {
    const frozen = [random.one(names), random.one(names)];
    for (const unit of frozen) deeds.push({ do: 'freeze', unit }, { do: 'freeze', unit }, { do: 'thaw', unit });
  }
  if (!random.chance(0.3)) return;
  for (const markers of ['needs-restart', 'needs-restart', 'needs-reload', '+needs-restart'])
    for (const unit of [random.one(names), random.one(names)]) deeds.push({ do: 'mark', unit, markers });
  for (let time = 0; time < 4; time += 1) deeds.push({ do: 'restart-marked' });
}
