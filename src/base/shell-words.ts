/** Words as one line of shell words, quoted where a shell would take them for something else: how `show` prints lists. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (needsQuotes.test(word) ? `"${word.replaceAll(/["\\`$]/g, '\\$&')}"` : word)).join(' ');
}

const needsQuotes = /^$|[\s"\\`$*?['()<>|&;!]/;
