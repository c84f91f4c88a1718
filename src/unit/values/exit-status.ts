import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { ExitStatusSet } from './types.ts';
/** SuccessExitStatus= and its kin. */
export declare const exitStatusList: ValueParser<ExitStatusSet>;
/** 0 to 255 or empty for undefined (SuccessActionExitStatus=). */
export declare const exitStatus: ValueParser<number | undefined>;
