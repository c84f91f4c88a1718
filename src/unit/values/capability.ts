import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
export interface CapabilityList { readonly invert: boolean; readonly capabilities: readonly number[] }
/** CapabilityBoundingSet=, AmbientCapabilities=. */
export declare const capabilityList: ValueParser<CapabilityList>;
export declare const capabilityNames: readonly string[];
