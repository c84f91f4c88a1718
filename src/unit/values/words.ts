import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Blank-separated words; quotes group, no C escapes. */
export declare const words: ValueParser<readonly string[]>;
