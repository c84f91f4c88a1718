import { err, ok } from '../../base/result.ts';
import type { SpecifierSet } from '../specifiers.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';
import { splitWords, unquoted } from './words.ts';
import type { Dialect } from './words.ts';

/** The parser, given the text with its specifiers expanded. */
export function expanded<T>(parser: ValueParser<T>, set: SpecifierSet = 'full'): ValueParser<T> {
  return (text, context) => {
    const expansion = context.specifiers.expand(text, set);
    return expansion.ok ? parser(expansion.value, context) : expansion;
  };
}

/** The parser; what it refuses makes the whole unit `bad-setting`. */
export function fatal<T>(parser: ValueParser<T>): ValueParser<T> {
  return (text, context) => {
    const parsed = parser(text, context);
    return parsed.ok ? parsed : err({ ...parsed.error, fatal: true });
  };
}

/** `empty` for an empty text, else what the parser says. */
export function orEmpty<T, const E>(parser: ValueParser<T>, empty: E): ValueParser<T | E> {
  return (text, context) => (text === '' ? ok(empty) : parser(text, context));
}

/** What the first of two parsers that takes the text says; the second's error where neither does, with `expected` in place of its message if given. */
export function either<A, B>(first: ValueParser<A>, second: ValueParser<B>, expected?: string): ValueParser<A | B> {
  return (text, context) => {
    const one = first(text, context);
    if (one.ok) return one;
    const other = second(text, context);
    return other.ok || expected === undefined ? other : err({ ...other.error, message: expected });
  };
}

/** Each word through a parser; words that it refuses are dropped with a warning. */
export function listOf<T>(item: ValueParser<T>, dialect: Dialect = unquoted): ValueParser<readonly T[]> {
  return (text, context) => {
    const split = splitWords(text, dialect, context);
    if (!split.ok) return split;
    const values: T[] = [];
    for (const word of split.value) {
      const value = item(word.text, context);
      if (value.ok) values.push(value.value);
      else if (value.error.fatal === true) return err(shifted(value.error, word.offset));
      else warnAt(context, value.error, word.offset);
    }
    return ok(values);
  };
}

/** What the parser says, turned into something else. */
export function mapped<A, B>(parser: ValueParser<A>, map: (value: A) => B): ValueParser<B> {
  return (text, context) => {
    const parsed = parser(text, context);
    return parsed.ok ? ok(map(parsed.value)) : parsed;
  };
}

/** The parser; of what it takes, the remark says what had better be written. */
export function remarked<T>(parser: ValueParser<T>, remark: (text: string) => string | undefined): ValueParser<T> {
  return (text, context) => {
    const parsed = parser(text, context);
    const message = parsed.ok ? remark(text) : undefined;
    if (message !== undefined) context.warn({ message, told: true, remark: true });
    return parsed;
  };
}

/** Says that a word at `offset` was dropped, and why. */
export function warnAt(context: ValueContext, error: ValueError, offset: number): void {
  context.warn(shifted(error, offset));
}

/** The error of a part of the text that begins at `offset`, as an error of the whole. */
export function shifted(error: ValueError, offset: number): ValueError {
  return { ...error, offset: offset + (error.offset ?? 0) };
}
