import { err, ok, type Result } from '../base/result.ts';
import type { UnitTypeName } from './config.ts';
import { UnitDraft } from './draft.ts';
import { controllerWord } from './settings/checked-words.ts';
import { directivesOf, ownSections, type PartName, type Place, tables } from './settings/parts.ts';
import type { Row } from './settings/setting.ts';
import { escapeSpecifiers, type SpecifierFacts, specifiersOf } from './specifiers.ts';
import type { ValueContext, ValueError } from './values/parser.ts';
import { unitNames } from './values/unit-name.ts';

/** A property of a unit that a program gives rather than a file: the two sides of an assignment. */
export interface Property {
  readonly name: string;
  readonly value: string;
}

/** A property as a line of a unit file: checked, and with the `%` that the program meant as such. */
export interface Line {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** Why a property was not taken, in the words of systemd's tools; `inManager` where there it is the manager that refuses. */
export interface PropertyError {
  readonly message: string;
  readonly inManager: boolean;
}

/** Takes properties for a unit of that name and type, by the same tables as the lines of its file; the first that is wrong is the error. */
export function linesOf(
  unit: { readonly name: string; readonly type: UnitTypeName },
  properties: readonly Property[],
  facts: SpecifierFacts,
): Result<readonly Line[], PropertyError> {
  const lines: Line[] = [];
  for (const property of properties) {
    const line = lineOf(unit, property, facts);
    if (!line.ok) return line;
    lines.push(line.value);
  }
  return ok(lines);
}

/** The lines as the text of a file, each section once where it can be. */
export function textOfLines(comment: readonly string[], lines: readonly Line[]): string {
  const text = [...comment];
  let section = '';
  for (const line of lines) {
    if (line.section !== section) text.push(...(section === '' ? [] : ['']), `[${line.section}]`);
    section = line.section;
    text.push(`${line.key}=${line.value}`);
  }
  return `${text.join('\n')}\n`;
}

/** Where a property stands in the files of units of a type; undefined where they have no such property that programs may set. */
export function placeOf(type: UnitTypeName, name: string): (Place & { readonly section: string }) | undefined {
  for (const section of ['Unit', ownSections[type].section]) {
    const place = directivesOf(type, section)?.get(name);
    if (place !== undefined && place.row.row !== 'obsolete') return { ...place, section };
  }
  return undefined;
}

function lineOf(
  { name: unit, type }: { readonly name: string; readonly type: UnitTypeName },
  property: Property,
  facts: SpecifierFacts,
): Result<Line, PropertyError> {
  const { name } = property;
  // An empty assignment in a file takes back what other files say; of a program it is the setting without a limit.
  const value = name === 'TasksMax' && property.value === '' ? 'infinity' : property.value;
  const place = placeOf(type, name);
  if (place === undefined) return err({ message: `Unknown assignment: ${name}=${value}`, inManager: false });
  if (!fitsOnLine(value)) return err(badValue(property, { message: '' }));
  let warning: ValueError | undefined;
  let expands = false;
  const specifiers = specifiersOf(unit, facts);
  const context: ValueContext = {
    scope: facts.scope,
    warn: (error) => {
      if (error.remark !== true && error.notice !== true) warning ??= error;
    },
    specifiers: {
      expand: (text, set) => {
        expands ||= text.includes('%');
        return specifiers.expand(text, set);
      },
    },
  };
  const draft = new UnitDraft(unit, type);
  const attempt = (text: string): ValueError | undefined => {
    warning = undefined;
    return check(draft, { ...place, key: name }, text, context) ?? warning;
  };
  // Programs mean a `%` as it is; but only settings that expand specifiers have a way to write it.
  const escaped = escapeSpecifiers(value);
  if (escaped !== value && attempt(escaped) === undefined && expands) return ok({ section: place.section, key: name, value: escaped });
  const error = attempt(value);
  return error === undefined ? ok({ section: place.section, key: name, value }) : err(badValue(property, error));
}

/** What would end the line, or go on with the next. */
function fitsOnLine(value: string): boolean {
  return !/[\x00\n\r]/.test(value) && !value.endsWith('\\') && value.length < LONGEST_VALUE;
}

const LONGEST_VALUE = 512 * 1024;

interface Keyed {
  readonly part: PartName;
  readonly key: string;
  readonly row: Row;
}

function check(draft: UnitDraft, { part, key, row }: Keyed, text: string, context: ValueContext): ValueError | undefined {
  if (row.row === 'setting') {
    const assigned = row.assign(draft.value(part, row.into ?? key), text, context);
    return assigned.ok ? undefined : assigned.error;
  }
  if (row.row === 'dependency') {
    const names = unitNames(text, context);
    return names.ok ? undefined : names.error;
  }
  if (row.row === 'obsolete') return undefined;
  const target = row.part ?? part;
  for (const each of row.keys) {
    const other = tables[target][each];
    const error = other === undefined ? undefined : check(draft, { part: target, key: each, row: other }, text, context);
    if (error !== undefined) return error;
  }
  return undefined;
}

function badValue({ name, value }: Property, { kind }: ValueError): PropertyError {
  if (limits.test(name) && /^0+$/.test(value)) return { message: `Value specified in ${name} is out of range`, inManager: true };
  const { message, inManager } = special.find(({ names }) => names.test(name)) ?? messages[kind ?? 'other'];
  return { message: message(name, value), inManager };
}

/** Of which 0 is none. */
const limits = /^(MemoryHigh|MemoryMax|MemoryLimit|TasksMax)$/;

interface BadValue {
  readonly message: (name: string, value: string) => string;
  readonly inManager: boolean;
}

/** Settings of which there is something of their own to say. */
const special: readonly (BadValue & { readonly names: RegExp })[] = [
  { names: /^OOMScoreAdjust$/, message: () => 'OOM score adjust value out of range', inManager: true },
  {
    names: /^(Startup)?Allowed(CPUs|MemoryNodes)$|^ManagedOOMMemoryPressureLimit$/,
    message: (name, value) => `Failed to parse ${name} value: ${value}`,
    inManager: false,
  },
  {
    names: /^CPUQuota$/,
    message: (_name, value) => (/^-?0*(\.0*)?%$/.test(value) ? 'CPU quota too small.' : `CPU quota '${value}' invalid.`),
    inManager: false,
  },
  {
    names: /^(IO|BlockIO)[A-Za-z]*(DeviceWeight|BandwidthMax|IOPSMax|LatencyTargetSec|Bandwidth)$/,
    message: (name, value) => `Failed to parse ${name} value ${value}.`,
    inManager: false,
  },
  { names: /^IPAddress(Allow|Deny)$/, message: (_name, value) => `Failed to parse IP address prefix: ${value}`, inManager: false },
  { names: /^SocketBind(Allow|Deny)$/, message: (name) => `Failed to parse ${name}`, inManager: false },
  {
    names: /^DeviceAllow$/,
    message: (_name, value) =>
      /^(\/dev\/|char-|block-)/.test(value)
        ? 'DeviceAllow= requires combination of rwm flags'
        : 'DeviceAllow= requires device node or pattern',
    inManager: true,
  },
  {
    names: /^DisableControllers$/,
    message: (_name, value) => `Unknown cgroup controller '${value.split(/\s+/).find((word) => !controllerWord.test(word)) ?? value}'`,
    inManager: true,
  },
  { names: /^Listen/, message: (_name, value) => `Invalid address: ${value}`, inManager: true },
  { names: /^Limit/, message: (_name, value) => `Failed to parse resource limit: ${value}`, inManager: false },
  {
    names: /^(PathExists|PathExistsGlob|PathChanged|PathModified|DirectoryNotEmpty)$/,
    message: (name, value) => `Path in ${name} is not absolute: ${value}`,
    inManager: true,
  },
];

/** What is said of a value, by what is wrong with it, and by whom. */
const messages: Readonly<Record<NonNullable<ValueError['kind']> | 'other', BadValue>> = {
  word: { message: (name, value) => `Invalid ${name} setting: ${value}`, inManager: true },
  range: { message: (name, value) => `Failed to parse ${name}=${value}: Numerical result out of range`, inManager: false },
  name: { message: (name, value) => `Failed to parse ${name}: ${value}`, inManager: false },
  other: { message: (name, value) => `Failed to parse ${name}=${value}: Invalid argument`, inManager: false },
};
