import { textToBytes } from '../../base/bytes.ts';
import { decodeEscape } from '../../base/c-escape.ts';
import { ok } from '../../base/result.ts';
import { refuse } from './parser.ts';
import type { ValueParser } from './parser.ts';

/** StandardInputText=: C escapes decoded, specifiers expanded, and a newline behind. */
export const inputText: ValueParser<Uint8Array> = (text, context) => {
  const unescaped = unescapeText(text);
  if (typeof unescaped === 'number') return refuse('expected a known escape sequence after the backslash', unescaped);
  const expansion = context.specifiers.expand(unescaped, 'full');
  return expansion.ok ? ok(textToBytes(`${expansion.value}\n`)) : expansion;
};

/** StandardInputData=: base64, in which blanks do not matter. */
export const inputData: ValueParser<Uint8Array> = (text) => {
  const digits = text.replaceAll(/\s/g, '');
  if (!BASE64.test(digits) || digits.length % 4 !== 0) return refuse('expected base64');
  return ok(Uint8Array.from(atob(digits), (character) => character.charCodeAt(0)));
};

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The text without its escapes, or the place of the first that is not known. */
function unescapeText(text: string): string | number {
  let result = '';
  let copied = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', copied)) {
    const escape = decodeEscape(text, at + 1);
    if (escape === undefined) return at;
    result += text.slice(copied, at) + escape.text;
    copied = at + 1 + escape.length;
  }
  return result + text.slice(copied);
}
