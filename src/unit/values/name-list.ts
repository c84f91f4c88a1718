import { ok } from '../../base/result.ts';
import { expanded } from './combine.ts';
import type { ValueParser } from './parser.ts';
import { raw, splitWords } from './words.ts';

/** A list that `~` in front inverts: all but these. */
export interface InvertibleList {
  readonly invert: boolean;
  readonly names: readonly string[];
}

/** What lines of such a setting come to. */
export interface MergedNames {
  readonly inverted: boolean;
  readonly names: ReadonlySet<string>;
}

/** The lines as one list: the first says of which kind it is, and what a later one says otherwise is taken off it. */
export function mergedNames(lists: readonly InvertibleList[]): MergedNames {
  const inverted = lists[0]?.invert === true;
  const merged = new Set<string>();
  for (const { invert, names } of lists) for (const name of names) merged[invert === inverted ? 'add' : 'delete'](name);
  return { inverted, names: merged };
}

/** The list as it is shown: `~` in front where it is inverted. */
export function mergedText({ inverted, names }: MergedNames): string {
  return `${inverted ? '~' : ''}${[...names].toSorted().join(' ')}`;
}

/** RestrictNetworkInterfaces=: names of interfaces; what cannot be one is dropped with a warning. */
export const invertibleInterfaces: ValueParser<InvertibleList> = (text, context) => {
  const list = invertibleNames(text, context);
  if (!list.ok) return list;
  const names = list.value.names.filter((name) => {
    const isName = /^(?!\d+$|\.{1,2}$)[^\s/:%\p{Cc}]{1,15}$/u.test(name);
    if (!isName) context.warn({ message: `expected the name of a network interface, found “${name}”`, offset: text.indexOf(name) });
    return isName;
  });
  return ok({ ...list.value, names });
};

/** RestrictFileSystems= and other lists of names that are judged later. */
export const invertibleNames: ValueParser<InvertibleList> = expanded((text, context) => {
  const invert = text.startsWith('~');
  const split = splitWords(invert ? text.slice(1) : text, raw, context);
  return split.ok ? ok({ invert, names: split.value.map((word) => word.text) }) : split;
});
