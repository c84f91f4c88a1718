import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Any text, its specifiers expanded. */
export declare const string: ValueParser<string>;
/** Any text as it stands. */
export declare const plainString: ValueParser<string>;
