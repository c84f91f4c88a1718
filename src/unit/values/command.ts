import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { Command } from './types.ts';
/** Exec*=: one or more commands. */
export declare const commands: ValueParser<readonly Command[]>;
