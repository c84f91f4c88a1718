import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Microseconds, Infinity for `infinity`; a bare number is seconds. */
export declare const timespan: ValueParser<number>;
/** As timespan; 0 is Infinity (JobTimeoutSec= and others). */
export declare const timeout: ValueParser<number>;
/** As timespan; empty is Infinity. */
export declare const timespanOrInfinity: ValueParser<number>;
/** Nanoseconds; a bare number is nanoseconds (TimerSlackNSec=). */
export declare const nanoseconds: ValueParser<number>;
/** As systemd prints it: 1h 30min 1.500s. */
export declare function formatTimespan(usec: number, accuracyUsec?: number): string;
