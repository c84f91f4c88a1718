import { err, ok, type Result } from '../base/result.ts';

/** One option of a command: what it takes, and what it does with it; what it gives back is what is wrong. */
export interface FlagRow<Draft> {
  readonly takes: 'nothing' | 'value' | 'optional';
  apply(draft: Draft, value: string): string | undefined;
  /** For an optional value: what is said of one that is attached and empty. */
  readonly refusesEmpty?: string;
  /** For an optional value: the next word is it, though it is not attached. */
  nextIsValue?(word: string): boolean;
}

/** The options of a command by their long names, and the long names of the short ones. */
export interface FlagTable<Draft> {
  readonly rows: Readonly<Record<string, FlagRow<Draft>>>;
  readonly shortNames: Readonly<Record<string, string>>;
}

/** Reads options in the manner of getopt_long(3), anywhere among the words, up to `--`; gives the words that are no options. */
export function readFlags<Draft>(
  program: string,
  argv: readonly string[],
  table: FlagTable<Draft>,
  draft: Draft,
): Result<readonly string[], string> {
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return ok([...words, ...rest]);
    const problem = word.startsWith('--')
      ? readLong(program, word, rest, table, draft)
      : word.startsWith('-') && word !== '-'
        ? readShort(program, word, rest, table, draft)
        : void words.push(word);
    if (problem !== undefined) return err(problem);
  }
  return ok(words);
}

function readLong<Draft>(program: string, word: string, rest: string[], table: FlagTable<Draft>, draft: Draft): string | undefined {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  const found = Object.hasOwn(table.rows, name) ? [name] : Object.keys(table.rows).filter((known) => known.startsWith(name));
  if (found.length > 1) return `${program}: option '${word}' is ambiguous; possibilities: ${found.map((known) => `'${known}'`).join(' ')}`;
  const row = table.rows[found[0] ?? ''];
  if (row === undefined) return `${program}: unrecognized option '${name}'`;
  if (row.takes === 'nothing')
    return attached === undefined ? row.apply(draft, '') : `${program}: option '${found[0]}' doesn't allow an argument`;
  if (attached === '' && row.refusesEmpty !== undefined) return row.refusesEmpty;
  const value = attached ?? nextValue(row, rest);
  return value === undefined ? `${program}: option '${found[0]}' requires an argument` : row.apply(draft, value);
}

function readShort<Draft>(program: string, word: string, rest: string[], table: FlagTable<Draft>, draft: Draft): string | undefined {
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const row = table.rows[table.shortNames[letter] ?? ''];
    if (row === undefined) return `${program}: invalid option -- '${letter}'`;
    if (row.takes === 'nothing') {
      const problem = row.apply(draft, '');
      if (problem !== undefined) return problem;
      continue;
    }
    const attached = word.slice(at + 1);
    const value = attached === '' ? nextValue(row, rest) : attached;
    return value === undefined ? `${program}: option requires an argument -- '${letter}'` : row.apply(draft, value);
  }
  return undefined;
}

function nextValue<Draft>(row: FlagRow<Draft>, rest: string[]): string | undefined {
  if (row.takes === 'value') return rest.shift();
  const [next] = rest;
  return next !== undefined && row.nextIsValue?.(next) === true ? rest.shift() : '';
}
