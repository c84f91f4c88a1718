/** A value as bash reads it back: bare where that is safe, else in `$'…'` (systemctl(1), show-environment). */
export function quoteForShell(value: string): string {
  if (!/[\s\x00-\x1f\x7f"\\`$*?[\]'()<>|&;!]/.test(value)) return value;
  let quoted = '';
  for (const character of value) quoted += escapes[character] ?? (isControl(character) ? octal(character) : character);
  return `$'${quoted}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f;
}

function octal(character: string): string {
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
}
