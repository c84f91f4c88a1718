import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** CPUWeight=, IOWeight=: 1 to 10000, or `idle` where `idle` is allowed; undefined for empty. */
export declare function weight(options?: { readonly idle?: boolean }): ValueParser<number | 'idle' | undefined>;
/** Bytes, a share of the machine's memory, or Infinity. */
export type Amount = { readonly absolute: number } | { readonly permyriad: number };
/** MemoryMax= and its kin. */
export declare const memoryLimit: ValueParser<Amount>;
/** TasksMax=. */
export declare const tasksMax: ValueParser<Amount>;
/** CPUQuota=: percent of one CPU, undefined for empty. */
export declare const cpuQuota: ValueParser<number | undefined>;
/** IOReadBandwidthMax=: bytes per second or Infinity. */
export declare const rate: ValueParser<number>;
