import { readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { openForWriting } from './database.ts';
import { byteCount } from './output/printable.ts';
import { deleteOldest, shrink } from './retention.ts';

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

function bytesOnDisk(path: string): number {
  let bytes = 0;
  try {
    for (const name of readdirSync(dirname(path)))
      if (name.startsWith(basename(path))) bytes += statSync(`${dirname(path)}/${name}`).blocks * 512;
  } catch {
    // No directory: no journal, no bytes.
  }
  return bytes;
}
