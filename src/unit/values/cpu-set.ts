import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Numbers of CPUs or nodes, ascending: `0-3 8,10`. */
export declare const cpuSet: ValueParser<readonly number[]>;
/** CPUAffinity=: a cpu set or `numa`. */
export declare const cpuAffinity: ValueParser<readonly number[] | 'numa'>;
