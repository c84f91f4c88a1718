import { ok } from '../../base/result.ts';
import { expanded } from './combine.ts';
import type { ValueParser } from './parser.ts';
import { raw, splitWords } from './words.ts';

/** A list that `~` in front inverts: all but these. */
export interface InvertibleList {
  readonly invert: boolean;
  readonly names: readonly string[];
}

/** RestrictFileSystems=, RestrictNetworkInterfaces= and other lists of names that are judged later. */
export const invertibleNames: ValueParser<InvertibleList> = expanded((text, context) => {
  const invert = text.startsWith('~');
  const split = splitWords(invert ? text.slice(1) : text, raw, context);
  return split.ok ? ok({ invert, names: split.value.map((word) => word.text) }) : split;
});
