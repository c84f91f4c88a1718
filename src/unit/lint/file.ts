import type { UnitTypeName } from '../config.ts';
import { directivesOf, type Place } from '../settings/parts.ts';
import type { Assignment, UnitText } from '../syntax.ts';
import type { Edit } from './finding.ts';

/** For whom a unit is meant to run. */
export type LintTarget = 'container' | 'user' | 'system';

export interface LintOptions {
  readonly target?: LintTarget;
  /** The release of systemd that must understand the file. */
  readonly forVersion?: number;
}

/** A unit file or drop-in that is looked at. */
export interface LintFile {
  readonly path: string;
  /** The name of the unit that it is of. */
  readonly name: string;
  readonly type: UnitTypeName;
  readonly isDropIn: boolean;
  readonly text: UnitText;
}

/** The lines of some directives, in whichever of the unit's sections they stand. */
export function linesOf({ text, type }: LintFile, ...keys: readonly string[]): readonly Assignment[] {
  return text.assignments.filter(({ section, key }) => keys.includes(key) && directivesOf(type, section)?.has(key) === true);
}

/** What the table says of a line; undefined where it is not known. */
export function placeOf({ type }: LintFile, { section, key }: Assignment): Place | undefined {
  return directivesOf(type, section)?.get(key);
}

/** Words of all lines of some directives: an empty line resets those before it. */
export function wordsOf(file: LintFile, ...keys: readonly string[]): readonly string[] {
  return linesOf(file, ...keys).flatMap(({ value }) => value.split(/\s+/).filter((word) => word !== ''));
}

/** Another key in the place of a line's. */
export function renamedKey({ line, keyColumn, key }: Assignment, name: string): Edit {
  return { line, column: keyColumn, endLine: line, endColumn: keyColumn + key.length, text: name };
}

/** A line of its own behind one that there is. */
export function lineAfter({ line, pieces }: Assignment, text: string): Edit {
  const next = (pieces?.at(-1)?.line ?? line) + 1;
  return { line: next, column: 1, endLine: next, endColumn: 1, text: `${text}\n` };
}

/** Another text in the place of a part of a value that is on one line; undefined for a value that goes on over several. */
export function otherText({ line, column, pieces }: Assignment, from: number, length: number, text: string): Edit | undefined {
  if (pieces !== undefined && pieces.length > 1) return undefined;
  return { line, column: column + from, endLine: line, endColumn: column + from + length, text };
}
