import type { Invocation } from '../invocation.ts';
import { countText } from '../listing.ts';
import { readNames } from '../names.ts';
import { listForm, renderJson } from '../output/json.ts';
import { printTable } from '../output/table.ts';

interface Listening {
  readonly listen: string;
  readonly type: string;
  readonly unit: string;
  readonly activates: string;
}

/** `list-sockets`: one line for each address that a socket unit listens on, sorted by address. */
export async function runListSockets(invocation: Invocation): Promise<number> {
  const { words, options, terminal } = invocation;
  const read = readNames(invocation, words, 'socket');
  if (read === undefined) return 1;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const units = await client.value.call('units.list', { patterns: words.length === 0 ? ['*.socket'] : [...read.names, ...read.globs] });
  const sockets = units.ok
    ? units.value.filter((unit) => unit.name.endsWith('.socket') && (options.all || unit.active !== 'inactive'))
    : [];
  const names = sockets.map((unit) => unit.name);
  const properties = await client.value.call('units.properties', { units: names });
  if (!units.ok || !properties.ok) {
    terminal.fail('Failed to list sockets: the manager does not answer.');
    return 1;
  }
  const listening = properties.value.flatMap((property, index) => addressesOf(names[index] ?? '', property ?? {}));
  listening.sort((left, right) => compare(left.listen, right.listen) || compare(left.type, right.type) || compare(left.unit, right.unit));

  const form = listForm(options.output);
  const legend = options.legend ?? !options.quiet;
  if (form !== 'table') {
    const rows = listening.map(({ listen, type, unit, activates }) =>
      options.showTypes ? { listen, type, unit, activates: activates || null } : { listen, unit, activates: activates || null },
    );
    terminal.print(renderJson(rows, form));
    return 0;
  }
  const header = legend ? ['LISTEN', ...(options.showTypes ? ['TYPE'] : []), 'UNIT', 'ACTIVATES'] : undefined;
  const rows = listening.map(({ listen, type, unit, activates }) => [listen, ...(options.showTypes ? [type] : []), unit, activates || '-']);
  printTable({ ...terminal, width: options.full ? undefined : terminal.width }, { header, rows });
  if (!legend) return 0;
  terminal.print('');
  terminal.print(countText(terminal.style, `${listening.length} sockets listed.`, listening.length));
  if (!options.all) terminal.print('Pass --all to see loaded but inactive sockets, too.');
  return 0;
}

/** The property Listen= has a line for each address, as `/run/x.sock (Stream)`. */
function addressesOf(unit: string, properties: Readonly<Record<string, string>>): readonly Listening[] {
  const activates = properties['Triggers'] ?? '';
  return (properties['Listen'] ?? '').split('\n').flatMap((line) => {
    const match = /^(.*) \((\w+)\)$/.exec(line);
    return match?.[1] === undefined ? [] : [{ listen: match[1], type: match[2] ?? '', unit, activates }];
  });
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
