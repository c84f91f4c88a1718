import type { Files } from '../port/files.ts';
import { parseUnitText } from '../unit/syntax.ts';

const longest = 1024 * 1024;

/**
 * Where the files of a unit set a key last, as PATH:LINE, by the key. They are read anew: nobody needs to remember the lines of
 * thousands of units. Files that changed since they were loaded are read as they are.
 */
export function assignmentsOf(
  files: Files,
  { fragment, dropIns }: { readonly fragment?: string | undefined; readonly dropIns: readonly string[] },
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of fragment === undefined ? dropIns : [fragment, ...dropIns]) noteAssignments(found, path, files.read(path, longest));
  return found;
}

/** Adds what one file sets. */
export function noteAssignments(found: Map<string, string>, path: string, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  for (const { key, line } of parseUnitText(bytes).assignments) found.set(key, `${path}:${line}`);
}
