import { matchesAny } from '../../base/glob.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `unit-files [PATTERN…]`: which file or other name each name of a unit stands for, and which names lead to each unit. */
export async function analyzeUnitFiles({ words, options, services, terminal }: AnalyzeCall): Promise<number> {
  const unitFiles = await services.localUnitFiles({ scope: options.scope, root: '' });
  const isWanted = words.length === 0 ? () => true : matchesAny(words);
  const { ids, units } = unitFiles.names();
  const { arrow, leads } = terminal.style.glyphs;
  const wantedIds = ids.filter(({ name, target }) => isWanted(name) || isWanted(target));
  const wantedUnits = units.filter(({ unit, names }) => [unit, ...names].some(isWanted));
  if (options.json !== undefined) {
    const records = [
      ...wantedIds.map(({ name, target }) => ({ name, leads_to: target })),
      ...wantedUnits.map(({ unit, names }) => ({ name: unit, names })),
    ];
    return printJson(terminal, records, options.json);
  }
  for (const { name, target } of wantedIds) terminal.print(`ids: ${name} ${arrow} ${target}`);
  for (const { unit, names } of wantedUnits) terminal.print(`aliases: ${unit} ${leads} ${names.join(', ')}`);
  return 0;
}
