import { encodeControl } from './c-escape.ts';

/** Words as one line of shell words, quoted where a shell would take them for something else: how `show` and journald write lists. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (needsQuotes.test(word) ? `"${word.replaceAll(special, '\\$&').replaceAll(controls, encodeControl)}"` : word))
    .join(' ');
}

const needsQuotes = /^$|[\x00-\x20\x7f"\\`$*?['()<>|&;!]/;
const special = /["\\`$]/g;
// A line stays one line.
const controls = /[\x00-\x1f\x7f]/g;
