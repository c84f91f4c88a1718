import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import type { UnitFileStat, UnitFiles } from '../../src/unit/unit-files.ts';

/** The machine's own files, for tests that compare with what systemd makes of them. */
export const disk: UnitFiles = {
  read: (path) => attempt(() => (statSync(path).isFile() ? readFileSync(path) : undefined)),
  readStamped: (path) => {
    const bytes = disk.read(path);
    return bytes === undefined ? undefined : { bytes, stamp: undefined };
  },
  stampOf: () => undefined,
  list: (path) => attempt(() => readdirSync(path).toSorted()) ?? [],
  entries: (path) => disk.list(path).map((name) => ({ name, kind: disk.stat(`${path}/${name}`).kind })),
  stat: (path) => described(attempt(() => lstatSync(path))),
  statFollow: (path) => described(attempt(() => statSync(path))),
  readLink: (path) => attempt(() => readlinkSync(path)),
  realPath: (path) => attempt(() => realpathSync(path)),
};

function attempt<Value>(call: () => Value): Value | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

function described(stats: Stats | undefined): UnitFileStat {
  if (stats === undefined) return { kind: 'missing', size: 0, mtimeUsec: 0 };
  return { kind: kindOf(stats), size: stats.size, mtimeUsec: Math.round(stats.mtimeMs * 1000) };
}

function kindOf(stats: Stats): UnitFileStat['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return stats.isCharacterDevice() ? 'character' : 'block';
}
