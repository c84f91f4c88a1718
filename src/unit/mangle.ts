import { textToBytes } from '../base/bytes.ts';
import { simplifyPath } from '../base/path.ts';
import type { UnitTypeName } from './config.ts';
import { hexEscape } from './escape.ts';
import { isUnitName, parseUnitName, unitOfPath } from './name.ts';

/** What mangling made of the input. */
export interface Mangled {
  readonly name: string;
  /** The input was not a unit name and had to be changed. */
  readonly changed: boolean;
}

/**
 * The unit name that a person meant by what was typed at a command (systemctl(1), "Parameter Syntax"): a valid name as it
 * is, a path its mount or device, anything else escaped and given `suffix`; undefined where there is none.
 */
export function mangleUnitName(
  text: string,
  options: { readonly suffix?: UnitTypeName; readonly allowGlobs?: boolean; readonly strict?: boolean } = {},
): Mangled | undefined {
  const { suffix = 'service', allowGlobs = false, strict = false } = options;
  if (text === '') return undefined;
  const isGlob = GLOB.test(text);
  const parsed = parseUnitName(text);
  const fits = (name: string): boolean => !strict || name.endsWith(`.${suffix}`);
  if (parsed.ok) return fits(text) ? { name: text, changed: false } : undefined;
  if (isGlob && allowGlobs && ASCII_NAME_OR_GLOB.test(text)) return { name: text, changed: false };
  if (text.startsWith('/')) {
    const path = simplifyPath(text);
    const name = unitOfPath(path, isDevicePath(path) ? 'device' : 'mount');
    if (name !== undefined && isUnitName(name)) return fits(name) ? { name, changed: true } : undefined;
  }
  const escaped = escapeInput(text, allowGlobs);
  const name = (isGlob && allowGlobs) || hasTypeSuffix(escaped) ? escaped : `${escaped}.${suffix}`;
  const acceptable = (isGlob && allowGlobs) || isUnitName(name);
  return acceptable && fits(name) ? { name, changed: true } : undefined;
}

const GLOB = /[*?[]/;
const ASCII_NAME_OR_GLOB = /^[A-Za-z0-9:_.\\@*?[\]!^-]+$/;

function isDevicePath(path: string): boolean {
  return path.startsWith('/dev/') || path.startsWith('/sys/');
}

function hasTypeSuffix(name: string): boolean {
  return parseUnitName(`x${name.slice(name.lastIndexOf('.'))}`).ok && name.includes('.');
}

function escapeInput(text: string, allowGlobs: boolean): string {
  let name = '';
  for (const byte of textToBytes(text)) {
    const character = String.fromCharCode(byte);
    if (character === '/') name += '-';
    else if (/[A-Za-z0-9:_.\\@-]/.test(character) || (allowGlobs && /[*?[\]!^]/.test(character))) name += character;
    else name += hexEscape(byte);
  }
  return name;
}
