/** A word in the quotes and C escapes of unit files, so that it is read back as it is (systemd.syntax(7)). */
export function quoteWord(word: string): string {
  let quoted = '';
  for (const character of word) quoted += escapes[character] ?? (isControl(character) ? hex(character) : character);
  return `"${quoted}"`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
