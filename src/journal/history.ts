import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** The file of the manager's history below a state directory; one that is full goes on under the name of `olderHistory`. */
export function historyPath(stateDirectory: string): string {
  return `${stateDirectory}/journal/history.jsonl`;
}

/** What was written before the file was full the last time. */
export function olderHistory(path: string): string {
  return `${path}.old`;
}

/** At this size a file is full, so twice as much is kept at most. */
const fullBytes = 8 << 20;

/** Writes down what happened to units, one JSON object a line. */
export interface HistoryFile {
  /** Adds the entries of a JSON array. */
  add(entries: string): void;
}

/**
 * Opens the file when there is something to write. What was written when the journal died may come again: readers skip lines that
 * they have seen, and lines that are no JSON. Trouble with the file is told once and costs only history.
 */
export function createHistoryFile(path: string, warn: (text: string) => void, full: number = fullBytes): HistoryFile {
  let fd: number | undefined;
  let size = 0;
  let isTroubled = false;

  function open(): number {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const opened = openSync(path, 'a+', 0o640);
    size = fstatSync(opened).size;
    // A line that was cut off must not spoil the next one.
    if (size > 0 && lastByte(opened, size) !== NEWLINE) size += writeSync(opened, '\n');
    return opened;
  }

  function write(text: string): void {
    fd ??= open();
    const bytes = Buffer.from(text);
    if (size > 0 && size + bytes.length > full) {
      closeSync(fd);
      fd = undefined;
      renameSync(path, olderHistory(path));
      fd = open();
    }
    size += writeSync(fd, bytes);
  }

  return {
    add(entries) {
      try {
        write(linesOf(entries));
        isTroubled = false;
      } catch (error) {
        if (!isTroubled) warn(`Cannot write the history ${path}: ${error instanceof Error ? error.message : String(error)}`);
        isTroubled = true;
      }
    },
  };
}

const NEWLINE = 0x0a;

function lastByte(fd: number, size: number): number {
  const byte = new Uint8Array(1);
  readSync(fd, byte, 0, 1, size - 1);
  return byte[0] ?? NEWLINE;
}

/** An entry a line, without reading them: within a text a quote would have a backslash before it. */
function linesOf(entries: string): string {
  return entries === '[]' ? '' : `${entries.slice(1, -1).replaceAll('},{"what":', '}\n{"what":')}\n`;
}

/**
 * The entries that were written down, oldest first and each once, as JSON values; of these, those whose line has one of the words.
 * What cannot be read counts as not there.
 */
export function readHistory(path: string, words: readonly string[]): readonly unknown[] {
  const seen = new Set<string>();
  for (const each of [olderHistory(path), path]) {
    for (const line of textOf(each).split('\n')) {
      if (line !== '' && (words.length === 0 || words.some((word) => line.includes(word)))) seen.add(line);
    }
  }
  return [...seen].flatMap(parsed);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function parsed(line: string): readonly unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
