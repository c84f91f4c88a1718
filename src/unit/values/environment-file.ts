import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** The assignments of an EnvironmentFile=, each NAME=value, the last of each name. */
export declare function parseEnvironmentFile(text: string): { readonly assignments: readonly string[]; readonly problems: readonly { readonly line: number; readonly message: string }[] };
