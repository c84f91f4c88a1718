import { encodeControl } from './c-escape.ts';

/**
 * Text that a terminal shows as it is: control characters, and those that turn the direction of what follows or break the line, are written as C
 * writes them. For what others than the user may have chosen.
 */
export function visibleText(text: string): string {
  return hidden.test(text) ? text.replaceAll(new RegExp(hidden, 'g'), escaped) : text;
}

// Of C0, DEL and C1; marks of direction, embeddings, overrides and isolates; the separators of lines and paragraphs.
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? encodeControl(character) : `\\u${code.toString(16).padStart(4, '0')}`;
}
