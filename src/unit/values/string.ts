import { ok } from '../../base/result.ts';
import { expanded } from './combine.ts';
import type { ValueParser } from './parser.ts';

/** Any text as it stands. */
export const plainString: ValueParser<string> = (text) => ok(text);

/** Any text, its specifiers expanded. */
export const string: ValueParser<string> = expanded(plainString);
