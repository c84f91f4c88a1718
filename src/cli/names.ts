import { resolve } from 'node:path';
import type { Client } from '../api/client.ts';
import { isGlob } from '../base/glob.ts';
import { readTypedName } from '../api/unit-name.ts';
import { checkFilter } from './filter.ts';
import type { Invocation } from './invocation.ts';

type Suffix = Parameters<typeof readTypedName>[1];

/** Words of the command line as unit names, patterns still unexpanded; undefined, after a message, where one is no name at all. */
export function readNames(
  { terminal }: Pick<Invocation, 'terminal'>,
  words: readonly string[],
  suffix?: Suffix,
): { readonly names: readonly string[]; readonly globs: readonly string[] } | undefined {
  const names: string[] = [];
  const globs: string[] = [];
  for (const word of words) {
    const typed = readTypedName(word, suffix);
    if (typed === undefined) {
      terminal.fail('Failed to mangle name: Invalid argument');
      return undefined;
    }
    if (typed.escaped !== undefined) {
      terminal.note(`Invalid unit name "${word}" escaped as "${typed.escaped}" (maybe you should use systemd-escape?).`);
    }
    (typed.glob ? globs : names).push(typed.name);
  }
  return { names, globs };
}

/** One word as a unit name, where patterns make no sense; `how` is how a pattern was passed, such as `to enable`. */
export function readPlainName(
  { terminal, options }: Pick<Invocation, 'terminal' | 'options'>,
  word: string,
  how: string,
  suffix: Suffix = 'service',
): string | undefined {
  const typed = readTypedName(word, suffix, { globs: false });
  if (typed === undefined) {
    terminal.fail('Failed to mangle name: Invalid argument');
    return undefined;
  }
  if (options.quiet) return typed.name;
  if (isGlob(word)) terminal.note(`Glob pattern passed ${how}, but globs are not supported for this.`);
  if (typed.escaped !== undefined) {
    terminal.note(
      `Invalid unit name "${word}" escaped as "${typed.escaped}"${isGlob(word) ? '' : ' (maybe you should use systemd-escape?)'}.`,
    );
  }
  return typed.name;
}

/** Words as unit names, or as absolute paths where they are paths; undefined, after a message, where one is neither. */
export function readUnits(
  invocation: Pick<Invocation, 'terminal' | 'options'>,
  how: string,
  words: readonly string[],
): readonly string[] | undefined {
  const units: string[] = [];
  for (const word of words) {
    if (word === '') invocation.terminal.fail("Failed to mangle unit name or path '': Invalid argument");
    const unit = word === '' ? undefined : word.includes('/') ? resolve(word) : readPlainName(invocation, word, how);
    if (unit === undefined) return undefined;
    units.push(unit);
  }
  return units;
}

/** The units that the words mean: names as they are, then what `list-units` would show of the units that the patterns match. */
export async function expandNames(
  invocation: Pick<Invocation, 'terminal' | 'options'>,
  client: Client,
  words: readonly string[],
  suffix?: Suffix,
): Promise<readonly string[] | undefined> {
  const read = readNames(invocation, words, suffix);
  if (read === undefined) {
    invocation.terminal.fail('Failed to expand names: Invalid argument');
    return undefined;
  }
  if (read.globs.length === 0) return read.names;
  const matched = await client.call('units.list', { patterns: [...read.globs] });
  if (!matched.ok) {
    invocation.terminal.fail(`Failed to expand names: ${matched.error.message}`);
    return undefined;
  }
  const filter = checkFilter(invocation.options, invocation.terminal);
  if (!filter.ok) return undefined;
  return [...new Set([...read.names, ...matched.value.filter(filter.value.shows).map((unit) => unit.name)])];
}
