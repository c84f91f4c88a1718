import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Signal name (with or without SIG), RTMIN+n, RTMAX-n, or number 1 to 64. */
export declare const signal: ValueParser<number>;
/** TERM for 15; undefined where there is no such signal. */
export declare function signalName(number: number): string | undefined;
