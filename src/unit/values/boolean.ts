import { ok } from '../../base/result.ts';
import { orEmpty } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

const spellings: Readonly<Record<string, boolean>> = {
  1: true,
  yes: true,
  y: true,
  true: true,
  t: true,
  on: true,
  0: false,
  no: false,
  n: false,
  false: false,
  f: false,
  off: false,
};

/** A boolean in any spelling and case that systemd takes: 1 yes y true t on, 0 no n false f off. */
export const boolean: ValueParser<boolean> = (text) => {
  const value = booleanOf(text);
  return value === undefined ? refuse('expected a boolean such as yes or no', 0, 'name') : ok(value);
};

/** A boolean; undefined where the text is empty. */
export const tristate: ValueParser<boolean | undefined> = orEmpty(boolean, undefined);

/** The boolean that the text spells, or undefined. */
export function booleanOf(text: string): boolean | undefined {
  const spelling = Object.hasOwn(spellings, text) ? text : text.toLowerCase();
  return Object.hasOwn(spellings, spelling) ? spellings[spelling] : undefined;
}
