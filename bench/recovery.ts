import { Samples } from './statistics.ts';
import type { Subject } from './subjects.ts';
import { readSamples } from './samples.ts';
import { serviceName } from './units.ts';

/** Times in milliseconds until a manager that began anew gives a right answer, by the number of services that run. */
export type Recovery = ReadonlyMap<number, Samples>;

/** The ways in which a manager begins anew, as `helpers/recover.c` knows them, and how often each is taken. */
const ways = [
  ['kill', 7],
  ['reexec', 3],
  ['reload', 5],
] as const;

/** Boots so many services for each count, and has the manager begin anew in each way; tysd alone, since no other manager may be killed. */
export function measureRecovery(
  subjects: readonly Subject[],
  counts: readonly number[],
  runs: number,
  say: (line: string) => void,
): Recovery {
  const tysd = subjects.find(({ name }) => name === 'tysd');
  const results = new Map(counts.map((count) => [count, new Samples()]));
  for (let run = 0; run < runs; run++) {
    for (const [count, samples] of results) {
      const booted = tysd?.boot({ kind: 'simple', count, script: script() });
      if (typeof booted === 'string') say(`recovery with ${count}: ${booted}`);
      else for (const [name, value] of readSamples(booted?.output ?? '')) samples.add(name, value);
    }
  }
  return results;
}

/** What `helpers/recover.c` calls the wall time until the answer and the two CPU times of the manager. */
export const recovered = { kill: 'after SIGKILL', reexec: 'after daemon-reexec', reload: 'after daemon-reload' } as const;

function script(): string {
  const calls = ways.map(([way, times]) => `/bench/recover ${way} "${recovered[way]}" ${times} /run/tysd/control.sock ${serviceName(1)}\n`);
  return `sleep 1\n${calls.join('')}`;
}
