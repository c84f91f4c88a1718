import { err, ok, type Result } from '../result.ts';
import { type Ranges, complement, fold, posixClasses, shorthands } from './ranges.ts';

/** A regular expression as a tree. */
export type Node =
  | { readonly kind: 'characters'; readonly ranges: Ranges }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

/** What is asked of a place between characters. */
export type Assertion = 'start' | 'end' | 'last' | 'boundary' | 'inside';

/** How deep groups may be nested, so that no pattern exhausts the stack. */
const DEEPEST = 100;

/**
 * Reads a pattern in the syntax of pcre2pattern(3), as far as it is that of a regular language: characters, classes, groups, choices,
 * repeats, anchors and word boundaries. References back and looking around are not, and neither are comments; they are refused by name.
 */
export function parseRegexp(pattern: string): Result<Node, string> {
  try {
    return ok(new Parser(pattern).whole());
  } catch (error) {
    if (error instanceof Unreadable) return err(error.message);
    throw error;
  }
}

class Unreadable extends Error {}

const simpleEscapes: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };
const assertions: Readonly<Record<string, Assertion>> = { A: 'start', z: 'end', Z: 'last', b: 'boundary', B: 'inside' };
const newline: Ranges = [[10, 10]];

class Parser {
  readonly #text: readonly string[];
  #at = 0;
  #depth = 0;
  #isFolded = false;

  constructor(pattern: string) {
    this.#text = Array.from(pattern);
  }

  whole(): Node {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw new Unreadable('there is a ) without a (');
    return node;
  }

  #choice(): Node {
    const parts = [this.#sequence()];
    while (this.#takes('|')) parts.push(this.#sequence());
    const [only, ...more] = parts;
    return only !== undefined && more.length === 0 ? only : { kind: 'choice', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) {
      const part = this.#atom();
      if (part !== undefined) parts.push(this.#repeated(part));
    }
    return { kind: 'sequence', parts };
  }

  #atom(): Node | undefined {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return { kind: 'characters', ranges: this.#class() };
      case '.':
        return { kind: 'characters', ranges: complement(newline) };
      case '^':
        return { kind: 'assertion', assertion: 'start' };
      case '$':
        return { kind: 'assertion', assertion: 'last' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new Unreadable(`${character} has nothing to repeat`);
      default:
        return this.#characters(single(character));
    }
  }

  /** `(…)`, `(?:…)`, `(?<name>…)`, `(?i)` and `(?i:…)`: nothing is captured, so they are alike. */
  #group(): Node | undefined {
    const before = this.#isFolded;
    if (this.#takes('?')) {
      if (this.#peek() === 'i' || this.#peek() === '-') {
        this.#isFolded = !this.#takes('-');
        this.#expect('i');
        if (this.#takes(')')) return undefined;
        this.#expect(':');
      } else if (!this.#takes(':')) this.#name();
    }
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Unreadable('its groups are nested too deep');
    const node = this.#choice();
    this.#depth -= 1;
    this.#expect(')');
    this.#isFolded = before;
    return node;
  }

  #name(): void {
    const rest = this.#text.slice(this.#at, this.#at + 40).join('');
    const name = /^(?:P?<|')[A-Za-z_]\w*[>']/.exec(rest)?.[0];
    if (name === undefined) throw new Unreadable(`a group that begins with (?${this.#peek()} is not carried out`);
    this.#at += name.length;
  }

  #repeated(part: Node): Node {
    const counts = this.#counts();
    if (counts === undefined) return part;
    const [least, most] = counts;
    if (this.#takes('+')) throw new Unreadable('repeats that give nothing back are not carried out');
    // Whether it takes little or much makes no difference to whether there is a match.
    this.#takes('?');
    if ('*+?'.includes(this.#peek()) && this.#peek() !== '') throw new Unreadable(`${this.#peek()} has nothing to repeat`);
    return { kind: 'repeat', part, least, most };
  }

  #counts(): readonly [least: number, most: number] | undefined {
    if (this.#takes('*')) return [0, Infinity];
    if (this.#takes('+')) return [1, Infinity];
    if (this.#takes('?')) return [0, 1];
    // What looks otherwise is plain text.
    const found = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(this.#text.slice(this.#at, this.#at + 13).join(''));
    if (found === null) return undefined;
    const [whole, first = '', comma, second = ''] = found;
    this.#at += whole.length;
    const least = Number(first);
    const most = comma === undefined ? least : second === '' ? Infinity : Number(second);
    if (most < least) throw new Unreadable(`${whole} is in the wrong order`);
    return [least, most];
  }

  #escape(): Node | undefined {
    const character = this.#next();
    const assertion = assertions[character];
    if (assertion !== undefined) return { kind: 'assertion', assertion };
    if (character === 'Q') return this.#quoted();
    if (character === 'E') return undefined;
    return this.#characters(this.#escapedRanges(character));
  }

  #quoted(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#text.length && !(this.#peek() === '\\' && this.#text[this.#at + 1] === 'E')) {
      parts.push(this.#characters(single(this.#next())));
    }
    return { kind: 'sequence', parts };
  }

  #escapedRanges(character: string): Ranges {
    if (character === '') throw new Unreadable('it ends with a \\');
    const shorthand = shorthands[character];
    if (shorthand !== undefined) return shorthand;
    const code = simpleEscapes[character];
    if (code !== undefined) return [[code, code]];
    if (character === 'x') return this.#hexadecimal();
    if (character === '0') return [[0, 0]];
    if (/^[A-Za-z0-9]$/.test(character)) throw new Unreadable(`\\${character} is not carried out`);
    return single(character);
  }

  #hexadecimal(): Ranges {
    const found = /^(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))/.exec(this.#text.slice(this.#at, this.#at + 8).join(''));
    this.#at += found?.[0].length ?? 0;
    const code = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16) || 0;
    return [[code, code]];
  }

  #class(): Ranges {
    const isInverted = this.#takes('^');
    const ranges: (readonly [number, number])[] = [];
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const from = this.#member();
      const [first] = from;
      const isRange = this.#peek() === '-' && ![']', undefined].includes(this.#text[this.#at + 1]);
      if (!isRange || from.length !== 1 || first === undefined || first[0] !== first[1]) {
        ranges.push(...from);
        continue;
      }
      this.#at += 1;
      const [last, ...more] = this.#member();
      if (last === undefined || more.length > 0 || last[0] !== last[1] || last[0] < first[0]) throw new Unreadable('a range in [] is none');
      ranges.push([first[0], last[0]]);
    }
    this.#at += 1;
    const folded = this.#isFolded ? fold(ranges) : ranges;
    return isInverted ? complement(folded) : folded;
  }

  #member(): Ranges {
    const character = this.#next();
    if (character === '') throw new Unreadable('a [ is not closed');
    if (character === '\\') {
      const escaped = this.#next();
      return escaped === 'b' ? [[8, 8]] : this.#escapedRanges(escaped);
    }
    if (character !== '[' || this.#peek() !== ':') return single(character);
    const found = /^:(\^?)([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 12).join(''));
    if (found === null) return single(character);
    const named = posixClasses[found[2] ?? ''];
    if (named === undefined) throw new Unreadable(`there is no class [:${found[2]}:]`);
    this.#at += found[0].length;
    return found[1] === '^' ? complement(named) : named;
  }

  #characters(ranges: Ranges): Node {
    return { kind: 'characters', ranges: this.#isFolded ? fold(ranges) : ranges };
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += 1;
    return character;
  }

  #takes(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw new Unreadable(character === ')' ? 'a ( is not closed' : `expected ${character} in a group`);
  }
}

function single(character: string): Ranges {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}
