import { err, ok } from '../../base/result.ts';
import { shifted } from './combine.ts';
import type { ValueParser } from './parser.ts';
import { absolutePath } from './path.ts';
import { string } from './string.ts';
import type { Condition } from './types.ts';

/**
 * Condition<kind>= or Assert<kind>=: `|` makes it one of several of which one is enough, `!` turns it round (systemd.unit(5)).
 * As in systemd blanks may follow these marks only where the argument is no path.
 */
export function condition(kind: string, argument: 'path' | 'text'): ValueParser<Condition> {
  const parse = argument === 'path' ? absolutePath : string;
  const skip = argument === 'path' ? (_text: string, at: number) => at : skipBlanks;
  return (text, context) => {
    const trigger = text.startsWith('|');
    const afterTrigger = trigger ? skip(text, 1) : 0;
    const negate = text.startsWith('!', afterTrigger);
    const start = negate ? skip(text, afterTrigger + 1) : afterTrigger;
    const parsed = parse(text.slice(start), context);
    return parsed.ok ? ok({ kind, argument: parsed.value, trigger, negate }) : err(shifted(parsed.error, start));
  };
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}
