import type { Client } from '../../api/client.ts';
import { type Boot, readTimes, type UnitTimes, withManager } from './boot.ts';
import { span } from './boot-time.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `critical-chain [UNIT…]`: for each unit what it had to wait for last, and so on back to the beginning. */
export function analyzeCriticalChain(call: AnalyzeCall): Promise<number> {
  const { terminal, words, options } = call;
  return withManager(call, async (client) => {
    const times = await readTimes(client, call);
    if (times === undefined) return 1;
    const wanted = words.length === 0 ? ['default.target'] : words;
    if (options.json !== undefined) {
      const links: Link[] = [];
      for (const word of wanted)
        await printChain(client, call, times, word, (_line, link) => void (link !== undefined && links.push(link)));
      const records = links.map((link) => ({ ...link }));
      return printJson(terminal, records, options.json);
    }
    terminal.print('The time when unit became active or started is printed after the "@" character.');
    terminal.print('The time the unit took to start is printed after the "+" character.');
    terminal.print('');
    for (const word of wanted) await printChain(client, call, times, word, (line) => terminal.print(line));
    return 0;
  });
}

interface Times {
  readonly boot: Boot;
  readonly units: ReadonlyMap<string, UnitTimes>;
}

/** A unit of a chain: which one waited for it, when it began to start and was up, from the beginning of userspace on, and how long it took; in microseconds. */
interface Link {
  readonly unit: string;
  readonly before: string | null;
  readonly activating: number;
  readonly activated: number;
  readonly time: number;
}

/** Takes a line, and what it says where it is about a unit that was not shown yet. */
type Put = (line: string, link?: Link) => void;

async function printChain(client: Client, { terminal, options }: AnalyzeCall, times: Times, word: string, put: Put): Promise<void> {
  const answer = await client.call('units.properties', { units: [word], only: ['Id'] });
  const name = answer.ok ? answer.value[0]?.['Id'] : undefined;
  if (name === undefined) {
    terminal.fail(
      `Failed to get ID: ${answer.ok ? `Unit name ${word} is neither a valid invocation ID nor unit name.` : answer.error.message}`,
    );
    return;
  }
  const { style } = terminal;
  const own = times.units.get(name);
  if (own !== undefined) {
    const started = own.activated > times.boot.userspace ? `${name} @${span(own.activated - times.boot.userspace)}` : name;
    put(own.took > 0 ? style.red(`${name} +${span(own.took)}`) : started, linkOf(own, null, times.boot));
  }
  const tree = new ChainTree(client, times, options.fuzz, put, style);
  await tree.print(name, '');
}

function linkOf({ name, activating, activated, took }: UnitTimes, before: string | null, { userspace }: Boot): Link {
  const since = (moment: number): number => Math.max(0, moment - userspace);
  return { unit: name, before, activating: since(activating), activated: since(activated), time: took };
}

/** What is printed below one unit. */
class ChainTree {
  readonly #client: Client;
  readonly #times: Times;
  readonly #fuzz: number;
  readonly #put: Put;
  readonly #style: AnalyzeCall['terminal']['style'];
  readonly #shown = new Set<string>();

  constructor(client: Client, times: Times, fuzz: number, put: Put, style: AnalyzeCall['terminal']['style']) {
    this.#client = client;
    this.#times = times;
    this.#fuzz = fuzz;
    this.#put = put;
    this.#style = style;
  }

  /** Of what the unit is ordered after, that which was there last, and what was there so little earlier as --fuzz= says. */
  async print(name: string, indent: string): Promise<void> {
    this.#shown.add(name);
    const edges = await this.#client.call('unit.dependencies', { unit: name });
    const before = edges.ok ? edges.value.flatMap(({ key, unit }) => (key === 'After' ? (this.#inTime(unit) ?? []) : [])) : [];
    const latest = Math.max(0, ...before.map(({ activated }) => activated));
    const chosen = before.filter(({ activated }) => latest - activated <= this.#fuzz).toSorted((a, b) => b.activated - a.activated);
    const { glyphs } = this.#style;
    for (const [index, times] of chosen.entries()) {
      const isLast = index === chosen.length - 1;
      const isShown = this.#shown.has(times.name);
      const line = `${indent}${isLast ? glyphs.last : glyphs.branch}${this.#describe(times)}`;
      this.#put(line, isShown ? undefined : linkOf(times, name, this.#times.boot));
      const below = indent + (isLast ? '  ' : glyphs.vertical);
      if (isShown) this.#put(`${below}${glyphs.last}...`);
      else await this.print(times.name, below);
    }
  }

  #inTime(name: string): UnitTimes | undefined {
    const times = this.#times.units.get(name);
    return times !== undefined && times.activated > 0 && times.activated <= this.#times.boot.finish ? times : undefined;
  }

  #describe({ name, activating, activated, took }: UnitTimes): string {
    const { userspace } = this.#times.boot;
    if (took > 0) return this.#style.red(`${name} @${span(activating - userspace)} +${span(took)}`);
    return activated > userspace ? `${name} @${span(activated - userspace)}` : name;
  }
}
