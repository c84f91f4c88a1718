import type { Result } from '../../base/result.ts';
import type { ValueError, ValueParser } from './parser.ts';
/** A parsed OnCalendar= expression. */
export interface Calendar { readonly text: string }
/** OnCalendar=. */
export declare const calendar: ValueParser<Calendar>;
/** The normal form, as systemd-analyze calendar prints it. */
export declare function formatCalendar(calendar: Calendar): string;
