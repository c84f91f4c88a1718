/** Words as one line of shell words, quoted where a shell would take them for something else: how `show` prints lists. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (needsQuotes.test(word) ? `"${word.replaceAll(escaped, escape)}"` : word)).join(' ');
}

const needsQuotes = /^$|[\s\p{Cc}"\\`$*?['()<>|&;!]/u;
const escaped = /[\p{Cc}"\\`$]/gu;

/** A line stays one line: control characters are those of C. */
function escape(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 32 && code !== 127) return code < 128 ? `\\${character}` : character;
  return named[character] ?? `\\${code.toString(8).padStart(3, '0')}`;
}

const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
