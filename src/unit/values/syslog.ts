import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** SyslogLevel=, LogLevelMax=. */
export declare const logLevel: ValueParser<'emerg' | 'alert' | 'crit' | 'err' | 'warning' | 'notice' | 'info' | 'debug'>;
/** SyslogFacility=. */
export declare const logFacility: ValueParser<string>;
