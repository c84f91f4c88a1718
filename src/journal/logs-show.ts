import { renameSync, writeFileSync } from 'node:fs';
import { cursorText } from './cursor.ts';
import { changesOf, fileIdentity } from './follow.ts';
import type { LogsSurroundings } from './logs.ts';
import type { LogsOptions } from './logs-options.ts';
import { type LogOutput, printed } from './logs-print.ts';
import { realFiles } from '../port/files-real.ts';
import { messageLanguages, readCatalog } from './output/catalog-files.ts';
import { systemMessage } from './system-message.ts';
import type { PlacedQuery } from './logs-query.ts';
import { createFormat, isForPeople } from './output/output.ts';
import { emphasized } from './output/short.ts';
import { createTimeText } from '../base/timestamp.ts';
import { type JournalReader, openJournal } from './query.ts';
import type { Entry } from './record.ts';

/** Where entries come from and go to. */
export interface Showing {
  readonly reader: JournalReader;
  readonly path: string;
  readonly out: LogOutput;
  readonly surroundings: LogsSurroundings;
  readonly ended: AbortSignal;
}

/** Prints the entries of a query, and with `--follow` those that come later; gives the exit status. */
export async function showEntries(options: LogsOptions, query: PlacedQuery, showing: Showing): Promise<number> {
  const { reader, ended, surroundings } = showing;
  const printer = createPrinter(options, query, showing);
  // Asked for before the query, so that nothing that comes meanwhile is missed.
  const followed = options.follow ? reader.lastId() : 0;
  for (const entry of selectEntries(options, query, reader)) if (!(await printer.print(entry))) return 0;
  await printer.flush();
  if (options.follow) {
    await follow(query, printer, showing, Math.max(followed, printer.highest()));
    return 0;
  }
  const problem = await printer.end();
  if (problem !== undefined) surroundings.error(problem);
  if (problem !== undefined) return 1;
  if (ended.aborted) return 0;
  const wantsSome = options.grep !== undefined || (options.lines !== 0 && (options.showCursor || options.cursorFile !== undefined));
  return wantsSome && printer.last() === undefined ? 1 : 0;
}

interface Printer {
  /** False when there is no reader any more. */
  print(entry: Entry): Promise<boolean>;
  flush(): Promise<boolean>;
  /** What follows the last entry; gives what is wrong. */
  end(): Promise<string | undefined>;
  last(): Entry | undefined;
  /** The highest id printed. */
  highest(): number;
}

/** Output is gathered to blocks of this size. */
const blockBytes = 32 * 1024;

function createPrinter(options: LogsOptions, query: PlacedQuery, { reader, out, surroundings, ended }: Showing): Printer {
  const unicode = isUnicode();
  const format = createFormat(options.output, {
    time: createTimeText(options.utc),
    journalId: reader.id,
    all: options.all,
    hostname: options.hostname,
    color: surroundings.color,
    highlight: options.grep,
    fields: options.outputFields,
    columns: options.full ? undefined : surroundings.columns,
    unicode,
    explained: options.catalog
      ? { mark: unicode ? '\u2591\u2591' : '--', catalog: readCatalog(realFiles, options.root ?? '', messageLanguages(process.env)) }
      : undefined,
  });
  const talks = isForPeople(options.output) && !options.quiet;
  let last: Entry | undefined;
  let highest = 0;
  let block: Uint8Array[] = [];
  let size = 0;

  function gather(text: string | Uint8Array): void {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    block.push(bytes);
    size += bytes.length;
  }

  function flush(): Promise<boolean> {
    const bytes = block.length === 1 && block[0] !== undefined ? block[0] : Buffer.concat(block);
    block = [];
    size = 0;
    return printed(out, bytes, ended);
  }

  return {
    async print(entry) {
      const boot = entry.origin.fields['_BOOT_ID'];
      if (talks && last !== undefined && last.origin.fields['_BOOT_ID'] !== boot)
        gather(`${surroundings.color ? emphasized(bootLine(boot)) : bootLine(boot)}\n`);
      gather(format(entry, last));
      last = entry;
      highest = Math.max(highest, entry.id);
      return size < blockBytes || flush();
    },
    flush,
    async end() {
      if (talks && last === undefined) gather('-- No entries --\n');
      // Who asks for no entries asks where the journal is now.
      const [place = last] = options.lines === 0 ? take(reader.entries(query, 'backward'), 1) : [];
      const cursor = place === undefined ? undefined : cursorText(place, reader.id);
      if (options.showCursor && cursor !== undefined) gather(`-- cursor: ${cursor}\n`);
      await flush();
      return options.cursorFile !== undefined && cursor !== undefined ? saveCursor(options.cursorFile, cursor) : undefined;
    },
    last: () => last,
    highest: () => highest,
  };
}

function bootLine(boot: string | undefined): string {
  return `-- Boot ${boot} --`;
}

function saveCursor(path: string, cursor: string): string | undefined {
  try {
    // A reader never finds the half of it.
    writeFileSync(`${path}.new`, `${cursor}\n`);
    renameSync(`${path}.new`, path);
    return undefined;
  } catch (error) {
    return `Failed to write new cursor to ${path}: ${systemMessage(error)}`;
  }
}

/** The entries that exist, in the order and number that are wanted. */
function* selectEntries(options: LogsOptions, query: PlacedQuery, reader: JournalReader): Generator<Entry> {
  const limit = options.lines ?? Infinity;
  // As journalctl does, --lines= counts from where --since= begins.
  const fromStart = options.oldest ?? (query.fromCursor || (options.sinceUsec !== undefined && !options.follow));
  if (limit === Infinity || (fromStart && !options.reverse) || options.reverse) {
    yield* take(reader.entries(query, options.reverse ? 'backward' : 'forward', likelyOf(limit)), limit);
    return;
  }
  yield* Array.from(take(reader.entries(query, 'backward', likelyOf(limit)), limit)).toReversed();
}

/** How many entries to read first for so many that are wanted: just these, or of an open end no more than a few. */
function likelyOf(limit: number): number | undefined {
  return Number.isFinite(limit) ? Math.max(1, limit) : undefined;
}

function* take(entries: Generator<Entry>, limit: number): Generator<Entry> {
  let left = limit;
  if (left <= 0) return;
  for (const entry of entries) {
    yield entry;
    if (--left <= 0) return;
  }
}

/** Prints what is stored after an entry, until there is no reader any more. A new file, where the journal had to begin one, is read from its start. */
async function follow(query: PlacedQuery, printer: Printer, { reader: first, path, ended }: Showing, from: number): Promise<void> {
  let reader = first;
  let identity = fileIdentity(path);
  let after = from;
  try {
    for await (const _ of changesOf(path, ended)) {
      const now = fileIdentity(path);
      const isOther = now !== identity && now !== '';
      if (isOther || reader.isUnchanging) {
        const opened = openJournal(path);
        // It may be in the making; the next change tells.
        if (!opened.ok) continue;
        if (reader !== first) reader[Symbol.dispose]();
        reader = opened.value;
        if (isOther) after = 0;
        identity = now;
      }
      const reached = reader.lastId();
      for (const entry of reader.entries({ ...query, after })) if (!(await printer.print(entry))) return;
      if (!(await printer.flush())) return;
      after = Math.max(after, reached, printer.highest());
    }
  } finally {
    if (reader !== first) reader[Symbol.dispose]();
  }
}

/** As setlocale(3) would find it. */
function isUnicode(): boolean {
  return /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '');
}
