import type { Client } from '../../api/client.ts';
import type { Answer } from '../../api/contract.ts';
import type { Kind } from '../../api/history.ts';
import { nearUnit } from '../did-you-mean.ts';
import { readRecord } from '../history/read.ts';
import type { Invocation } from '../invocation.ts';
import { blockersBefore, type Blocker, type WaitingJob } from '../waiting/blockers.ts';
import { chainOf } from './chain.ts';
import { keyOf, located, placesOf, type LocatedLink } from './places.ts';

/** A unit that would start this one, and where that is declared. */
export interface Starter {
  readonly of: string;
  readonly kind: Kind;
  readonly at?: string;
}

/** All that the answer to `why` is made of. */
export interface WhyFacts {
  readonly unit: NonNullable<Answer<'units.get'>[number]>;
  /** What `is-enabled` prints. */
  readonly fileState: string | null;
  readonly chain: readonly LocatedLink[];
  readonly starters: readonly Starter[];
  /** The unit's own job, and those that it waits for in the end. */
  readonly job?: WaitingJob;
  readonly blockers: readonly Blocker[];
  /** What is wrong in its files, where that keeps it from being loaded. */
  readonly wrong: readonly string[];
  /** Names of unit files that are near to one that there is not. */
  readonly near: readonly string[];
}

/** Gathers them; an error is a sentence. */
export async function gatherFacts(invocation: Invocation, client: Client, name: string): Promise<WhyFacts | string> {
  const [units, edges, jobs, states] = await Promise.all([
    client.call('units.get', { units: [name] }),
    client.call('unit.dependencies', { unit: name }),
    client.call('jobs.waiting', {}),
    client.call('install.states', { units: [name] }),
  ]);
  if (!units.ok) return `Failed to ask the manager: ${units.error.message}`;
  const [unit] = units.value;
  if (unit === null || unit === undefined) return noUnit(name);
  const starters = edges.ok ? edges.value.flatMap(starterOf) : [];
  const all = jobs.ok ? jobs.value : [];
  const job = all.find((each) => each.unit === unit.name);
  const chain = chainOf(unit.name, await readRecord(invocation), job?.job);
  return {
    unit,
    fileState: states.ok ? (states.value[0] ?? null) : null,
    chain: await located(client, chain),
    starters: await placed(client, unit.name, starters),
    ...(job === undefined ? {} : { job }),
    blockers: job === undefined ? [] : blockersBefore(all, [job]).filter((blocker) => blocker.job !== job),
    wrong: unit.load === 'bad-setting' || unit.load === 'error' ? await problemsOf(client, unit.name) : [],
    near: unit.load === 'not-found' ? [(await nearUnit(client, unit.name)) ?? []].flat() : [],
  };
}

/** What is wrong in the files of a unit, without what one may merely want to know. */
export async function problemsOf(client: Client, unit: string): Promise<readonly string[]> {
  const verified = await client.call('unit.verify', { targets: [unit] });
  const diagnostics = verified.ok ? verified.value.flatMap((each) => each.diagnostics) : [];
  return diagnostics
    .filter(({ severity }) => severity !== 'notice')
    .map(({ path, line, message }) => `${path}${line > 0 ? `:${line}` : ''}: ${message}`);
}

/** From the unit's view: `WantedBy` is what a unit of `Wants=` looks like. */
function starterOf({ key, unit }: { readonly key: string; readonly unit: string }): readonly Starter[] {
  const kind = startingKinds.get(key);
  return kind === undefined ? [] : [{ of: unit, kind }];
}

const startingKinds: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    WantedBy: 'Wants',
    RequiredBy: 'Requires',
    BoundBy: 'BindsTo',
    UpheldBy: 'Upholds',
    TriggeredBy: 'Triggers',
    OnFailureOf: 'OnFailure',
    OnSuccessOf: 'OnSuccess',
  } as const),
);

async function placed(client: Client, unit: string, starters: readonly Starter[]): Promise<readonly Starter[]> {
  const places = await placesOf(
    client,
    starters.map(({ of, kind }) => ({ of, kind, unit })),
  );
  return starters.map((starter) => {
    const at = places.get(keyOf({ ...starter, unit }));
    return at === undefined ? starter : { ...starter, at };
  });
}

/** What to say of a word that names no unit. */
function noUnit(name: string): string {
  const [, prefix, type] = /^([^@/]+)@\.(\w+)$/.exec(name) ?? [];
  if (prefix === undefined || type === undefined) return `"${name}" is no unit name.`;
  return `${name} is a template, of which there may be many units: name one of them, as in ${prefix}@NAME.${type}.`;
}
