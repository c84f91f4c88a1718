import { nearestWord } from '../api/suggest.ts';
import { err, ok, type Result } from '../base/result.ts';

/** How an option is written. */
export interface OptionForm {
  readonly long?: string;
  readonly short?: string;
  readonly value: 'none' | 'required' | 'optional';
}

/** One option: its names, whether a value follows, and what it changes; an error is a whole sentence, or several lines. */
export interface OptionRow<Options> extends OptionForm {
  /** Options that share this function are one option with several names, so an abbreviation of them is not ambiguous. */
  readonly apply: (value: string | undefined, options: Options) => Result<Partial<Options>, string>;
  /** Nothing after it is looked at, as after --help. */
  readonly isLast?: boolean;
  /** It has no abbreviations, so it makes none of the other options ambiguous. */
  readonly isWhole?: boolean;
}

/** A command line, told apart into options and the words that are none. */
export interface Words<Options> {
  readonly options: Options;
  readonly words: readonly string[];
}

/**
 * Reads a command line as getopt_long(3) does: options anywhere, or only before the first word, unique abbreviations, `--` ends them. An
 * error is what to print.
 */
export function readWords<Options>(
  program: string,
  argv: readonly string[],
  rows: readonly OptionRow<Options>[],
  defaults: Options,
  { stopsAtWord = false }: { readonly stopsAtWord?: boolean } = {},
): Result<Words<Options>, string> {
  const words: string[] = [];
  const rest = [...argv];
  let options = defaults;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--' || (stopsAtWord && (!word.startsWith('-') || word === '-'))) {
      if (word !== '--') words.push(word);
      words.push(...rest.splice(0));
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const given = word.startsWith('--') ? longOption(program, word, rest, rows) : shortOptions(program, word, rest, rows);
    if (!given.ok) return given;
    for (const { row, value } of given.value) {
      if (row === undefined) return err(value ?? '');
      const change = row.apply(value, options);
      if (!change.ok) return change;
      options = { ...options, ...change.value };
      if (row.isLast === true) return ok({ options, words });
    }
  }
  return ok({ options, words });
}

/** Where the first word stands that is no option, nor the value of one; -1 where there is none. */
export function firstWord<Options>(argv: readonly string[], rows: readonly OptionRow<Options>[]): number {
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const at = argv.length - rest.length - 1;
    if (word === '--') return rest.length === 0 ? -1 : at + 1;
    if (!word.startsWith('-') || word === '-') return at;
    // What is wrong with an option is told by who reads them all; its value is taken from the rest here.
    if (word.startsWith('--')) longOption('', word, rest, rows);
    else shortOptions('', word, rest, rows);
  }
  return -1;
}

/** The options of a command line, without one of them, as words that mean the same; an error is what to print. */
export function withoutOption<Options>(
  program: string,
  argv: readonly string[],
  rows: readonly OptionRow<Options>[],
  left: string,
): Result<readonly string[], string> {
  const kept: string[] = [];
  const rest = [...argv];
  const words: string[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') words.push(...rest.splice(0));
    else if (!word.startsWith('-') || word === '-') words.push(word);
    else {
      const given = word.startsWith('--') ? longOption(program, word, rest, rows) : shortOptions(program, word, rest, rows);
      if (!given.ok) return given;
      for (const { row, value } of given.value) {
        if (row === undefined) return err(value ?? '');
        if (row.long !== left) kept.push(spelled(row, value));
      }
    }
  }
  return ok([...kept, ...(words.some((word) => word.startsWith('-')) ? ['--'] : []), ...words]);
}

function spelled<Options>({ long, short }: OptionRow<Options>, value: string | undefined): string {
  if (long === undefined) return `-${short ?? ''}${value ?? ''}`;
  return value === undefined ? `--${long}` : `--${long}=${value}`;
}

/** The option that was most likely meant, by the message of one that there is not. */
export function nearestOption(error: string, forms: readonly OptionForm[]): string | undefined {
  const [, typed] = /: unrecognized option '--([^='\n]*)/.exec(error) ?? [];
  const names = forms.flatMap(({ long }) => (long === undefined ? [] : [long]));
  const near = typed === undefined ? undefined : nearestWord(typed, names);
  return near === undefined ? undefined : `--${near}`;
}

/** An option that does nothing but this. */
export function flag<Change>(change: Change) {
  return { value: 'none', apply: (): Result<Change, string> => ok(change) } as const;
}

/** An option whose value is taken as it is. */
export function text<Change, Options>(change: (value: string, options: Options) => Change) {
  return { value: 'required', apply: (value = '', options: Options): Result<Change, string> => ok(change(value, options)) } as const;
}

/** Reads a boolean of the command line; an error is the sentence about the option of that name. */
export function readBoolean<Change>(name: string, value: string, change: (value: boolean) => Change): Result<Change, string> {
  if (/^(1|y|yes|t|true|on)$/i.test(value)) return ok(change(true));
  if (/^(0|n|no|f|false|off)$/i.test(value)) return ok(change(false));
  return err(`Failed to parse boolean argument to --${name}: ${value}.`);
}

/** An option as it was given; without a row, `value` is what is wrong with it. */
interface Given<Options> {
  readonly row: OptionRow<Options> | undefined;
  readonly value: string | undefined;
}

function longOption<Options>(
  program: string,
  word: string,
  rest: string[],
  rows: readonly OptionRow<Options>[],
): Result<readonly Given<Options>[], string> {
  const equals = word.indexOf('=');
  const typed = equals === -1 ? word.slice(2) : word.slice(2, equals);
  const exact = rows.find(({ long }) => long === typed);
  const found = exact === undefined ? rows.filter(({ long, isWhole }) => isWhole !== true && long?.startsWith(typed) === true) : [exact];
  const [row] = found;
  if (row === undefined) return err(`${program}: unrecognized option '${word}'`);
  if (found.some(({ apply }) => apply !== row.apply)) {
    const possibilities = found.map(({ long }) => `'--${long ?? ''}'`).join(' ');
    return err(`${program}: option '${word}' is ambiguous; possibilities: ${possibilities}`);
  }
  const name = `--${row.long ?? ''}`;
  if (row.value === 'none' && equals !== -1) return err(`${program}: option '${name}' doesn't allow an argument`);
  const value = equals === -1 ? (row.value === 'required' ? rest.shift() : undefined) : word.slice(equals + 1);
  if (row.value === 'required' && value === undefined) return err(`${program}: option '${name}' requires an argument`);
  return ok([{ row, value }]);
}

/** The options of a word such as -qf; one that is wrong comes after those before it. */
function shortOptions<Options>(
  program: string,
  word: string,
  rest: string[],
  rows: readonly OptionRow<Options>[],
): Result<readonly Given<Options>[], string> {
  const given: Given<Options>[] = [];
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const row = rows.find(({ short }) => short === letter);
    if (row === undefined) return ok([...given, { row, value: `${program}: invalid option -- '${shown(letter)}'` }]);
    if (row.value === 'none') {
      given.push({ row, value: undefined });
      continue;
    }
    const attached = word.slice(index + 1);
    const value = attached !== '' ? attached : row.value === 'required' ? rest.shift() : undefined;
    if (row.value === 'required' && value === undefined)
      return ok([...given, { row: undefined, value: `${program}: option requires an argument -- '${letter}'` }]);
    return ok([...given, { row, value }]);
  }
  return ok(given);
}

/** Letters are bytes there: of others only the first is named. */
function shown(letter: string): string {
  return letter.charCodeAt(0) < 128 ? letter : '\ufffd';
}
