import { type MountEntry, mountModes } from './mount-entry.ts';

/**
 * The table in the order in which it is carried out: what is above before what is below; of each path only that which counts most,
 * and nothing that would be of no effect. `links` has the paths that lead elsewhere through symlinks.
 */
export function orderMounts(wanted: readonly MountEntry[], links: ReadonlyMap<string, string>): readonly MountEntry[] {
  const resolved = wanted.map((entry) => {
    const path = links.get(entry.path);
    return path === undefined ? entry : { ...entry, path };
  });
  const sorted = resolved
    .map(keyed)
    .toSorted(inOrder)
    .map(({ entry }) => entry);
  return withoutRepeats(withoutMasked(withoutDuplicates(sorted)));
}

const rank = new Map(mountModes.map((mode, index) => [mode, index]));

/** An entry with what it is sorted by: with NUL for its slashes what is below a directory follows it at once. */
interface Keyed {
  readonly entry: MountEntry;
  readonly key: string;
}

function keyed(entry: MountEntry): Keyed {
  return { entry, key: entry.path === '/' ? '' : entry.path.replaceAll('/', '\0') };
}

function inOrder(a: Keyed, b: Keyed): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return (rank.get(a.entry.mode) ?? 0) - (rank.get(b.entry.mode) ?? 0);
}

/** Whether the path is the directory or below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || (path.startsWith(directory) && path[directory.length] === '/');
}

/** What is to be read-only when all is mounted. */
export function isReadOnly({ mode, readOnly }: MountEntry): boolean {
  return readOnly === true || mode === 'read-only' || mode === 'inaccessible';
}

export function isNoExec({ mode, noExec }: MountEntry): boolean {
  return noExec === true || mode === 'no-exec' || mode === 'inaccessible' || mode === 'system-information' || mode === 'processes';
}

export function isExec({ mode, exec }: MountEntry): boolean {
  return exec === true || mode === 'exec';
}

/** The first of a path counts; it takes over what the others forbid. */
function withoutDuplicates(entries: readonly MountEntry[]): readonly MountEntry[] {
  const kept: MountEntry[] = [];
  for (const entry of entries) {
    const before = kept.at(-1);
    if (before?.path !== entry.path) {
      kept.push(entry);
      continue;
    }
    kept[kept.length - 1] = {
      ...before,
      readOnly: isReadOnly(before) || isReadOnly(entry),
      noExec: isNoExec(before) || isNoExec(entry),
      exec: isExec(before) || isExec(entry),
    };
  }
  return kept;
}

/** Nobody comes below what is inaccessible. */
function withoutMasked(entries: readonly MountEntry[]): readonly MountEntry[] {
  let masked: string | undefined;
  return entries.filter((entry) => {
    if (masked !== undefined && isWithin(entry.path, masked)) return false;
    masked = entry.mode === 'inaccessible' ? entry.path : undefined;
    return true;
  });
}

const repeatable: ReadonlySet<MountEntry['mode']> = new Set(['read-only', 'read-write', 'read-write-implicit']);

/** What says of a path what is said of the directory above it already. */
function withoutRepeats(entries: readonly MountEntry[]): readonly MountEntry[] {
  const kept: MountEntry[] = [];
  for (const entry of entries) {
    const above = repeatable.has(entry.mode) ? kept.findLast(({ path }) => isWithin(entry.path, path)) : undefined;
    if (above?.mode !== entry.mode) kept.push(entry);
  }
  return kept;
}
