import { err, ok } from '../../base/result.ts';
import type { ValueParser } from './parser.ts';
import { readInteger } from './integer.ts';
import { splitWords } from './words.ts';
import type { Dialect } from './words.ts';

const dialect: Dialect = { quotes: 'remove', escapes: 'drop', separators: ' \t\n\r,' };
const HIGHEST = 8191;

/** Numbers of CPUs or NUMA nodes, ascending, from words such as `0-3 8,10`. */
export const cpuSet: ValueParser<readonly number[]> = (text, context) => {
  const split = splitWords(text, dialect, context);
  if (!split.ok) return split;
  const numbers = new Set<number>();
  for (const word of split.value) {
    const range = parseRange(word.text);
    if (range === undefined || range.last > HIGHEST) {
      return err({
        message: `expected a number or a range such as 0-3, up to ${HIGHEST}, found ${JSON.stringify(word.text)}`,
        offset: word.offset,
      });
    }
    for (let number = range.first; number <= range.last; number++) numbers.add(number);
  }
  return ok([...numbers].toSorted((a, b) => a - b));
};

/** CPUAffinity=: a cpu set, or `numa` for the CPUs of NUMAMask=. */
export const cpuAffinity: ValueParser<readonly number[] | 'numa'> = (text, context) =>
  text === 'numa' ? ok('numa') : cpuSet(text, context);

/** A number, or two with a dash between; undefined where it is neither. */
export function parseRange(text: string): { readonly first: number; readonly last: number } | undefined {
  const dash = text.indexOf('-', 1);
  const first = readInteger(dash < 0 ? text : text.slice(0, dash));
  const last = dash < 0 ? first : /^\d/.test(text.slice(dash + 1)) ? readInteger(text.slice(dash + 1)) : undefined;
  if (first === undefined || last === undefined || first < 0 || last > 2 ** 53 || /\s/.test(text.trimStart())) return undefined;
  return { first, last };
}
