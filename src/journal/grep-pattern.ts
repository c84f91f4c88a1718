import { err, ok, type Result } from '../base/result.ts';

/**
 * A pattern as Perl and journalctl(1), --grep=, write it, as an expression of JavaScript. What JavaScript has not is put in its words; possessive quantifiers and
 * options in the midst of a pattern are refused.
 */
export function grepPattern(pattern: string, caseSensitive: boolean): Result<RegExp, string> {
  const [options = '', on = '', off = ''] = /^\(\?([imsx]*)(?:-([imsx]+))?\)/.exec(pattern) ?? [];
  const letters = new Set(`${caseSensitive ? '' : 'i'}${on}u`);
  for (const letter of off) letters.delete(letter);
  const isExtended = letters.delete('x');
  try {
    return ok(new RegExp(translate(pattern.slice(options.length), isExtended), Array.from(letters).join('')));
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'invalid';
    return err(`Bad pattern "${pattern}": ${reasons[reason] ?? reason}`);
  }
}

/** What PCRE2 says, by what the engine says. */
const reasons: Readonly<Record<string, string>> = {
  'missing )': 'missing closing parenthesis',
  'unmatched parentheses': 'unmatched closing parenthesis',
  'nothing to repeat': 'quantifier does not follow a repeatable item',
};

/** One piece of a pattern after the other: what it is recognized by, and what it becomes. The first that fits counts. */
const pieces: readonly (readonly [form: RegExp, becomes: (text: string, inner: string) => string])[] = [
  [/\\Q([^]*?)(?:\\E|$)/y, (_, inner) => Array.from(inner, literal).join('')],
  [/\\E/y, () => ''],
  [/\\A/y, () => '(?<![^])'],
  [/\\z/y, () => '(?![^])'],
  [/\\Z/y, () => '(?=\\n?(?![^]))'],
  [/\\R/y, () => '(?:\\r\\n|[\\n\\v\\f\\r\\x85\\u2028\\u2029])'],
  [/\\[pP]\{\w+\}/y, (text) => text],
  [/\\([pP]\w)/y, (_, inner) => `\\${inner.charAt(0)}{${inner.charAt(1)}}`],
  [/\\x\{([0-9a-fA-F]+)\}/y, (_, inner) => `\\u{${inner}}`],
  [/\\([aeh])/y, (_, inner) => ({ a: '\\x07', e: '\\x1b', h: '[ \\t]' })[inner] ?? inner],
  [/\\([^a-zA-Z0-9])/y, (_, inner) => literal(inner)],
  [/\\[^]/y, (text) => text],
  [/\[\^?\]?(?:\[:\^?[a-z]+:\]|\\[^]|[^\]\\])*\]/y, characterClass],
  [/\(\?#[^)]*\)/y, () => ''],
  [/\(\?P</y, () => '(?<'],
  [/\(\?P=(\w+)\)/y, (_, inner) => `\\k<${inner}>`],
  [/\{\d+(?:,\d*)?\}/y, (text) => text],
  [/[{}\]]/y, (text) => `\\${text}`],
];

function translate(pattern: string, isExtended: boolean): string {
  let source = '';
  for (let at = 0; at < pattern.length;) {
    const rest = pattern.slice(at);
    const ignored = isExtended ? (/^(?:\s+|#.*)/.exec(rest)?.[0].length ?? 0) : 0;
    at += ignored;
    if (ignored > 0) continue;
    const [text, becomes] = pieceAt(pattern, at);
    source += becomes;
    at += text.length;
  }
  return source;
}

function pieceAt(pattern: string, at: number): readonly [text: string, becomes: string] {
  for (const [form, becomes] of pieces) {
    form.lastIndex = at;
    const found = form.exec(pattern);
    if (found !== null) return [found[0], becomes(found[0], found[1] ?? '')];
  }
  const character = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  return [character, character];
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function characterClass(text: string): string {
  const [, start = '', inner = ''] = /^(\[\^?)([^]*)\]$/.exec(text) ?? [];
  // As the first of a class, a bracket is itself.
  const body = inner
    .replace(/^\]/, '\\]')
    .replaceAll(/\[:(\^?)([a-z]+):\]|\\([^a-zA-Z0-9])|\\[^]|\[/g, (whole, not: string, name: string | undefined, escaped?: string) => {
      if (name !== undefined) return classes[name]?.[not === '' ? 0 : 1] ?? whole;
      if (escaped !== undefined) return /[\^$\\.*+?()[\]{}|/-]/.test(escaped) ? `\\${escaped}` : escaped;
      return whole === '[' ? '\\[' : whole;
    });
  return `${start}${body}]`;
}

/** What the classes of POSIX are, and what they are not. */
const classes: Readonly<Record<string, readonly [is: string, isNot: string]>> = {
  alpha: ['a-zA-Z', '\\x00-@[-`{-\\u{10ffff}'],
  digit: ['\\d', '\\D'],
  alnum: ['a-zA-Z0-9', '\\x00-/:-@[-`{-\\u{10ffff}'],
  upper: ['A-Z', '\\x00-@\\[-\\u{10ffff}'],
  lower: ['a-z', '\\x00-`{-\\u{10ffff}'],
  space: ['\\s', '\\S'],
  blank: [' \\t', '\\x00-\\x08\\x0a-\\x1f!-\\u{10ffff}'],
  punct: ['!-\\/:-@\\[-`\\{-~', '\\x00- 0-9A-Za-z\\x7f-\\u{10ffff}'],
  xdigit: ['0-9a-fA-F', '\\x00-/:-@G-`g-\\u{10ffff}'],
  word: ['\\w', '\\W'],
  cntrl: ['\\x00-\\x1f\\x7f', ' -~\\x80-\\u{10ffff}'],
  print: [' -~\\xa0-\\u{10ffff}', '\\x00-\\x1f\\x7f-\\x9f'],
  graph: ['!-~\\xa1-\\u{10ffff}', '\\x00- \\x7f-\\xa0'],
};
