import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** 1 yes y true t on / 0 no n false f off. */
export declare const boolean: ValueParser<boolean>;
/** As boolean; empty is undefined. */
export declare const tristate: ValueParser<boolean | undefined>;
