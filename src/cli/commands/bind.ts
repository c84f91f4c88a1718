import { partitionNames } from '../../api/image.ts';
import type { Invocation } from '../invocation.ts';
import { readPlainName } from '../names.ts';

/** `bind UNIT PATH [PATH]` and `mount-image UNIT IMAGE PATH [OPTIONS]`: mounts something where a service that runs sees it. */
export async function runBind(invocation: Invocation): Promise<number> {
  const { verb, words, options, terminal } = invocation;
  const isImage = verb === 'mount-image';
  const [word = '', source = '', second = '', ...more] = words;
  const unit = readPlainName(invocation, word, `to ${verb}`);
  if (unit === undefined) return 1;
  const imageOptions = isImage ? rootOptions(more) : '';
  if (imageOptions === undefined) {
    terminal.fail('Failed to create bus message: Invalid argument');
    return 1;
  }
  const client = await invocation.connect();
  if (!client.ok) {
    terminal.fail(client.error);
    return 1;
  }
  const target = !isImage && second === '' ? source : second;
  const image = isImage ? { image: { options: imageOptions } } : {};
  const mounted = await client.value.call('unit.mount', {
    unit,
    source,
    target,
    ...image,
    readOnly: options.readOnly,
    make: options.mkdir,
  });
  if (mounted.ok) return 0;
  terminal.fail(`Failed to ${isImage ? 'mount image' : 'bind mount'}: ${mounted.error.message}`);
  return 1;
}

/** Options of the root partition among `[PARTITION:]OPTIONS`, the only one that tysd mounts; undefined where a partition is none. */
function rootOptions(words: readonly string[]): string | undefined {
  const found: string[] = [];
  for (const word of words.join(' ').split(/\s+/)) {
    if (word === '') continue;
    const colon = word.indexOf(':');
    const partition = colon < 0 ? 'root' : word.slice(0, colon);
    if (!partitionNames.has(partition)) return undefined;
    if (partition === 'root') found.push(word.slice(colon + 1));
  }
  return found.join(',');
}
