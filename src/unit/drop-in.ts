import { dropInDirectories } from './drop-in-names.ts';
import { Inquiry } from './inquiry.ts';
import type { Beside, BesideDirectory, BesideSuffix, UnitDirectory } from './unit-directory.ts';

/** A file that adds to a unit. */
export interface DropIn {
  readonly path: string;
  /** It may add to other units too: it does not lie in the directory of the unit's very name. */
  readonly shared: boolean;
}

/**
 * The directories beside the unit with these names, by what they hold, the strongest first: for its own name and those that it is
 * cut down to, then for each alias, then for its type (systemd.unit(5)).
 */
export function directoriesBeside(directory: UnitDirectory, names: readonly string[]): Beside {
  if (!directory.mayHaveBeside(names)) return nothingBeside;
  const all = dropInDirectories(names).flatMap((name) => directory.beside(withoutSuffix(name)));
  if (all.length === 0) return nothingBeside;
  const own = names.flatMap((name) => ofName(directory, name));
  const type = directory.beside(typeOf(names[0] ?? ''));
  const found: Record<BesideSuffix, string[]> = { d: [], wants: [], requires: [], upholds: [] };
  for (const { path, suffix } of [...own, ...type]) if (!found[suffix].includes(path)) found[suffix].push(path);
  return found;
}

/** The `*.conf` files of a unit's drop-in directories in the order in which they apply; those that only mask others are among them. */
export function dropInsOf(inquiry: Inquiry, name: string, paths: readonly string[]): readonly DropIn[] {
  if (paths.length === 0) return none;
  const found = new Map<string, DropIn>();
  for (const path of paths) {
    const shared = !path.endsWith(`/${name}.d`);
    for (const file of inquiry.list(path)) {
      if (file.endsWith('.conf') && !file.startsWith('.') && !found.has(file)) found.set(file, { path: `${path}/${file}`, shared });
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, dropIn]) => dropIn);
}

/** The paths of the drop-ins that there are now, of the unit with these names. */
export function dropInPaths(directory: UnitDirectory, names: readonly string[]): readonly string[] {
  return dropInsOf(new Inquiry(directory), names[0] ?? '', directoriesBeside(directory, names).d).map(({ path }) => path);
}

const none: readonly never[] = [];
/** What `directoriesBeside` gives where there is none. */
export const nothingBeside: Beside = { d: none, wants: none, requires: none, upholds: none };

function ofName(directory: UnitDirectory, name: string): readonly BesideDirectory[] {
  const type = typeOf(name);
  const candidates = dropInDirectories([name]).map(withoutSuffix);
  const found = candidates.flatMap((candidate) => (candidate === type ? none : directory.beside(candidate)));
  // The search path comes before the order of the names; the sort keeps that order among equals.
  return found.toSorted((a, b) => a.rank - b.rank);
}

function withoutSuffix(name: string): string {
  return name.slice(0, -'.d'.length);
}

function typeOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
