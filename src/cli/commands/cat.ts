import type { UnitFiles } from '../../api/unit-files.ts';
import { suggestUnit } from '../did-you-mean.ts';
import type { Invocation } from '../invocation.ts';
import { expandNames, readNames } from '../names.ts';

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
    const texts = files === undefined ? [] : textsOf(files);
    if (texts.length === 0) {
      terminal.warn(`No files found for ${unit}.`);
      if (client?.ok === true) await suggestUnit(invocation, unit);
      status = 1;
    }
    for (const text of texts) {
      if (!first) terminal.print('');
      first = false;
      terminal.print(text);
    }
  }
  return status;
}

function textsOf({ unit, load, files }: UnitFiles): readonly string[] {
  if (load === 'masked') return [`# Unit ${unit} is masked.`];
  return files.map(({ path, text }) => `# ${path}\n${text.replace(/\n$/, '')}`);
}
