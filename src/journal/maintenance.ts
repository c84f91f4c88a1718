import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { createTimeText } from '../base/timestamp.ts';
import { openForReading, openForWriting } from './database.ts';
import { byteCount } from './output/printable.ts';
import { bytesOnDisk, deleteOldest, shrink } from './retention.ts';

/** What `--disk-usage` says: the space of the journal's file and of what belongs to it. */
export function diskUsage(path: string): string {
  return `Archived and active journals take up ${byteCount(bytesOnDisk(path))} in the file system.`;
}

/** Deletes the oldest entries until no limit is exceeded (0 for no limit), and gives the space back. */
export function vacuum(
  path: string,
  limits: { readonly maximumBytes: number; readonly maximumAgeUsec: number },
  nowUsec: number,
): Result<string, string> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return err(`No journal files were found (${path} does not exist).`);
  const before = bytesOnDisk(path);
  const opened = openForWriting(path);
  if (!opened.ok) return err(`Cannot write the journal ${path}: ${opened.error.message}`);
  const database = opened.value;
  try {
    const wanted = { maximumBytes: limits.maximumBytes || Infinity, keepFreeBytes: 0, maximumAgeUsec: limits.maximumAgeUsec };
    while (deleteOldest(database, wanted, nowUsec));
    shrink(database);
  } catch (error) {
    return err(`Cannot vacuum the journal ${path}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    database.close();
  }
  const freed = Math.max(0, before - bytesOnDisk(path));
  return ok(`Vacuuming done, freed ${byteCount(freed)} of archived journals from ${dirname(path)}.`);
}

/** What `--header` says of the file. */
export function journalHeader(path: string): Result<string, string> {
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  const { database } = opened.value;
  const of = (sql: string): readonly unknown[] => Object.values(database.prepare(sql).get() ?? {});
  try {
    const time = createTimeText(false);
    const [id] = of(`select value from meta where name = 'id'`);
    const [pages] = of('pragma page_count');
    const [pageBytes] = of('pragma page_size');
    const [unused] = of('pragma freelist_count');
    const [first, last, from, to, boots] = of('select min(first), max(last), min(minimum), max(maximum), count(distinct boot) from span');
    const [sources] = of('select count(*) from source');
    const [units] = of('select count(*) from unit');
    const stamp = (usec: unknown): string => (usec === null ? 'n/a' : time.full(Number(usec)));
    const rows = [
      ['File path', path],
      ['File ID', id],
      ['Pages', `${String(pages)} of ${String(pageBytes)} bytes, ${String(unused)} unused`],
      ['Head sequential number', first ?? 'n/a'],
      ['Tail sequential number', last ?? 'n/a'],
      ['Head realtime timestamp', stamp(from)],
      ['Tail realtime timestamp', stamp(to)],
      ['Boots', boots],
      ['Origins', sources],
      ['Units', units],
      ['Disk usage', byteCount(bytesOnDisk(path))],
    ];
    return ok(rows.map(([name, value]) => `${String(name)}: ${String(value)}\n`).join(''));
  } finally {
    database.close();
  }
}

/** What `--verify` says of the file; the error is what is wrong with it. */
export function verifyJournal(path: string): Result<string, string> {
  const opened = openForReading(path);
  if (!opened.ok) return opened;
  const { database } = opened.value;
  try {
    const found = database
      .prepare('pragma integrity_check')
      .all()
      .map((row) => String(row['integrity_check']));
    return found.length === 1 && found[0] === 'ok' ? ok(`PASS: ${path}\n`) : err([`FAIL: ${path}`, ...found].join('\n'));
  } finally {
    database.close();
  }
}
