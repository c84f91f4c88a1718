import { fileSystemSets } from '../../api/file-system-sets.ts';
import type { AnalyzeCall } from './call.ts';
import { printJson } from './json.ts';

/** `filesystems [SET…]`: the sets of types of file systems that RestrictFileSystems= knows, and what this kernel has besides. */
export async function analyzeFileSystems({ words, services, terminal, options }: AnalyzeCall): Promise<number> {
  const unknown = words.find((word) => !Object.hasOwn(fileSystemSets, word));
  if (unknown !== undefined) {
    terminal.fail(`Filesystem set "${unknown}" not found.`);
    return 1;
  }
  const sets = Object.entries(fileSystemSets).filter(([name]) => words.length === 0 || words.includes(name));
  if (options.json !== undefined) {
    const records = sets.map(([set, { help, types }]) => ({ set, description: help, members: types }));
    return printJson(terminal, records, options.json);
  }
  for (const [index, [name, { help, types }]] of sets.entries()) {
    if (index > 0) terminal.print('');
    terminal.print(terminal.style.bold(name));
    terminal.print(`    # ${help}`);
    for (const type of types) terminal.print(`    ${type}`);
  }
  if (words.length > 0) return 0;
  const known = new Set(fileSystemSets['@known']?.types ?? []);
  const others = (await kernelTypes(services)).filter((type) => !known.has(type)).toSorted();
  if (others.length === 0) return 0;
  terminal.print('');
  terminal.print('# Unlisted Filesystems (available to the local kernel, but not included in any of the groups listed above):');
  for (const type of others) terminal.print(`#   ${type}`);
  return 0;
}

async function kernelTypes(services: AnalyzeCall['services']): Promise<readonly string[]> {
  const tree = await services.fileTree('');
  const text = new TextDecoder().decode(tree.read('/proc/filesystems'));
  return [...text.matchAll(/^(?:nodev)?\t(\S+)$/gm)].map(([, type = '']) => type);
}
