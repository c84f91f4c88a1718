import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** argv with $NAME and ${NAME} replaced (systemd.service(5), "Command lines"); names that are unset or not valid are reported. */
export declare function expandArguments(argv: readonly string[], environment: ReadonlyMap<string, string>): { readonly argv: readonly string[]; readonly unset: readonly string[]; readonly invalid: readonly string[] };
