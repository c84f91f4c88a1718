import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
export interface SyscallList { readonly invert: boolean; readonly names: readonly { readonly name: string; readonly errno?: string }[] }
/** SystemCallFilter=, SystemCallLog=. */
export declare const syscallList: ValueParser<SyscallList>;
