import { joinBytes } from '../../base/bytes.ts';
import { decodeEscape } from '../../base/c-escape.ts';
import { err, ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueContext, ValueError, ValueParser } from './parser.ts';

/** How a value divides into words; each setting has one of the dialects below. */
export interface Dialect {
  /** Quotes are ordinary characters, group and vanish, or group and stay. */
  readonly quotes: 'plain' | 'remove' | 'keep';
  /** A backslash: is dropped, is kept and has no meaning, begins a C escape, or only protects separators and itself. */
  readonly escapes: 'drop' | 'retain' | 'decode' | 'separators' | 'decode-or-separators';
  /** Escapes that are not known stay as they are, in place of an error. */
  readonly lenientEscapes?: boolean;
  /** The end of the text closes an open quote, in place of an error. */
  readonly lenientEnd?: boolean;
  /** Characters between words; blanks where it is not given. */
  readonly separators?: string;
  /** Each separator ends a word, so there are empty words. */
  readonly emptyWords?: boolean;
}

/** One word: its text after quotes and escapes, where it begins, and where to go on; `next` is -1 at the end of the text. */
export interface Word {
  readonly text: string;
  readonly offset: number;
  readonly next: number;
}

/** Also=, exit status lists and most word lists. */
export const raw: Dialect = { quotes: 'plain', escapes: 'drop' };
/** Dependency lists, whose names contain `\x2d`. */
export const retained: Dialect = { quotes: 'plain', escapes: 'retain' };
/** PassEnvironment= and many lists. */
export const unquoted: Dialect = { quotes: 'remove', escapes: 'drop' };
/** Exec*=, Environment=, ReadWritePaths= and others. */
export const decoded: Dialect = { quotes: 'remove', escapes: 'decode' };

/** Blank-separated words; quotes group, a backslash protects the next character. */
export const words: ValueParser<readonly string[]> = (text, context) => wordTexts(text, unquoted, context);

/** Blank-separated words without quotes. */
export const rawWords: ValueParser<readonly string[]> = (text, context) => wordTexts(text, raw, context);

/** All words of `text`; escapes that are not known are kept with a warning, as systemd does. */
export function splitWords(text: string, dialect: Dialect, context?: Pick<ValueContext, 'warn'>): Result<readonly Word[], ValueError> {
  const found: Word[] = [];
  for (let at = 0; at >= 0;) {
    const word = nextWord(text, at, dialect, context);
    if (!word.ok) return word;
    if (word.value === undefined) break;
    found.push(word.value);
    at = word.value.next;
  }
  return ok(found);
}

/** As `extractWord`, but escapes that are not known are kept with a warning. */
export function nextWord(
  text: string,
  start: number,
  dialect: Dialect,
  context?: Pick<ValueContext, 'warn'>,
): Result<Word | undefined, ValueError> {
  const word = extractWord(text, start, dialect);
  if (word.ok || dialect.lenientEscapes === true) return word;
  const lenient = extractWord(text, start, { ...dialect, lenientEscapes: true });
  if (!lenient.ok) return word;
  context?.warn({ message: 'unknown escape sequence, taken as it stands', told: true, ...offsetOf(word.error) });
  return lenient;
}

/** The first word of `text` from `start` on; undefined where there is none left. */
export function extractWord(text: string, start: number, dialect: Dialect): Result<Word | undefined, ValueError> {
  if (start < 0) return ok(undefined);
  if (dialect.separators === undefined && dialect.emptyWords !== true) {
    const plain = extractPlainWord(text, start);
    if (plain !== undefined) return ok(plain);
  }
  const separators = dialect.separators ?? ' \t\n\r';
  let offset = start;
  if (dialect.emptyWords !== true) {
    while (offset < text.length && isOneOf(separators, text.charCodeAt(offset))) offset++;
    if (offset >= text.length) return ok(undefined);
  }
  let at = offset;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isOneOf(separators, code)) return ok({ text: text.slice(offset, at), offset, next: skipSeparators(text, at, separators, dialect) });
    if (isSpecial(code, dialect)) return extractSpecialWord(text, offset, at, separators, dialect);
  }
  return ok({ text: text.slice(offset), offset, next: -1 });
}

const plainWord = /[ \t\n\r]*([^ \t\n\r\\"']+)(?:[ \t\n\r]+|$)/y;

/** A word without quotes and backslashes, between blanks: the same in each dialect with those separators, and nearly every word is one. */
function extractPlainWord(text: string, start: number): Word | undefined {
  plainWord.lastIndex = start;
  const [whole, word] = plainWord.exec(text) ?? [];
  if (whole === undefined || word === undefined) return undefined;
  const end = start + whole.length;
  const isLast = end === text.length && whole.endsWith(word);
  return { text: word, offset: start + whole.indexOf(word), next: isLast ? -1 : end };
}

function wordTexts(text: string, dialect: Dialect, context: ValueContext): Result<readonly string[], ValueError> {
  const split = splitWords(text, dialect, context);
  return split.ok ? ok(split.value.map((word) => word.text)) : split;
}

const BACKSLASH = 92;
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;

function extractSpecialWord(
  text: string,
  offset: number,
  special: number,
  separators: string,
  dialect: Dialect,
): Result<Word | undefined, ValueError> {
  let word = text.slice(offset, special);
  let quote = 0;
  let opened = 0;
  let plainFrom = special;
  let at = special;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && dialect.escapes !== 'retain') {
      word += text.slice(plainFrom, at);
      const escape = takeEscape(text, at + 1, quote !== 0, separators, dialect);
      if (escape === undefined) return refuse('expected a known escape sequence after the backslash', Math.min(at + 1, text.length));
      word += escape.text;
      at += escape.length;
      plainFrom = at + 1;
    } else if (quote !== 0) {
      if (code !== quote) continue;
      quote = 0;
      if (dialect.quotes === 'keep') continue;
      word += text.slice(plainFrom, at);
      plainFrom = at + 1;
    } else if (isQuote(code) && dialect.quotes !== 'plain') {
      quote = code;
      opened = at;
      if (dialect.quotes === 'keep') continue;
      word += text.slice(plainFrom, at);
      plainFrom = at + 1;
    } else if (isOneOf(separators, code)) {
      word += text.slice(plainFrom, at);
      return ok({ text: joinBytes(word), offset, next: skipSeparators(text, at, separators, dialect) });
    }
  }
  if (quote !== 0 && dialect.lenientEnd !== true) {
    return err({
      message: `expected a closing ${String.fromCharCode(quote)} for the quote that opens at character ${opened + 1}`,
      offset: text.length,
    });
  }
  word += text.slice(plainFrom, text.length);
  return ok({ text: joinBytes(word), offset, next: -1 });
}

function takeEscape(
  text: string,
  at: number,
  quoted: boolean,
  separators: string,
  dialect: Dialect,
): { readonly text: string; readonly length: number } | undefined {
  const character = text[at];
  if (character === undefined) {
    if (dialect.lenientEscapes === true && (!quoted || dialect.lenientEnd === true)) return { text: '\\', length: 0 };
    return dialect.lenientEnd === true ? { text: '', length: 0 } : undefined;
  }
  if (dialect.escapes === 'drop') return { text: character, length: 1 };
  if (dialect.escapes !== 'separators') {
    const escape = decodeEscape(text, at);
    if (escape !== undefined) return escape;
  }
  if (dialect.escapes !== 'decode' && (separators.includes(character) || character === '\\')) return { text: character, length: 1 };
  return dialect.lenientEscapes === true ? { text: `\\${character}`, length: 1 } : undefined;
}

function skipSeparators(text: string, at: number, separators: string, dialect: Dialect): number {
  if (dialect.emptyWords === true) return at + 1;
  let next = at + 1;
  while (next < text.length && isOneOf(separators, text.charCodeAt(next))) next++;
  return next;
}

function isSpecial(code: number, dialect: Dialect): boolean {
  if (code === BACKSLASH) return dialect.escapes !== 'retain';
  return dialect.quotes !== 'plain' && isQuote(code);
}

function isQuote(code: number): boolean {
  return code === DOUBLE_QUOTE || code === SINGLE_QUOTE;
}

function isOneOf(characters: string, code: number): boolean {
  for (let index = 0; index < characters.length; index++) if (characters.charCodeAt(index) === code) return true;
  return false;
}

function offsetOf(error: ValueError): { readonly offset?: number } {
  return error.offset === undefined ? {} : { offset: error.offset };
}
