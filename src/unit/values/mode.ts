import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Octal file mode up to 07777. */
export declare const mode: ValueParser<number>;
