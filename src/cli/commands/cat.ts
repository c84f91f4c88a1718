import { fileUrl } from '../output/file-url.ts';
import type { Style } from '../output/terminal.ts';
import type { Client } from '../../api/client.ts';
import type { UnitFiles } from '../../api/unit-files.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames, readNames } from '../names.ts';
import { sameManager } from '../output/same-manager.ts';

/** `cat`: each file of each unit below a comment with its path; without a manager, as they are on disk. */
export async function runCat(invocation: Invocation): Promise<number> {
  const { words, options, services, terminal } = invocation;
  const client = options.root === undefined ? await invocation.connect() : undefined;
  const names = client?.ok === true ? await expandNames(invocation, client.value, words) : readNames(invocation, words)?.names;
  if (names === undefined) return 1;
  const scope = options.scope ?? (process.getuid?.() === 0 ? 'system' : 'user');
  const local = client?.ok === true ? undefined : await services.localUnitFiles({ scope, root: options.root ?? '' });
  let status = 0;
  let first = true;
  for (const unit of names) {
    const found = client?.ok === true ? await client.value.call('unit.files', { unit }) : undefined;
    const files = found?.ok === true ? found.value : local?.files(unit);
    const texts = files === undefined ? [] : textsOf(files, terminal.style);
    if (texts.length === 0) {
      terminal.fail(`No files found for ${unit}.`);
      if (client?.ok === true) await suggestUnit(invocation, unit);
      status = 1;
    }
    if (texts.length > 0 && client?.ok === true) await warnOfChange(invocation, client.value, unit);
    for (const text of texts) {
      if (!first) terminal.print('');
      first = false;
      terminal.print(text);
    }
  }
  return status;
}

/** What is shown is what is on disk, which the manager may not have read yet. */
async function warnOfChange({ program, options, terminal }: Invocation, client: Client, unit: string): Promise<void> {
  const told = await client.call('units.properties', { units: [unit] });
  if (!told.ok || told.value[0]?.['NeedDaemonReload'] !== 'yes') return;
  terminal.fail(`# Warning: ${unit} changed on disk, the version systemd has loaded is outdated.`);
  terminal.fail("# This output shows the current version of the unit's original fragment and drop-in files.");
  terminal.fail('# If fragments or drop-ins were added or removed, they are not properly reflected in this output.');
  terminal.fail(`# Run '${program}${sameManager(options)} daemon-reload' to reload units.`);
}

function textsOf({ unit, load, files }: UnitFiles, style: Style): readonly string[] {
  if (load === 'masked') return [`# Unit ${unit} is masked.`];
  return files.map(({ path, text }) => `${style.blue(`# ${style.link(fileUrl(path), path)}`)}\n${text.replace(/\n$/, '')}`);
}
