import { capabilityNames, capabilityNumber } from '../../api/capability.ts';
import { exitStatusCode, exitStatuses } from '../../api/exit-names.ts';
import { printTable } from '../output/table.ts';
import { json } from './json.ts';
import type { AnalyzeCall } from './call.ts';

/** `exit-status [STATUS…]`: the exit statuses that have names. */
export function analyzeExitStatus(call: AnalyzeCall): Promise<number> {
  const rows = exitStatuses.map(([code, name, from]) => [name, String(code), from] as const);
  return printRows(call, ['NAME', 'STATUS', 'CLASS'], rows, (word) => {
    const code = exitStatusCode(word);
    if (code === undefined) return `Invalid exit status "${word}".`;
    return rows.find(([, number]) => number === String(code)) ?? ['-', String(code), '-'];
  });
}

/** `capability [CAPABILITY…]`: the capabilities of Linux, and their numbers. */
export function analyzeCapability(call: AnalyzeCall): Promise<number> {
  return printRows(
    call,
    ['NAME', 'NUMBER'],
    capabilityNames.map((_, number) => capabilityRow(number)),
    (word) => {
      const number = capabilityNumber(word);
      return number === undefined || number >= capabilityNames.length ? `Capability "${word}" not known.` : capabilityRow(number);
    },
    (rows) => rows.toSorted((a, b) => Number(a[1]) - Number(b[1])),
  );
}

function capabilityRow(number: number): readonly string[] {
  return [capabilityNames[number] ?? '', String(number)];
}

/** Prints the rows of the words, or all where there are none; a word without a row is a sentence, and ends it. */
async function printRows(
  { words, options, terminal }: AnalyzeCall,
  header: readonly string[],
  all: readonly (readonly string[])[],
  find: (word: string) => readonly string[] | string,
  order: (rows: readonly (readonly string[])[]) => readonly (readonly string[])[] = (rows) => rows,
): Promise<number> {
  const found = words.map(find);
  const problem = found.find((row) => typeof row === 'string');
  if (typeof problem === 'string') {
    terminal.fail(problem);
    return 1;
  }
  const asked = found.flatMap((row) => (typeof row === 'string' ? [] : [row]));
  const rows = words.length === 0 ? all : order(asked);
  if (options.json !== undefined) {
    const record = (row: readonly string[]) =>
      Object.fromEntries(header.map((name, at) => [name.toLowerCase(), at === 1 ? Number(row[at]) : row[at]]));
    terminal.print(json(rows.map(record), options.json));
    return 0;
  }
  printTable({ ...terminal, width: undefined }, { header, rows, numbers: new Set([1]) });
  return 0;
}
