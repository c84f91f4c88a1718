import { yesNo } from '../../base/yes-no.ts';

/** How a part of a unit's settings is shown: systemd's property names, and their text. */
export type ShownTable<Settings> = Readonly<Record<string, (settings: Settings) => string>>;

/** The properties that a table makes of settings. */
export function shown<Settings>(table: ShownTable<Settings>, settings: Settings): Readonly<Record<string, string>> {
  const properties: Record<string, string> = {};
  for (const [name, text] of Object.entries(table)) properties[name] = text(settings);
  return properties;
}

/** A number that systemd keeps in 64 bits, where none is set. */
export const notSet = '[not set]';

/** A number, or what stands for none. */
export function numberOr(value: number | string | undefined, none: string): string {
  return value === undefined ? none : value === Infinity ? 'infinity' : String(value);
}

/** A boolean, or a word that says more. */
export function yesNoOr(value: boolean | string | undefined): string {
  return typeof value === 'string' ? value : yesNo(value === true);
}

/** Numbers as ranges, with blanks between them: `0 2-4`. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
  const found: [number, number][] = [];
  for (const number of sorted) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

/** What is left of a set after lists that add to it, or take from it where they are inverted; the first says what there is at the beginning. */
export function folded<Item>(
  lists: readonly { readonly invert: boolean; readonly items: readonly Item[] }[],
  all: readonly Item[],
): ReadonlySet<Item> {
  const set = new Set<Item>(lists[0]?.invert === true ? all : []);
  for (const { invert, items } of lists) {
    for (const item of items) {
      if (invert) set.delete(item);
      else set.add(item);
    }
    if (invert || items.length > 0) continue;
    set.clear();
  }
  return set;
}
