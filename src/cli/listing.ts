import type { Answer } from '../api/contract.ts';
import type { Invocation } from './invocation.ts';
import { readNames } from './names.ts';
import { listForm, renderJson } from './output/json.ts';
import { type Cell, printTable } from './output/table.ts';
import type { Style } from './output/terminal.ts';

/** A loaded unit of a type that has a list of its own, and its properties. */
export interface Listed {
  readonly unit: NonNullable<Answer<'units.get'>[number]>;
  readonly properties: Readonly<Record<string, string>>;
}

/** The loaded units of a type that match the words of the command line; the inactive ones only with `--all`. An error message where there is no answer. */
export async function findListed(invocation: Invocation, type: 'timer' | 'path'): Promise<readonly Listed[] | undefined> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words, type);
  if (read === undefined) return undefined;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return undefined;
  }
  const units = await client.value.call('units.list', { patterns: words.length === 0 ? [`*.${type}`] : [...read.names, ...read.globs] });
  const found = units.ok ? units.value.filter((unit) => unit.name.endsWith(`.${type}`) && (options.all || unit.active !== 'inactive')) : [];
  const properties = await client.value.call('units.properties', { units: found.map(({ name }) => name) });
  if (!units.ok || !properties.ok) {
    terminal.fail(`Failed to list ${type}s: the manager does not answer.`);
    return undefined;
  }
  return found.map((unit, index) => ({ unit, properties: properties.value[index] ?? {} }));
}

/** The number of what is listed, so that one sees it; that there is nothing stands out. */
export function countText({ bold, red }: Style, text: string, count: number): string {
  return (count > 0 ? bold : red)(text);
}

/** What a list shows. */
export interface Listing {
  /** What the rows are, in the plural. */
  readonly noun: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly json: readonly Readonly<Record<string, unknown>>[];
}

/** Prints a list as a table with its legend, or as JSON. */
export async function printListing({ options, terminal }: Invocation, { noun, header, rows, json }: Listing): Promise<number> {
  const form = listForm(options.output);
  const legend = options.legend ?? !options.quiet;
  if (form !== 'table') {
    terminal.print(renderJson(json, form));
    return 0;
  }
  printTable({ ...terminal, width: options.full ? undefined : terminal.width }, { header: legend ? header : undefined, rows });
  if (!legend) return 0;
  terminal.print('');
  terminal.print(countText(terminal.style, `${rows.length} ${noun} listed.`, rows.length));
  if (!options.all) terminal.print(`Pass --all to see loaded but inactive ${noun}, too.`);
  return 0;
}
