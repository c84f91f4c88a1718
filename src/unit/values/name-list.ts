import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** A list that `~` inverts, as RestrictFileSystems= or RestrictNetworkInterfaces=. */
export interface InvertibleList { readonly invert: boolean; readonly names: readonly string[] }
export declare const invertibleNames: ValueParser<InvertibleList>;
