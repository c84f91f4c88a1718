import { unitTypes } from '../api/escape.ts';
import { unitFileStates } from '../api/words.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Options } from './options.ts';
import type { Terminal } from './output/terminal.ts';

/** What --type= and --state= let through. */
export interface Filter {
  /** The types asked for; all where none was. */
  readonly type: (name: string) => boolean;
  readonly unit: (unit: { readonly name: string; readonly load: string; readonly active: string; readonly sub: string }) => boolean;
}

/** Reads --type= and --state=; an error is the exit status, after the message or the list of words that was asked for. */
export function checkFilter({ types, states }: Pick<Options, 'types' | 'states'>, terminal: Terminal): Result<Filter, number> {
  if (types.includes('help')) {
    printWords(terminal, [{ title: 'unit types', words: unitTypes }]);
    return err(0);
  }
  if (states.includes('help')) {
    printWords(terminal, [
      { title: 'unit load states', words: loadStates },
      { title: 'unit active states', words: activeStates },
      { title: 'unit file states', words: unitFileStates },
    ]);
    return err(0);
  }
  const unknown = types.find((type) => !isUnitType(type) && !loadStates.includes(type));
  if (unknown !== undefined) {
    terminal.warn(`Unknown unit type or load state '${unknown}'.`);
    terminal.warn('Use -t help to see a list of allowed values.');
    return err(1);
  }
  // A load state given as a type is one of the states asked for.
  const wantedTypes = new Set(types.filter((type) => isUnitType(type)));
  const wantedStates = new Set([...states, ...types.filter((type) => !isUnitType(type))]);
  const type = (name: string) => wantedTypes.size === 0 || wantedTypes.has(typeOf(name));
  return ok({
    type,
    unit: ({ name, load, active, sub }) =>
      type(name) && (wantedStates.size === 0 || wantedStates.has(load) || wantedStates.has(active) || wantedStates.has(sub)),
  });
}

/** The suffix of a unit name. */
export function typeOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** systemctl lists units by type, then by name, without regard to case. */
export function bySystemdOrder(left: string, right: string): number {
  return compare(typeOf(left), typeOf(right)) || compare(left.toLowerCase(), right.toLowerCase()) || compare(left, right);
}

function isUnitType(word: string): boolean {
  return unitTypes.some((type) => type === word);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

const loadStates: readonly string[] = ['stub', 'loaded', 'not-found', 'bad-setting', 'error', 'merged', 'masked'];
export const activeStates: readonly string[] = ['active', 'reloading', 'inactive', 'failed', 'activating', 'deactivating', 'maintenance'];

function printWords(terminal: Terminal, groups: readonly { readonly title: string; readonly words: readonly string[] }[]): void {
  groups.forEach(({ title, words }, index) => {
    if (index > 0) terminal.print('');
    terminal.print(`Available ${title}:`);
    for (const word of words) terminal.print(word);
  });
}
