import { isatty } from 'node:tty';
import type { Client } from '../../api/client.ts';
import { isGlob, matchesAny } from '../../base/glob.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { isUnitName } from '../../api/unit-name.ts';
import { withManager } from './boot.ts';
import type { AnalyzeCall } from './call.ts';

/** The dependencies that a graph has, in the order in which they are printed, and the colour of each. */
const colours = [
  ['After', 'green', 'order'],
  ['Requires', 'black', 'require'],
  ['Requisite', 'darkblue', 'require'],
  ['BindsTo', 'gold', 'require'],
  ['Wants', 'grey66', 'require'],
  ['Conflicts', 'red', 'require'],
] as const;

const legend = [
  '   Color legend: black     = Requires',
  '                 dark blue = Requisite',
  '                 gold      = BindsTo',
  '                 dark grey = Wants',
  '                 red       = Conflicts',
  '                 green     = After',
];

/** `dot [PATTERN…]`: the graph of dependencies of loaded units in the language of dot(1). */
export function analyzeDot(call: AnalyzeCall): Promise<number> {
  const { terminal, options } = call;
  return withManager(call, async (client) => {
    const units = await client.call('units.list', {});
    if (!units.ok) {
      terminal.fail(`Failed to list units: ${units.error.message}`);
      return 1;
    }
    const named = await ownNames(client, [...call.words, ...options.fromPatterns, ...options.toPatterns]);
    if (!named.ok) {
      terminal.fail(named.error);
      return 1;
    }
    const isWanted = edgeFilter(call, named.value);
    terminal.print('digraph systemd {');
    for (const { name } of units.value) await printEdges(client, call, name, isWanted);
    terminal.print('}');
    if (options.quiet) return 0;
    for (const line of legend) terminal.tell(line);
    if (!isatty(1)) return 0;
    terminal.note("-- You probably want to process this output with graphviz' dot tool.");
    terminal.note("-- Try a shell pipeline like 'systemd-analyze dot | dot -Tsvg > systemd.svg'!");
    return 0;
  });
}

async function printEdges(
  client: Client,
  { options, terminal }: AnalyzeCall,
  name: string,
  isWanted: (from: string, to: string) => boolean,
): Promise<void> {
  const edges = await client.call('unit.dependencies', { unit: name });
  if (!edges.ok) return;
  for (const [key, colour, group] of colours) {
    if (options.graph !== undefined && options.graph !== group) continue;
    for (const { key: kind, unit } of edges.value)
      if (kind === key && isWanted(name, unit)) terminal.print(`\t"${name}"->"${unit}" [color="${colour}"];`);
  }
}

/** What these words name: patterns are what they are, and of names it is what the units themselves have. An error is what to print. */
async function ownNames(client: Client, words: readonly string[]): Promise<Result<ReadonlyMap<string, string>, string>> {
  const typed = words.filter((word) => !isGlob(word));
  const bad = typed.find((word) => !isUnitName(word, 'plain', 'instance'));
  if (bad !== undefined) return err(`Failed to get ID: Unit name ${bad} is neither a valid invocation ID nor unit name.`);
  const answer = await client.call('units.properties', { units: typed, only: ['Id'] });
  if (!answer.ok) return err(`Failed to get ID: ${answer.error.message}`);
  return ok(new Map(typed.map((word, index) => [word, answer.value[index]?.['Id'] ?? word])));
}

/** A pattern among the words may match either end of an edge. */
function edgeFilter({ words, options }: AnalyzeCall, names: ReadonlyMap<string, string>): (origin: string, end: string) => boolean {
  const [either, from, to] = [words, options.fromPatterns, options.toPatterns].map((patterns) =>
    patterns.length === 0 ? undefined : matchesAny(patterns.map((word) => names.get(word) ?? word)),
  );
  return (origin, end) => from?.(origin) !== false && to?.(end) !== false && (either === undefined || either(origin) || either(end));
}
