import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** User=, Group=: a name or a number; refused names are fatal. Empty resets. */
export declare const userOrGroup: ValueParser<string>;
/** SocketUser=, SocketGroup=: the same, but not fatal. */
export declare const socketUserOrGroup: ValueParser<string>;
/** SupplementaryGroups=. */
export declare const groupList: ValueParser<readonly string[]>;
