import { isEnvironmentName, isEnvironmentValue } from './environment.ts';

/** What an EnvironmentFile= says. */
export interface EnvironmentFile {
  /** NAME=value, the last of each name, in the order of their first appearance. */
  readonly assignments: readonly string[];
  /** Lines that were ignored. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** Reads the text of an EnvironmentFile= (systemd.exec(5)): its own syntax, which is neither shell nor that of units. */
export function parseEnvironmentFile(text: string): EnvironmentFile {
  const values = new Map<string, string>();
  const problems: { readonly line: number; readonly message: string }[] = [];
  const reader = new Reader(text);
  for (;;) {
    const entry = reader.next();
    if (entry === undefined) break;
    const { name, value, line } = entry;
    if (!isEnvironmentName(name))
      problems.push({ line, message: `expected the name of an environment variable before the =, found ${JSON.stringify(name)}` });
    else if (!isEnvironmentValue(value))
      problems.push({ line, message: `the value of ${name} has a character that an environment cannot hold` });
    else values.set(name, value);
  }
  return { assignments: [...values].map(([name, value]) => `${name}=${value}`), problems };
}

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next NAME=value; lines without `=` and comments are passed over. */
  next(): Entry | undefined {
    while (this.#skipTo((character) => !BLANK.includes(character))) {
      if (COMMENT.includes(this.#text[this.#at] ?? '')) {
        this.#skipTo(isNewline);
        continue;
      }
      const line = this.#line;
      const start = this.#at;
      if (!this.#skipTo((character) => character === '=' || isNewline(character))) return undefined;
      if (this.#text[this.#at] !== '=') continue;
      const name = this.#text.slice(start, this.#at).trimEnd();
      this.#at++;
      return { name, value: this.#value(), line };
    }
    return undefined;
  }

  /** Quoted parts, one behind the other, up to a newline or an unquoted part, which goes on to the end of the line. */
  #value(): string {
    let value = '';
    for (;;) {
      if (!this.#skipTo((character) => !BLANK.includes(character) || isNewline(character))) return value;
      const character = this.#text[this.#at] ?? '';
      if (isNewline(character)) return value;
      const quoted = character === "'" ? this.#singleQuoted() : character === '"' ? this.#doubleQuoted() : undefined;
      if (quoted === undefined) return value + this.#unquoted();
      value += quoted;
    }
  }

  #unquoted(): string {
    let value = '';
    let solid = 0;
    for (; this.#at < this.#text.length; this.#advance()) {
      const character = this.#text[this.#at] ?? '';
      if (isNewline(character)) break;
      if (character === '\\') {
        this.#advance();
        const escaped = this.#text[this.#at] ?? '';
        if (!isNewline(escaped)) value += escaped;
        solid = value.length;
      } else {
        value += character;
        if (!BLANK.includes(character)) solid = value.length;
      }
    }
    return value.slice(0, solid);
  }

  #singleQuoted(): string {
    this.#at++;
    const start = this.#at;
    this.#skipTo((character) => character === "'");
    const value = this.#text.slice(start, this.#at);
    this.#at++;
    return value;
  }

  #doubleQuoted(): string {
    let value = '';
    for (this.#at++; this.#at < this.#text.length; this.#advance()) {
      const character = this.#text[this.#at] ?? '';
      if (character === '"') break;
      if (character !== '\\') {
        value += character;
        continue;
      }
      this.#advance();
      const escaped = this.#text[this.#at] ?? '';
      if (ESCAPABLE.includes(escaped)) value += escaped;
      else if (escaped !== '\n') value += `\\${escaped}`;
    }
    this.#at++;
    return value;
  }

  /** Goes on to the first character that fits; false at the end of the text. */
  #skipTo(fits: (character: string) => boolean): boolean {
    while (this.#at < this.#text.length && !fits(this.#text[this.#at] ?? '')) this.#advance();
    return this.#at < this.#text.length;
  }

  #advance(): void {
    if (this.#text[this.#at] === '\n') this.#line++;
    this.#at++;
  }
}

const BLANK = ' \t\n\r';
const COMMENT = '#;';
const ESCAPABLE = '"\\`$';

function isNewline(character: string): boolean {
  return character === '\n' || character === '\r';
}
