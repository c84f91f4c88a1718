import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { SpecifierSet } from '../specifiers.ts';
/** The parser, given the text with its specifiers expanded. */
export declare function expanded<T>(parser: ValueParser<T>, set?: SpecifierSet): ValueParser<T>;
/** The parser; what it refuses makes the whole unit `bad-setting`. */
export declare function fatal<T>(parser: ValueParser<T>): ValueParser<T>;
/** `empty` for an empty text, else what the parser says. */
export declare function orEmpty<T, E>(parser: ValueParser<T>, empty: E): ValueParser<T | E>;
/** What the first of two parsers that takes the text says. */
export declare function either<A, B>(first: ValueParser<A>, second: ValueParser<B>, expected: string): ValueParser<A | B>;
/** Each word through a parser; words that it refuses are dropped with a warning. */
export declare function listOf<T>(item: ValueParser<T>): ValueParser<readonly T[]>;
/** What the parser says, turned into something else. */
export declare function mapped<A, B>(parser: ValueParser<A>, map: (value: A) => B): ValueParser<B>;
