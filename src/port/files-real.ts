import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import type { BigIntStats, Dirent, Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { openAbove } from './safe-way.ts';
import { type FileStamp, isSettled } from '../base/file-stamp.ts';
import type { FileStat, Files } from './files.ts';

/** The machine's file system. */
export const realFiles: Files = {
  read,
  readWithStat,
  readStamped,
  stampOf: (path) => {
    const stat = attempt(() => statSync(path, { throwIfNoEntry: false }));
    return stat?.isFile() === true ? stampIn(stat) : undefined;
  },
  list: (path) => attempt(() => readdirSync(path).toSorted()) ?? [],
  entries: listWithKinds,
  stat: (path) => describe(attempt(() => lstatSync(path, quietly))),
  statFollow: (path) => describe(attempt(() => statSync(path, quietly))),
  readLink: (path) => attempt(() => readlinkSync(path)),
  realPath: (path) => attempt(() => realpathSync(path)),
  access: isAccessible,
  write,
  symlink,
  mkdir: (path, mode = 0o755) => {
    mkdirSync(path, { recursive: true, mode });
  },
  unlink: (path) => unlessMissing(() => unlinkSafely(path)),
  rmdir: (path) => unlessMissing(() => rmdirSync(path)),
  watch: watchPath,
};

/** What is missing is no exception, which would cost much more than the question. */
const quietly = { bigint: true, throwIfNoEntry: false } as const;

/** The kinds come with the names: asking for each of thousands would take ten times as long. */
function listWithKinds(path: string): readonly { readonly name: string; readonly kind: FileStat['kind'] }[] {
  const entries = attempt(() => readdirSync(path, { withFileTypes: true })) ?? [];
  // Some file systems do not tell.
  const kindOfEntry = (entry: Dirent): FileStat['kind'] =>
    kindOf(entry) ?? describe(attempt(() => lstatSync(`${path}/${entry.name}`, quietly))).kind;
  const kinds = new Map(entries.map((entry) => [entry.name, kindOfEntry(entry)]));
  // Texts are sorted without a call for each pair of them.
  return [...kinds.keys()].toSorted().map((name) => ({ name, kind: kinds.get(name) ?? 'missing' }));
}

const mostBytes = 64 * 1024 * 1024;

function read(path: string, limit = mostBytes): Uint8Array | undefined {
  return readOpened(path, (fd) => {
    const stat = fstatSync(fd);
    return stat.isFile() ? attempt(() => readAll(fd, stat.size, limit)) : undefined;
  });
}

function readWithStat(path: string, limit = mostBytes): { readonly bytes: Uint8Array; readonly stat: FileStat } | undefined {
  return readOpened(path, (fd) => {
    const stat = describe(fstatSync(fd, { bigint: true }));
    const bytes = stat.kind === 'file' ? attempt(() => readAll(fd, stat.size, limit)) : undefined;
    return bytes === undefined ? undefined : { bytes, stat };
  });
}

function readStamped(path: string, limit = mostBytes): { readonly bytes: Uint8Array; readonly stamp: FileStamp | undefined } | undefined {
  return readOpened(path, (fd) => {
    const nowMs = Date.now();
    // Taken before the content: what changes while it is read is another file then.
    const stat = fstatSync(fd);
    const bytes = stat.isFile() ? attempt(() => readAll(fd, stat.size, limit)) : undefined;
    if (bytes === undefined) return undefined;
    const stamp = stampIn(stat);
    return { bytes, stamp: isSettled(stamp, nowMs) ? stamp : undefined };
  });
}

function stampIn({ dev, ino, size, mtimeMs, ctimeMs }: Stats): FileStamp {
  return { device: dev, inode: ino, size, modifiedMs: mtimeMs, changedMs: ctimeMs };
}

function readOpened<T>(path: string, use: (fd: number) => T): T | undefined {
  // Without O_NONBLOCK opening a FIFO would wait for a writer.
  const fd = attempt(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  if (fd === undefined) return undefined;
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Files in /proc say that they are empty: those are read until nothing comes. Others are at their end where less comes than was asked for. */
function readAll(fd: number, size: number, limit: number): Uint8Array {
  let buffer = new Uint8Array(size === 0 ? 4096 : Math.min(size + 1, limit));
  let length = 0;
  for (;;) {
    const got = readSync(fd, buffer, length, buffer.length - length, null);
    length += got;
    // Some files of /sys are given a page at a time.
    if (got === 0 || length >= limit || (size > 0 && length >= size && length < buffer.length))
      return buffer.subarray(0, Math.min(length, limit));
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function write(path: string, bytes: Uint8Array | string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  // What lies there was left by one that died, or put there to be written through.
  unlessMissing(() => unlinkSync(temporary));
  writeFileSync(temporary, bytes, { mode, flag: 'wx' });
  renameSync(temporary, path);
}

/** Nobody who may change a directory on the way has a file of others removed. */
function unlinkSafely(path: string): void {
  using found = openAbove(path);
  try {
    unlinkSync(found.path);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replace(found.path, path);
    throw error;
  }
}

function symlink(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  unlessMissing(() => unlinkSync(temporary));
  symlinkSync(target, temporary);
  renameSync(temporary, path);
}

/** Where the path is missing its directory is watched, or the nearest one above that there is. */
function watchPath(path: string, changed: () => void): () => void {
  let stop: () => void = noWatch;
  const begin = (): void => {
    stop();
    let watched = path;
    let awaited: string | undefined;
    while (watched !== '/' && describe(attempt(() => statSync(watched, { bigint: true }))).kind === 'missing') {
      awaited = basename(watched);
      watched = dirname(watched);
    }
    const own = basename(watched);
    const watcher = attempt(() =>
      watch(watched, { persistent: false }, (_event, name) => {
        // Whatever else happens in a directory such as /run is nothing to us.
        if (awaited !== undefined && name !== null && name !== awaited && name !== own) return;
        // What was missing may have come into being, or what was watched may have been replaced.
        begin();
        changed();
      }),
    );
    watcher?.on('error', () => watcher.close());
    stop = () => watcher?.close();
  };
  begin();
  return () => stop();
}

function noWatch(): void {
  // Nothing is watched yet.
}

const missing: FileStat = { kind: 'missing', size: 0, mode: 0, uid: 0, mtimeUsec: 0, inode: 0, device: 0, rdev: 0n };

function describe(stat: BigIntStats | undefined): FileStat {
  if (stat === undefined) return missing;
  return {
    kind: kindOf(stat) ?? 'block',
    size: Number(stat.size),
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    mtimeUsec: Number(stat.mtimeNs / 1000n),
    inode: Number(stat.ino),
    device: Number(stat.dev),
    rdev: stat.rdev,
  };
}

/** Undefined where nobody knows. */
function kindOf(stat: BigIntStats | Dirent): FileStat['kind'] | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isCharacterDevice()) return 'character';
  return stat.isBlockDevice() ? 'block' : undefined;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function unlessMissing(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
