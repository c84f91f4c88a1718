import { unitTypeOf } from '../unit/name.ts';
import { directivesOf } from '../unit/settings/parts.ts';
import { parseUnitText } from '../unit/syntax.ts';

/** An assignment as it stands in a file, and where. */
export interface AssignedLine {
  readonly key: string;
  readonly value: string;
  /** PATH:LINE. */
  readonly at: string;
}

/** The assignments of the files of a unit that mean something where they stand, in the order in which they are read. */
export function assignedLines(unit: string, files: readonly { readonly path: string; readonly text: string }[]): readonly AssignedLine[] {
  const encoder = new TextEncoder();
  const type = unitTypeOf(unit);
  return files.flatMap(({ path, text }) =>
    parseUnitText(encoder.encode(text))
      .assignments.filter(({ section, key }) => type === undefined || directivesOf(type, section)?.has(key) === true)
      .map(({ key, value, line }) => ({ key, value, at: `${path}:${line}` })),
  );
}
