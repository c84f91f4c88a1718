import type { Client } from '../../api/client.ts';
import { assignedLines, type AssignedLine } from '../../api/assigned-lines.ts';
import type { Link } from './chain.ts';
import type { Behind } from './failure.ts';

/** A step of the chain, and where in the files that stands which it is about. */
export interface LocatedLink extends Link {
  /** PATH:LINE, the path of a link, `default` or `implicit`. */
  readonly at?: string;
  /** What stands there, where it is more than the step says. */
  readonly line?: string;
}

/** Looks up where the dependencies are declared, and where the settings are that steps are about. */
export async function located(client: Client, chain: readonly Link[]): Promise<readonly LocatedLink[]> {
  const edges = chain.flatMap(({ edge }) => (edge === undefined ? [] : [edge]));
  const units = new Set(chain.flatMap(({ behind, unit }) => (behind === undefined ? [] : [unit])));
  const [places, files] = await Promise.all([placesOf(client, edges), linesOf(client, units)]);
  return chain.map((link) => {
    const { edge, behind, unit } = link;
    const at = edge === undefined ? undefined : places.get(keyOf(edge));
    if (at !== undefined) return { ...link, at };
    const line = behind === undefined ? undefined : lineBehind(files.get(unit) ?? [], behind);
    return line === undefined ? link : { ...link, at: line.at, line: `${line.key}=${line.value}` };
  });
}

/** Where each of these dependencies is declared, by `keyOf`. */
export async function placesOf(client: Client, edges: readonly NonNullable<Link['edge']>[]): Promise<ReadonlyMap<string, string>> {
  const answer = edges.length === 0 ? undefined : await client.call('edges.locate', { edges: [...edges] });
  const places = answer?.ok === true ? answer.value : [];
  return new Map(edges.flatMap((edge, index) => (typeof places[index] === 'string' ? [[keyOf(edge), places[index]]] : [])));
}

/** What tells one dependency from the others. */
export function keyOf({ of, kind, unit }: NonNullable<Link['edge']>): string {
  return `${of} ${kind} ${unit}`;
}

async function linesOf(client: Client, units: Iterable<string>): Promise<ReadonlyMap<string, readonly AssignedLine[]>> {
  const found = new Map<string, readonly AssignedLine[]>();
  for (const unit of units) {
    const files = await client.call('unit.files', { unit });
    if (files.ok) found.set(unit, assignedLines(unit, files.value.files));
  }
  return found;
}

/** The line that says it: of the first setting that is there, the one with this program or value, else the last. */
export function lineBehind(lines: readonly AssignedLine[], { settings, program, value, alone }: Behind): AssignedLine | undefined {
  if (alone === true) {
    const [line, ...others] = lines.filter(({ key, value: text }) => settings.includes(key) && text !== '');
    return others.length === 0 ? line : undefined;
  }
  const is = (line: AssignedLine): boolean =>
    program === undefined ? value === undefined || line.value === value : programOf(line.value) === program;
  for (const setting of settings) {
    const exact = lines.findLast((line) => line.key === setting && is(line));
    if (exact !== undefined) return exact;
  }
  const name = program?.slice(program.lastIndexOf('/') + 1);
  for (const setting of settings) {
    const own = lines.filter(({ key, value: text }) => key === setting && text !== '');
    const near = own.findLast((line) => programOf(line.value).slice(programOf(line.value).lastIndexOf('/') + 1) === name) ?? own.at(-1);
    if (near !== undefined) return near;
  }
  return undefined;
}

/** The program of a command line, without the signs before it and without quotes. */
function programOf(command: string): string {
  const [, quoted, plain = ''] = /^[-@:+!|]*(?:"([^"]*)"|(\S*))/.exec(command) ?? [];
  return quoted ?? plain;
}
