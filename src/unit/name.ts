import { textToBytes } from '../base/bytes.ts';
import { err, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { siphash24 } from '../base/siphash.ts';
import type { UnitTypeName } from './config.ts';
import { escapePath, unescapePath } from './escape.ts';

/** A valid unit name in its parts (systemd.unit(5)). */
export interface UnitName {
  readonly name: string;
  readonly prefix: string;
  /** What stands behind the first `@`; absent for a plain name, '' for a template. */
  readonly instance?: string;
  readonly type: UnitTypeName;
  readonly isTemplate: boolean;
}

/** Why a text is not a unit name, in words, with the place of the trouble. */
export interface NameError {
  readonly message: string;
  readonly offset: number;
}

/** Every unit type, in the order in which systemd lists them. */
export const unitTypes: readonly UnitTypeName[] = [
  'service',
  'mount',
  'swap',
  'socket',
  'target',
  'device',
  'automount',
  'timer',
  'path',
  'slice',
  'scope',
];

/** Longest unit name in bytes. */
export const LONGEST_NAME = 255;

/** The parts of a unit name, or what is wrong with it. */
export function parseUnitName(text: string): Result<UnitName, NameError> {
  if (text === '') return bad('expected a unit name, found nothing');
  if (text.length > LONGEST_NAME)
    return bad(`expected a unit name of at most ${LONGEST_NAME} characters, found ${text.length}`, LONGEST_NAME);
  const dot = text.lastIndexOf('.');
  if (dot < 0) return bad('expected a unit name with a type suffix such as .service', text.length);
  const type = typeBySuffix.get(text.slice(dot + 1));
  if (type === undefined) return bad(`expected a unit type behind the last dot: ${unitTypes.join(', ')}`, dot);
  const wrong = firstOutside(text, dot);
  if (wrong >= 0) return bad(`${JSON.stringify(characterAt(text, wrong))} may not stand in a unit name`, wrong);
  if (dot === 0) return bad('expected a name in front of the type suffix');
  const at = text.indexOf('@');
  if (at === 0) return bad('expected a prefix in front of the @');
  if (at < 0 || at > dot) return ok({ name: text, prefix: text.slice(0, dot), type, isTemplate: false });
  return ok({ name: text, prefix: text.slice(0, at), instance: text.slice(at + 1, dot), type, isTemplate: at + 1 === dot });
}

/** Whether the text is a unit name, of any of the given forms if some are given. */
export function isUnitName(text: string, ...forms: readonly ('plain' | 'template' | 'instance')[]): boolean {
  const parsed = parseUnitName(text);
  return parsed.ok && (forms.length === 0 || forms.includes(formOf(parsed.value)));
}

/** Whether a unit can have the name: a template is none, and of some types there are no instances, as in systemd. */
export function isUnit({ instance, isTemplate, type }: UnitName): boolean {
  return !isTemplate && (instance === undefined || hasInstances(type));
}

/** Whether there are templates of that type, and instances. */
export function hasInstances(type: UnitTypeName): boolean {
  return withInstances.has(type);
}

const withInstances: ReadonlySet<UnitTypeName> = new Set(['service', 'socket', 'target', 'timer', 'path']);

/** Whether a name is plain, a template or an instance of one. */
export function formOf(name: UnitName): 'plain' | 'template' | 'instance' {
  if (name.instance === undefined) return 'plain';
  return name.isTemplate ? 'template' : 'instance';
}

/** The type by the suffix alone, for names that are known to be valid; undefined where there is no such type. */
export function unitTypeOf(name: string): UnitTypeName | undefined {
  return typeBySuffix.get(name.slice(name.lastIndexOf('.') + 1));
}

/** Whether the text may stand in front of the `@` or the type of a unit name. */
export function isPrefix(text: string): boolean {
  return text !== '' && !text.includes('@') && firstOutside(text, text.length) < 0;
}

/** Whether the text may stand between the `@` and the type of a unit name. */
export function isInstance(text: string): boolean {
  return text !== '' && firstOutside(text, text.length) < 0;
}

/** A name from its parts: `instance` absent for a plain name, '' for a template; undefined where that makes no valid name. */
export function buildUnitName(prefix: string, instance: string | undefined, type: string): string | undefined {
  if (!isPrefix(prefix)) return undefined;
  const name = instance === undefined ? `${prefix}.${type}` : `${prefix}@${instance}.${type}`;
  return isUnitName(name) ? name : undefined;
}

/** The template or instance with `instance` in its place; undefined for a plain name or an instance that is not valid. */
export function instantiate(template: string, instance: string): string | undefined {
  const parsed = parseUnitName(template);
  if (!parsed.ok || parsed.value.instance === undefined || !isInstance(instance)) return undefined;
  return buildUnitName(parsed.value.prefix, instance, parsed.value.type);
}

/** The template of an instance (or of the template itself); undefined for a plain name. */
export function templateOf(name: string): string | undefined {
  const at = name.indexOf('@');
  const dot = name.lastIndexOf('.');
  return at <= 0 || at > dot ? undefined : `${name.slice(0, at + 1)}${name.slice(dot)}`;
}

/** The same name for another type: `foo@a.service`, socket → `foo@a.socket`. */
export function withType(name: string, type: UnitTypeName): string {
  return `${name.slice(0, name.lastIndexOf('.') + 1)}${type}`;
}

/** The unit that stands for a path, such as `home-me.mount`; a name too long ends in a hash and cannot be turned back. */
export function unitOfPath(path: string, type: UnitTypeName): string | undefined {
  const escaped = escapePath(path);
  if (escaped === undefined) return undefined;
  const name = `${escaped}.${type}`;
  return shortened(name);
}

/** The instance of a template that stands for a path: `prefix@PATH.type`. */
export function instanceOfPath(prefix: string, path: string, type: string): string | undefined {
  const escaped = escapePath(path);
  return escaped === undefined ? undefined : buildUnitName(prefix, escaped, type);
}

/** The path that a unit's prefix stands for; undefined for hashed names and for those that stand for none. */
export function pathOfUnit(name: string): string | undefined {
  const parsed = parseUnitName(name);
  return !parsed.ok || isHashedName(name) ? undefined : unescapePath(parsed.value.prefix);
}

/** Whether the name was shortened by `unitOfPath`, so that its path is lost. */
export function isHashedName(name: string): boolean {
  if (name.length !== LONGEST_NAME || !isUnitName(name)) return false;
  return HASHED.test(name.slice(0, name.lastIndexOf('.')));
}

const typeBySuffix: ReadonlyMap<string, UnitTypeName> = new Map(unitTypes.map((type) => [type, type]));

// The key is a part of the names that systemd makes, so it can never change.
const HASH_KEY = Uint8Array.from([0xec, 0xf2, 0x37, 0xfb, 0x58, 0x32, 0x4a, 0x32, 0x84, 0x9f, 0x06, 0x9b, 0x0d, 0x21, 0xeb, 0x9a]);
const HASH_DIGITS = 16;
const HASHED = /_[0-9a-f]{16}$/;

function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const suffix = name.slice(name.lastIndexOf('.'));
  return `${name.slice(0, LONGEST_NAME - suffix.length - HASH_DIGITS - 1)}_${hashOf(name)}${suffix}`;
}

/** The hash of the name with the NUL that ends it in C, its lowest byte first. */
function hashOf(name: string): string {
  const hash = siphash24(textToBytes(`${name}\0`), HASH_KEY);
  const bytes = Array.from({ length: HASH_DIGITS / 2 }, (_, index) => Number((hash >> BigInt(8 * index)) & 0xffn));
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const outside = /[^a-zA-Z0-9:\-_.\\@]/;

/** Thousands of names are looked at while units load, and a pattern is by far faster than a loop. */
function firstOutside(text: string, end: number): number {
  const at = text.search(outside);
  return at < end ? at : -1;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function bad(message: string, offset = 0): { readonly ok: false; readonly error: NameError } {
  return err({ message, offset });
}
