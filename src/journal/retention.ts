import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** How much the journal may keep: SystemMaxUse=, SystemKeepFree= and MaxRetentionSec= of journald.conf(5); 0 for no limit of age. */
export interface Limits {
  readonly maximumBytes: number;
  readonly keepFreeBytes: number;
  readonly maximumAgeUsec: number;
}

/** The limits of journald.conf(5) where none are configured: a tenth of the file system and 15 % kept free, each at most 4 GiB. */
export function defaultLimits(path: string): Limits {
  const { bsize, blocks } = statfsSync(existingPart(path));
  const total = bsize * blocks;
  return {
    maximumBytes: atMost4Gib(Math.max(total / 10, Math.min(8 * mebibyte, total / 4))),
    keepFreeBytes: atMost4Gib(total * 0.15),
    maximumAgeUsec: 0,
  };
}

/** Deletes the oldest spans while a limit is exceeded, a few of them only, so that nothing waits for long; true if there is more to delete. */
export function deleteOldest(database: DatabaseSync, limits: Limits, nowUsec: number): boolean {
  const count = countExcess(database, limits, nowUsec);
  if (count === 0) return false;
  const spans = database.prepare('select first, last from span order by first limit ?').all(Math.min(count, spansAtOnce));
  const last = Number(spans.at(-1)?.['last']);
  database.exec('begin immediate');
  const units = database.prepare('select distinct unit from entry where id <= ? and unit is not null').all(last);
  database.prepare('delete from entry where id <= ?').run(last);
  database.prepare('delete from span where last <= ?').run(last);
  database.prepare('delete from source where last <= ?').run(last);
  const deleteUnit = database.prepare('delete from unit where id = ? and not exists (select 1 from entry where entry.unit = unit.id)');
  for (const { unit } of units) deleteUnit.run(Number(unit));
  database.exec('commit');
  if (unusedBytes(database) > usedBytes(database) / 4) shrink(database);
  return count > spansAtOnce;
}

/** Gives free pages of the file back to the file system. */
export function shrink(database: DatabaseSync): void {
  database.prepare('pragma incremental_vacuum').all();
  database.prepare('pragma wal_checkpoint(truncate)').all();
}

/** The bytes that the journal's file takes, with what belongs to it. */
export function bytesOnDisk(path: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(dirname(path)))
      if (name.startsWith(basename(path))) bytes += statSync(`${dirname(path)}/${name}`).blocks * 512;
  } catch {
    // No directory: no journal, no bytes.
  }
  return bytes;
}

/** Tells by how many bytes the journal may still grow; the file system is asked for it twice a minute at most. */
export function roomOf(path: string, limits: Limits): () => number {
  let room = 0;
  let until = -Infinity;
  return () => {
    if (performance.now() < until) return room;
    until = performance.now() + 30_000;
    const used = bytesOnDisk(path);
    const { bsize, bavail } = statfsSync(existingPart(path));
    room = Math.max(0, Math.min(bsize * bavail - limits.keepFreeBytes, limits.maximumBytes - used));
    return room;
  };
}

/** The bytes of the file that hold something. */
function usedBytes(database: DatabaseSync): number {
  return (pragma(database, 'page_count') - pragma(database, 'freelist_count')) * pragma(database, 'page_size');
}

const mebibyte = 1024 * 1024;
const spansAtOnce = 8;

/** The path, or the nearest directory above it that is there already. */
function existingPart(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : existingPart(dirname(path));
}

function atMost4Gib(bytes: number): number {
  return Math.floor(Math.min(bytes, 4096 * mebibyte));
}

/** How many of the oldest spans must go. */
function countExcess(database: DatabaseSync, limits: Limits, nowUsec: number): number {
  const spans = Number(database.prepare('select count(*) as count from span').get()?.['count']);
  if (spans === 0) return 0;
  const used = usedBytes(database);
  const allowed = Math.min(limits.maximumBytes, used - excessOfFileSystem(database, limits));
  // Spans are of about the same size, so this many make up the excess.
  const bySize = used > allowed ? Math.ceil(((used - allowed) / used) * spans) : 0;
  return Math.min(Math.max(bySize, countExpired(database, limits, nowUsec)), spans - 1);
}

function countExpired(database: DatabaseSync, limits: Limits, nowUsec: number): number {
  if (limits.maximumAgeUsec === 0) return 0;
  const oldest = nowUsec - limits.maximumAgeUsec;
  const kept = database.prepare('select min(first) as first from span where maximum >= ?').get(oldest)?.['first'];
  if (kept === null) return Infinity;
  return Number(database.prepare('select count(*) as count from span where first < ?').get(Number(kept))?.['count']);
}

/** By how many bytes less than wanted is free; free pages of the file count as free. */
function excessOfFileSystem(database: DatabaseSync, limits: Limits): number {
  const path = database.location();
  if (limits.keepFreeBytes === 0 || path === null) return 0;
  const { bsize, bavail } = statfsSync(dirname(path));
  return Math.max(0, limits.keepFreeBytes - bsize * bavail - unusedBytes(database));
}

function unusedBytes(database: DatabaseSync): number {
  return pragma(database, 'freelist_count') * pragma(database, 'page_size');
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`pragma ${name}`).get()?.[name]);
}
