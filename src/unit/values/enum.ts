import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** Exactly one of the names. */
export declare function oneOf<const Name extends string>(...names: readonly Name[]): ValueParser<Name>;
/** A boolean or one of the names, as in ProtectSystem=. */
export declare function booleanOr<const Name extends string>(...names: readonly Name[]): ValueParser<boolean | Name>;
/** Blank-separated names of a set; ~ inverts. */
export declare function nameSet<const Name extends string>(...names: readonly Name[]): ValueParser<{ readonly invert: boolean; readonly names: readonly Name[] }>;
