import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { ResourceLimit } from './types.ts';
export type LimitName = 'CPU' | 'FSIZE' | 'DATA' | 'STACK' | 'CORE' | 'RSS' | 'NOFILE' | 'AS' | 'NPROC' | 'MEMLOCK' | 'LOCKS' | 'SIGPENDING' | 'MSGQUEUE' | 'NICE' | 'RTPRIO' | 'RTTIME';
/** Limit*=: soft[:hard] in the unit of that limit. */
export declare function resourceLimit(name: LimitName): ValueParser<ResourceLimit>;
