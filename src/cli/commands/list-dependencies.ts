import type { Client } from '../../api/client.ts';
import { suggestIfMissing } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { followedEdges } from '../with-dependencies.ts';
import { expandNames } from '../names.ts';
import { paintState } from '../output/terminal.ts';

/** `list-dependencies`: a tree below each unit; of other units than targets only with --all. */
export async function runListDependencies(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const units = await expandNames(invocation, client.value, words.length === 0 ? ['default.target'] : words);
  if (units === undefined) return 1;
  const graph = new Graph(client.value, followedEdges(options));
  for (const [index, unit] of units.entries()) {
    if (index > 0) terminal.print('');
    const root = await graph.load(unit, options.all);
    if (graph.edges(root).length === 0) await suggestIfMissing(invocation, client.value, root);
    terminal.print(root);
    printTree(invocation, graph, root, [root], '');
  }
  return 0;
}

/** The part of the dependency graph that a tree shows; each unit is asked for once. */
class Graph {
  readonly #client: Client;
  readonly #keys: ReadonlySet<string>;
  readonly #edges = new Map<string, readonly string[]>();
  readonly #active = new Map<string, string>();

  constructor(client: Client, keys: ReadonlySet<string>) {
    this.#client = client;
    this.#keys = keys;
  }

  /** Loads what hangs below a unit, a level at a time; gives the unit's own name. */
  async load(unit: string, all: boolean): Promise<string> {
    const info = await this.#client.call('units.get', { units: [unit] });
    const root = (info.ok ? info.value[0]?.name : undefined) ?? unit;
    for (let level = [root]; level.length > 0;) {
      const answers = await Promise.all(level.map((name) => this.#client.call('unit.dependencies', { unit: name })));
      level.forEach((name, index) => this.#edges.set(name, this.#sorted(answers[index])));
      const found = new Set(level.flatMap((name) => this.edges(name)));
      await this.#loadStates([...found].filter((name) => !this.#active.has(name)));
      level = [...found].filter((name) => !this.#edges.has(name) && (all || name.endsWith('.target')));
    }
    return root;
  }

  edges(unit: string): readonly string[] {
    return this.#edges.get(unit) ?? [];
  }

  active(unit: string): string {
    return this.#active.get(unit) ?? 'inactive';
  }

  /** Targets come last, then by name without regard to case. */
  #sorted(answer: Awaited<ReturnType<Client['call']>> | undefined): readonly string[] {
    if (answer === undefined || !answer.ok || !Array.isArray(answer.value)) return [];
    const names = new Set<string>();
    for (const edge of answer.value) if (isEdge(edge) && this.#keys.has(edge.key)) names.add(edge.unit);
    return [...names].toSorted((left, right) => (order(left) < order(right) ? -1 : 1));
  }

  async #loadStates(units: readonly string[]): Promise<void> {
    if (units.length === 0) return;
    const infos = await this.#client.call('units.get', { units: [...units] });
    units.forEach((unit, index) => this.#active.set(unit, (infos.ok ? infos.value[index]?.active : undefined) ?? 'inactive'));
  }
}

function order(name: string): string {
  return `${name.endsWith('.target') ? 1 : 0}${name.toLowerCase()}`;
}

function isEdge(value: unknown): value is { readonly key: string; readonly unit: string } {
  return typeof value === 'object' && value !== null && 'key' in value && 'unit' in value && typeof value.unit === 'string';
}

/** `path` holds the units from the root to this one; with --plain, every unit that was printed, since a list needs none twice. */
function printTree(invocation: Invocation, graph: Graph, unit: string, path: string[], indent: string): void {
  const { options, terminal } = invocation;
  const { glyphs } = terminal.style;
  const children = graph.edges(unit);
  children.forEach((child, index) => {
    const last = index === children.length - 1;
    const looped = path.includes(child);
    if (looped && options.plain) return;
    if (options.plain) terminal.print(`  ${child}`);
    else if (looped) terminal.print(`  ${indent}${glyphs.last}...`);
    else {
      const { glyph, paint } = paintState(graph.active(child), terminal.style);
      terminal.print(`${paint(glyph)} ${indent}${last ? glyphs.last : glyphs.branch}${child}`);
    }
    if (looped || (!options.all && !child.endsWith('.target'))) return;
    path.push(child);
    printTree(invocation, graph, child, path, indent + (last ? '  ' : glyphs.vertical));
    if (!options.plain) path.pop();
  });
}
