import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { ManagedDirectory } from './types.ts';
/** RuntimeDirectory= and its kin. */
export declare const managedDirectories: ValueParser<readonly ManagedDirectory[]>;
