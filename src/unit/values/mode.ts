import { ok } from '../../base/result.ts';
import { readInteger } from './integer.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** An octal file mode up to 7777. */
export const mode: ValueParser<number> = (text) => {
  const value = readInteger(text, 8);
  return value === undefined || value < 0 || value > 0o7777 ? refuse('expected an octal mode such as 0755') : ok(value);
};
