import { parseUnitText } from '../unit/syntax.ts';

/** An assignment as it stands in a file, and where. */
export interface AssignedLine {
  readonly key: string;
  readonly value: string;
  /** PATH:LINE. */
  readonly at: string;
}

/** All assignments of the files of a unit, in the order in which they are read. */
export function assignedLines(files: readonly { readonly path: string; readonly text: string }[]): readonly AssignedLine[] {
  const encoder = new TextEncoder();
  return files.flatMap(({ path, text }) =>
    parseUnitText(encoder.encode(text)).assignments.map(({ key, value, line }) => ({ key, value, at: `${path}:${line}` })),
  );
}
