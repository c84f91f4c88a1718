import type { Client } from '../api/client.ts';
import type { Options } from './options.ts';

/** Which edges each direction follows (systemctl(1), list-dependencies). */
const directions = {
  forward: ['Requires', 'Requisite', 'Wants', 'ConsistsOf', 'BindsTo', 'Upholds'],
  reverse: ['RequiredBy', 'RequisiteOf', 'WantedBy', 'PartOf', 'BoundBy', 'UpheldBy'],
  after: ['After'],
  before: ['Before'],
} as const;

/** The edges that the options ask for, by the names of the properties. */
export function followedEdges({ after, before, reverse }: Options): ReadonlySet<string> {
  if (after) return new Set(directions.after);
  return new Set(before ? directions.before : reverse ? directions.reverse : directions.forward);
}

/** With --with-dependencies, these units and those that their edges lead to; else just these. */
export async function withDependencies(client: Client, options: Options, units: readonly string[]): Promise<readonly string[]> {
  if (!options.withDependencies) return units;
  const keys = [...followedEdges(options)];
  const answers = await Promise.all(units.map((unit) => client.call('unit.dependencies', { unit })));
  const edges = answers.flatMap((answer) => (answer.ok ? answer.value : []));
  return [...new Set([...units, ...keys.flatMap((wanted) => edges.flatMap(({ key, unit }) => (key === wanted ? [unit] : [])))])];
}
