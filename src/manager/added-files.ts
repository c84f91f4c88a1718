import type { UnitFileEntry, UnitFiles, UnitFileStat } from '../unit/unit-files.ts';

/** Unit files with more among them, by their paths, in directories of which none but the uppermost is there already. */
export function withAddedFiles(files: UnitFiles, added: ReadonlyMap<string, Uint8Array>): UnitFiles {
  const inside = entriesOf(added);
  const isAdded = (path: string): boolean => added.has(path) || inside.has(path);
  const statOf = (path: string): UnitFileStat | undefined => {
    const bytes = added.get(path);
    if (bytes !== undefined) return { kind: 'file', size: bytes.length, mtimeUsec: 0 };
    return inside.has(path) ? { kind: 'directory', size: 0, mtimeUsec: 0 } : undefined;
  };
  return {
    read: (path, limit) => added.get(path)?.subarray(0, limit) ?? files.read(path, limit),
    readStamped: (path, limit) => {
      const bytes = added.get(path)?.subarray(0, limit);
      return bytes === undefined ? files.readStamped(path, limit) : { bytes, stamp: undefined };
    },
    stampOf: (path) => (isAdded(path) ? undefined : files.stampOf(path)),
    list: (path) => inside.get(path)?.map(({ name }) => name) ?? files.list(path),
    entries: (path) => inside.get(path) ?? files.entries(path),
    stat: (path) => statOf(path) ?? files.stat(path),
    statFollow: (path) => statOf(path) ?? files.statFollow(path),
    readLink: (path) => (isAdded(path) ? undefined : files.readLink(path)),
    realPath: (path) => (isAdded(path) ? path : files.realPath(path)),
  };
}

/** What the directory of each file, and the one above that, have in them. */
function entriesOf(added: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, readonly UnitFileEntry[]> {
  const inside = new Map<string, UnitFileEntry[]>();
  const put = (path: string, kind: UnitFileEntry['kind']): string => {
    const slash = path.lastIndexOf('/');
    const parent = path.slice(0, slash);
    const entries = inside.get(parent) ?? [];
    const name = path.slice(slash + 1);
    if (!entries.some((entry) => entry.name === name)) entries.push({ name, kind });
    inside.set(parent, entries);
    return parent;
  };
  for (const path of added.keys()) put(put(path, 'file'), 'directory');
  return inside;
}
