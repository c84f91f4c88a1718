import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** A whole number within bounds; decimal, 0x, 0o, 0b. */
export declare function integer(range?: { readonly min?: number; readonly max?: number }): ValueParser<number>;
/** A whole number from 0 to 2³²-1. */
export declare const unsigned: ValueParser<number>;
/** unsigned, or `infinity` (or empty) for Infinity. */
export declare const unsignedOrInfinity: ValueParser<number>;
