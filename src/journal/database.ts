import { accessSync, chmodSync, closeSync, constants, existsSync, mkdirSync, openSync, renameSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { type Result, err, ok } from '../base/result.ts';

/** The journal's file below a state directory. */
export function journalPath(stateDirectory: string): string {
  return `${stateDirectory}/journal/journal.db`;
}

/** Why storage does not work now. */
export interface StorageFailure {
  readonly kind: 'corrupt' | 'full' | 'read-only' | 'other';
  readonly message: string;
}

/** A file that SQLite reads, but that is no journal that we can go on with. */
export class UnusableFile extends Error {}

/** Opens the journal's file for the one process that writes it, making it where there is none. */
export function openForWriting(path: string): Result<DatabaseSync, StorageFailure> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    // SQLite gives its own files the mode of the first.
    closeSync(openSync(path, 'a', 0o640));
    chmodSync(path, 0o640);
  } catch (error) {
    return err(storageFailure(error));
  }
  return attempt(path, (database) => {
    database.exec(writerSettings(path));
    const version = userVersion(database);
    if (version > schemaVersion || version < 0) throw new UnusableFile(`it was written by a newer version (${version})`);
    if (version === 0) database.exec(schema(crypto.randomUUID().replaceAll('-', '')));
  });
}

/** The journal's file, opened for queries. */
export interface ReadableJournal {
  readonly database: DatabaseSync;
  /** What is written later will not be seen. */
  readonly isUnchanging: boolean;
}

/** Opens the journal's file for queries, without the process that writes it; the error is for people. */
export function openForReading(path: string): Result<ReadableJournal, string> {
  if (!existsSync(path)) return err(`No journal files were found (${path} does not exist).`);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    return err(`No journal files were opened due to insufficient permissions (${path}).`);
  }
  const opened = attempt(path, (database) => void userVersion(database), true);
  if (opened.ok) return ok({ database: opened.value, isUnchanging: false });
  // Without a log there is no writer; SQLite would want to make one, which a mere reader may not.
  const still = existsSync(`${path}-wal`) ? opened : attempt(unchanging(path), (database) => void userVersion(database), true);
  return still.ok ? ok({ database: still.value, isUnchanging: true }) : err(`Cannot read the journal ${path}: ${opened.error.message}`);
}

/** Moves a file that is no usable journal out of the way, with what belongs to it; gives its new name. */
export function moveAside(path: string, realtimeUsec: number): string {
  const aside = `${path}.corrupt-${Math.floor(realtimeUsec / 1000)}`;
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

/** Sorts what SQLite or the file system threw into what can be done about it. */
export function storageFailure(error: unknown): StorageFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UnusableFile) return { kind: 'corrupt', message };
  // The upper bits of SQLite's code say more than is needed.
  if (isDatabaseError(error)) return { kind: sqliteKinds[error.errcode & 0xff] ?? 'other', message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { kind: systemKinds[code] ?? 'other', message };
}

/** Whether SQLite threw this, and not the file system or a bug of ours. */
export function isDatabaseError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

const sqliteKinds: Readonly<Record<number, StorageFailure['kind']>> = {
  8: 'read-only',
  11: 'corrupt',
  13: 'full',
  // Rows that contradict each other, values of another type, another format: nobody but us writes there.
  19: 'corrupt',
  20: 'corrupt',
  24: 'corrupt',
  26: 'corrupt',
};

const systemKinds: Readonly<Record<string, StorageFailure['kind']>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
};

const schemaVersion = 1;

/**
 * `entry` holds what differs from entry to entry, `source` what many have in common. A `span` is some thousand entries
 * that follow each other: it finds the entries of a time or a boot without an index over all of them, and retention
 * deletes whole spans. `position` and `stream` make delivery exact: they are written in the transaction of the
 * entries that come from the same frames.
 */
function schema(id: string): string {
  return `
begin immediate;
create table meta(name text primary key, value) without rowid;
insert into meta values('id', '${id}'), ('next', 1);
create table unit(id integer primary key, name text not null unique);
create table source(id integer primary key, identifier text not null, fields text not null, last integer not null);
create index source_identifier on source(identifier);
create table entry(id integer primary key, realtime integer, monotonic integer, source integer, unit integer, priority integer, message, extra text);
create index entry_unit on entry(unit, id, priority) where unit is not null;
create index entry_urgent on entry(id, priority) where priority <= 4;
create table span(first integer primary key, last integer, minimum integer, maximum integer, boot text);
create table position(instance text primary key, sequence integer) without rowid;
create table stream(id text primary key, pid integer, meta text, pending blob) without rowid;
pragma user_version = ${schemaVersion};
commit;`;
}

const pageBytes = 8192;

function writerSettings(path: string): string {
  const { bsize, blocks } = statfsSync(dirname(path));
  // SQLite's log is emptied at this size: 4 MiB, less where the file system is small, so that it is never what fills it.
  const logPages = Math.floor(Math.min(512, Math.max(16, (bsize * blocks) / 64 / pageBytes)));
  return `
pragma page_size = ${pageBytes};
pragma auto_vacuum = incremental;
pragma journal_mode = wal;
pragma synchronous = normal;
pragma cache_size = -1024;
pragma wal_autocheckpoint = ${logPages};
pragma journal_size_limit = ${logPages * pageBytes};
pragma temp_store = memory;
pragma busy_timeout = 2000;`;
}

function unchanging(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'] ?? 0);
}

function attempt(path: string | URL, prepare: (database: DatabaseSync) => void, readOnly = false): Result<DatabaseSync, StorageFailure> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly });
    if (readOnly) database.exec('pragma busy_timeout = 2000; pragma cache_size = -2048');
    prepare(database);
    return ok(database);
  } catch (error) {
    database?.close();
    return err(storageFailure(error));
  }
}
