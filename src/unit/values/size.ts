import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Bytes; suffixes K M G T P E count by 1024. */
export declare const size1024: ValueParser<number>;
/** Bytes; suffixes count by 1000. */
export declare const size1000: ValueParser<number>;
