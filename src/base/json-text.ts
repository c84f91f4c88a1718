import { err, ok, type Result } from './result.ts';

/** What a text in JSON says. Of a name that an object has twice, the first counts. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A place in a text, in lines and characters, both counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** How deep lists and objects may stand in each other. */
const DEEPEST = 2049;

/**
 * Reads a text in JSON; an error is the place where it ceases to be one, as systemd counts it: what no JSON has is found where it begins,
 * and what has no sense where it stands is found when it has been read.
 */
export function readJsonText(text: string): Result<JsonValue, TextPlace> {
  try {
    return ok(new Reader(text).whole());
  } catch (error) {
    if (error instanceof Misplaced) return err(placeOf(text, error.at));
    throw error;
  }
}

/** Thrown inside of this file only. */
class Misplaced extends Error {
  readonly at: number;

  constructor(at: number) {
    super('not JSON');
    this.at = at;
  }
}

const blank = /[ \t\r\n]*/y;
const sign = /[[\]{}:,]/y;
const word = /true|false|null/y;
/** A dot or an `e` that no digits follow spoils the whole number. */
const number = /-?(?:0|[1-9][0-9]*(?![0-9]))(?:(?:\.[0-9]+)?[eE][-+]?[0-9]+|\.[0-9]+(?![0-9eE])|(?![.eE]))/y;
const string = /"(?:[^"\\\x00-\x1f\x7f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** A part of the text: one of the signs of JSON, the end, or a value with nothing in it. */
type Token = { readonly sign: string } | { readonly value: string | number | boolean | null };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonValue {
    const value = this.#value(this.#next('value'), 0);
    this.#expect('');
    return value;
  }

  #value(token: Token, depth: number): JsonValue {
    if ('value' in token) return token.value;
    if (depth > DEEPEST) throw new Misplaced(this.#at);
    if (token.sign === '[') return this.#list(depth);
    if (token.sign === '{') return this.#object(depth);
    throw new Misplaced(this.#at);
  }

  #list(depth: number): readonly JsonValue[] {
    const values: JsonValue[] = [];
    let token = this.#next('value');
    if (isSign(token, ']')) return values;
    for (;;) {
      values.push(this.#value(token, depth + 1));
      if (this.#expect(',]') === ']') return values;
      token = this.#next('value');
    }
  }

  #object(depth: number): JsonObject {
    const fields = new Map<string, JsonValue>();
    let token = this.#next('value');
    if (isSign(token, '}')) return fields;
    for (;;) {
      if (!('value' in token) || typeof token.value !== 'string') throw new Misplaced(this.#at);
      const name = token.value;
      this.#expect(':');
      const value = this.#value(this.#next('value'), depth + 1);
      if (!fields.has(name)) fields.set(name, value);
      if (this.#expect(',}') === '}') return fields;
      token = this.#next('value');
    }
  }

  /** One of the signs, or the end where there is none to choose from. */
  #expect(signs: string): string {
    const token = this.#next('sign');
    if ('sign' in token && (signs === '' ? token.sign === '' : token.sign !== '' && signs.includes(token.sign))) return token.sign;
    throw new Misplaced(this.#at);
  }

  /** After a value only signs make sense; before one, all but those that stand between values. */
  #next(wanted: 'value' | 'sign'): Token {
    this.#match(blank);
    const start = this.#at;
    if (start === this.#text.length) return { sign: '' };
    const found = this.#match(sign);
    if (found !== undefined) {
      if ((wanted === 'value' ? ':,' : '[{').includes(found)) throw new Misplaced(start);
      return { sign: found };
    }
    if (wanted === 'sign') throw new Misplaced(start);
    const value = this.#plainValue();
    if (value === undefined) throw new Misplaced(start);
    return { value };
  }

  #plainValue(): string | number | boolean | null | undefined {
    const known = this.#match(word);
    if (known !== undefined) return known === 'null' ? null : known === 'true';
    const digits = this.#match(number);
    if (digits !== undefined) return Number(digits);
    const quoted = this.#match(string);
    if (quoted === undefined) return undefined;
    const decoded: unknown = JSON.parse(quoted);
    return typeof decoded === 'string' && decoded.isWellFormed() && !decoded.includes('\0') ? decoded : undefined;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

function isSign(token: Token, expected: string): boolean {
  return 'sign' in token && token.sign === expected;
}

function placeOf(text: string, at: number): TextPlace {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: Array.from(lines.at(-1) ?? '').length + 1 };
}
