import { matchesAny } from '../../base/glob.ts';
import type { AnalyzeCall } from './call.ts';

/** `unit-files [PATTERN…]`: which file or other name each name of a unit stands for, and which names lead to each unit. */
export async function analyzeUnitFiles({ words, options, services, terminal }: AnalyzeCall): Promise<number> {
  const unitFiles = await services.localUnitFiles({ scope: options.scope, root: '' });
  const isWanted = words.length === 0 ? () => true : matchesAny(words);
  const { ids, units } = unitFiles.names();
  const { arrow, leads } = terminal.style.glyphs;
  for (const { name, target } of ids) if (isWanted(name) || isWanted(target)) terminal.print(`ids: ${name} ${arrow} ${target}`);
  for (const { unit, names } of units) if ([unit, ...names].some(isWanted)) terminal.print(`aliases: ${unit} ${leads} ${names.join(', ')}`);
  return 0;
}
