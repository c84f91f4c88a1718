import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
import type { UnitTypeName } from '../config.ts';
/** After=, Wants=, …: names with the dependency specifiers expanded; a bad one is dropped with a warning. */
export declare const unitNames: ValueParser<readonly string[]>;
/** Names of one type (Sockets=). */
export declare function unitNamesOf(type: UnitTypeName): ValueParser<readonly string[]>;
/** One name (Slice=, Service=, Unit=), of the given types if any are given. */
export declare function unitName(...types: readonly UnitTypeName[]): ValueParser<string>;
/** [Install] lists: words kept as written, specifiers are expanded when the unit is enabled. */
export declare const installNames: ValueParser<readonly string[]>;
