import { spawnSync } from 'node:child_process';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames } from '../names.ts';

/** `help UNIT…`: the manual pages that units name in Documentation=; other documentation is only named. */
export async function runUnitHelp(invocation: Invocation): Promise<number> {
  const { words, terminal } = invocation;
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const units = await expandNames(invocation, client.value, words);
  if (units === undefined) return 1;
  const answer = await client.value.call('units.properties', { units: [...units] });
  if (!answer.ok) {
    terminal.fail(answer.error.message);
    return 1;
  }
  let status = 0;
  for (const [index, unit] of units.entries()) {
    const { Id: id = unit, LoadState: load, Documentation: documentation = '' } = answer.value[index] ?? {};
    if (index > 0) terminal.print('');
    if (load === undefined || load === 'not-found') {
      terminal.fail(`Unit ${unit} could not be found.`);
      await suggestUnit(invocation, unit);
      status = 1;
      continue;
    }
    const documents = documentation.split(' ').flatMap((word) => /^"?(.+?)"?$/.exec(word)?.[1] ?? []);
    if (documents.length === 0) terminal.tell(`Documentation for ${id} not known.`);
    for (const document of documents) {
      // A page that looks like an option could have man(1) run anything.
      if (!document.startsWith('man:') || /^man:(-|.*\(-)/.test(document)) terminal.tell(`Can't show: ${document}`);
      else showManualPage(document.slice('man:'.length), terminal);
    }
  }
  return status;
}

/** Shows `page(section)`. As with systemd, that there is no such page or no man(1) is no failure. */
function showManualPage(page: string, { fail }: Invocation['terminal']): void {
  const [, name = page, section] = /^(.*)\(([^)]+)\)$/.exec(page) ?? [];
  const { error } = spawnSync('man', [...(section === undefined ? [] : [section]), name], { stdio: 'inherit' });
  if (error !== undefined)
    fail(`Failed to execute man: ${/ENOENT|not found/.test(error.message) ? 'No such file or directory' : error.message}`);
}
