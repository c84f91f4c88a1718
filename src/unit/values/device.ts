import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** DeviceAllow=. */
export declare const deviceRule: ValueParser<{ readonly device: string; readonly access: string }>;
/** `PATH VALUE`, the value through a parser: IODeviceWeight=, IOReadBandwidthMax=, … */
export declare function perDevice<T>(value: ValueParser<T>): ValueParser<{ readonly device: string; readonly value: T }>;
