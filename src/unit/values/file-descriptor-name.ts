import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** FileDescriptorName=. */
export declare const fileDescriptorName: ValueParser<string>;
