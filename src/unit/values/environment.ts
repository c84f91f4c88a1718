import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Environment=: NAME=value words. */
export declare const environmentAssignments: ValueParser<readonly string[]>;
/** PassEnvironment=. */
export declare const environmentNames: ValueParser<readonly string[]>;
/** UnsetEnvironment=. */
export declare const environmentNamesOrAssignments: ValueParser<readonly string[]>;
