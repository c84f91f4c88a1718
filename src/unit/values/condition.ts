import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { Condition } from './types.ts';
/** Condition<kind>= or Assert<kind>=. */
export declare function condition(kind: string, argument: 'path' | 'text'): ValueParser<Condition>;
