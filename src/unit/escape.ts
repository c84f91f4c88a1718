import { byteText, joinBytes, textToBytes } from '../base/bytes.ts';
import { isNormalizedPath, isSafePath, simplifyPath } from '../base/path.ts';

const PLAIN = /^[A-Za-z0-9:_][A-Za-z0-9:_.]*$/;

/** The text as a part of a unit name (systemd-escape(1)): `/` becomes `-`, what may not stand there `\xHH`. */
export function escapeName(text: string): string {
  if (PLAIN.test(text)) return text;
  const bytes = textToBytes(text);
  let name = '';
  for (const [index, byte] of bytes.entries()) {
    if (byte === SLASH) name += '-';
    else if (isPlain(byte) && !(index === 0 && byte === DOT)) name += String.fromCharCode(byte);
    else name += hexEscape(byte);
  }
  return name;
}

/** The text that `escapeName` made the name of; undefined where a backslash is not followed by `xHH`. */
export function unescapeName(name: string): string | undefined {
  if (!name.includes('\\')) return name.replaceAll('-', '/');
  let text = '';
  for (let at = 0; at < name.length; at++) {
    const character = name[at] ?? '';
    if (character === '\\') {
      const digits = name.slice(at + 2, at + 4);
      if (name[at + 1] !== 'x' || !HEX_PAIR.test(digits)) return undefined;
      text += byteText(Number.parseInt(digits, 16));
      at += 3;
    } else text += character === '-' ? '/' : character;
  }
  return joinBytes(text);
}

/** The path as a part of a unit name, `-` for the root; undefined where it goes upwards or is too long. */
export function escapePath(path: string): string | undefined {
  const simple = simplifyPath(path);
  if (simple === '.' || !isSafePath(path) || hasLongName(simple)) return undefined;
  const bare = simple.startsWith('/') ? simple.slice(1) : simple;
  return bare === '' ? '-' : escapeName(bare);
}

/** Whether a component is longer than any file system takes. */
export function hasLongName(path: string): boolean {
  return path.split('/').some((part) => textToBytes(part).length > 255);
}

/** The absolute path that `escapePath` made the name of, or undefined. */
export function unescapePath(name: string): string | undefined {
  if (name === '-') return '/';
  const bare = name === '' ? undefined : unescapeName(name);
  if (bare === undefined || bare.startsWith('/') || bare.endsWith('/')) return undefined;
  const path = `/${bare}`;
  return isNormalizedPath(path) && !hasLongName(path) ? path : undefined;
}

/** One byte as `\xHH`. */
export function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

const HEX_PAIR = /^[0-9a-fA-F]{2}$/;
const SLASH = 47;
const DOT = 46;

function isPlain(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 58) || byte === 95 || byte === DOT;
}
