import { dropInDirectories } from './drop-in-names.ts';
import type { UnitDirectory } from './unit-directory.ts';

/** A file that adds to a unit. */
export interface DropIn {
  readonly path: string;
  /** It may add to other units too: it does not lie in the directory of the unit's very name. */
  readonly shared: boolean;
}

/** The `*.conf` files that add to the unit with these names, in the order in which they apply (systemd.unit(5)). */
export function dropInsOf(directory: UnitDirectory, names: readonly string[]): readonly DropIn[] {
  const own = `${names[0] ?? ''}.d`;
  const found = new Map<string, DropIn>();
  for (const path of besideUnit(directory, names, '.d')) {
    const shared = !path.endsWith(`/${own}`);
    for (const name of directory.files.list(path)) {
      if (name.endsWith('.conf') && !name.startsWith('.') && !found.has(name)) found.set(name, { path: `${path}/${name}`, shared });
    }
  }
  if (found.size === 0) return none;
  const inOrder = [...found.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.map(([, dropIn]) => dropIn).filter((dropIn) => !isMask(directory, dropIn.path));
}

/** The paths of the directories beside a unit's file, with this suffix, that exist, the strongest first: for each of its names, then for its type. */
export function besideUnit(
  directory: UnitDirectory,
  names: readonly string[],
  suffix: '.d' | '.wants' | '.requires' | '.upholds',
): readonly string[] {
  const candidates = dropInDirectories(names).map((name) => `${name.slice(0, -'.d'.length)}${suffix}`);
  if (!candidates.some((name) => directory.directories(name).length > 0)) return none;
  const own = names.flatMap((name) => inSearchOrder(directory, candidatesOf(name, suffix)));
  const type = candidates.at(-1);
  return [...new Set(type === undefined ? own : [...own, ...directory.directories(type)])];
}

/** Whether the file is empty or a link to /dev/null, and so hides files of its name in weaker directories. */
export function isMask(directory: UnitDirectory, path: string): boolean {
  const { kind, size } = directory.files.statFollow(path);
  return kind === 'character' || kind === 'block' || (kind === 'file' && size === 0);
}

const none: readonly never[] = [];

function candidatesOf(name: string, suffix: string): readonly string[] {
  // The last one is that of the type, which comes after those of all names.
  return dropInDirectories([name])
    .slice(0, -1)
    .map((candidate) => `${candidate.slice(0, -'.d'.length)}${suffix}`);
}

function inSearchOrder(directory: UnitDirectory, candidates: readonly string[]): readonly string[] {
  return directory.searchPath.flatMap((path) =>
    candidates.filter((name) => directory.directories(name).includes(`${path}/${name}`)).map((name) => `${path}/${name}`),
  );
}
