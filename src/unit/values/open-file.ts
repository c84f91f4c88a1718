import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** OpenFile=. */
export interface OpenFile { readonly path: string; readonly name: string; readonly flags: readonly ('read-only' | 'append' | 'truncate' | 'graceful')[] }
export declare const openFile: ValueParser<OpenFile>;
