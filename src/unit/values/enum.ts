import { ok } from '../../base/result.ts';
import { booleanOf } from './boolean.ts';
import { warnAt } from './combine.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';
import { raw, splitWords } from './words.ts';

/** Exactly one of the names, spelled as they are. */
export function oneOf<const Name extends string>(...names: readonly Name[]): ValueParser<Name> {
  const known = new Map<string, Name>(names.map((name) => [name, name]));
  const expected = `expected one of: ${names.join(', ')}`;
  return (text) => {
    const name = known.get(text);
    return name === undefined ? refuse(expected, 0, 'word') : ok(name);
  };
}

/** A boolean or one of the names, as in ProtectSystem=. */
export function booleanOr<const Name extends string>(...names: readonly Name[]): ValueParser<boolean | Name> {
  const known = new Map<string, Name>(names.map((name) => [name, name]));
  const expected = `expected a boolean or one of: ${names.join(', ')}`;
  return (text) => {
    const value = booleanOf(text) ?? known.get(text);
    return value === undefined ? refuse(expected) : ok(value);
  };
}

/** Members of a set of names, separated by blanks; `~` in front means all but these. */
export interface NameSet<Name extends string> {
  readonly invert: boolean;
  readonly names: readonly Name[];
}

/** Blank-separated names out of a set, as in SecureBits=; a name that is not in it is dropped with a warning. */
export function nameSet<const Name extends string>(...names: readonly Name[]): ValueParser<NameSet<Name>> {
  const known = new Map<string, Name>(names.map((name) => [name, name]));
  const expected = `expected names out of: ${names.join(', ')}`;
  return (text, context) => {
    const invert = text.startsWith('~');
    const start = invert ? 1 : 0;
    const split = splitWords(text.slice(start), raw, context);
    if (!split.ok) return split;
    const members: Name[] = [];
    for (const word of split.value) {
      const name = known.get(word.text);
      if (name === undefined) warnAt(context, { message: expected }, word.offset + start);
      else members.push(name);
    }
    return ok({ invert, names: members });
  };
}
