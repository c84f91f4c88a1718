import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** 32 hex digits, plain or as a UUID; gives 32 lower-case digits. */
export declare const id128: ValueParser<string>;
