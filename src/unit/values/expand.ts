import { isEnvironmentName } from './environment.ts';
import { splitWords } from './words.ts';
import type { Dialect } from './words.ts';

/** Arguments after the variables were put in, and the names that stood for nothing. */
export interface Expansion {
  readonly argv: readonly string[];
  readonly unset: readonly string[];
  readonly invalid: readonly string[];
}

/** A value divides at blanks; quotes group, and need not be closed. */
const valueWords: Dialect = { quotes: 'remove', escapes: 'drop', lenientEnd: true };

/** Puts variables into arguments (systemd.service(5), "Command lines"): a word `$NAME` becomes the words of the value, `${NAME}` anywhere the value, `$$` a dollar sign. */
export function expandArguments(argv: readonly string[], environment: ReadonlyMap<string, string>): Expansion {
  if (!argv.some((argument) => argument.includes('$'))) return { argv, unset: [], invalid: [] };
  const result: string[] = [];
  const unset = new Set<string>();
  const invalid = new Set<string>();
  const valueOf = (name: string): string => {
    const value = environment.get(name);
    if (!isEnvironmentName(name)) invalid.add(name);
    else if (value === undefined) unset.add(name);
    return value ?? '';
  };
  for (const argument of argv) {
    if (isWholeVariable(argument)) result.push(...wordsOf(valueOf(argument.slice(1))));
    else result.push(replaceVariables(argument, valueOf));
  }
  return { argv: result, unset: [...unset], invalid: [...invalid] };
}

/** The text with each `${NAME}` replaced by its value and `$$` by `$`; other dollar signs stay. */
export function replaceVariables(text: string, valueOf: (name: string) => string): string {
  let dollar = text.indexOf('$');
  if (dollar < 0) return text;
  let result = '';
  let copied = 0;
  while (dollar >= 0) {
    const end = text[dollar + 1] === '{' ? endOfName(text, dollar + 2) : -1;
    if (text[dollar + 1] === '$') {
      result += text.slice(copied, dollar + 1);
      copied = dollar + 2;
    } else if (end >= 0) {
      result += text.slice(copied, dollar) + valueOf(text.slice(dollar + 2, end));
      copied = end + 1;
    }
    dollar = text.indexOf('$', Math.max(copied, dollar + 1));
  }
  return result + text.slice(copied);
}

function isWholeVariable(argument: string): boolean {
  return argument.startsWith('$') && argument[1] !== '{' && argument[1] !== '$';
}

function wordsOf(value: string): readonly string[] {
  const split = splitWords(value, valueWords);
  return split.ok ? split.value.map((word) => word.text) : [];
}

/** Where the `}` is; -1 where there is none, or a `:` stands before it, which belongs to a syntax that is not known here. */
function endOfName(text: string, start: number): number {
  const end = text.indexOf('}', start);
  const colon = text.indexOf(':', start);
  return colon >= 0 && colon < end ? -1 : end;
}
