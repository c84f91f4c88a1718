import { ended, printed } from './logs-print.ts';
import { logsHelp } from './logs-help.ts';
import type { LogsOptions } from './logs-options.ts';
import { toQuery } from './logs-query.ts';
import { showEntries } from './logs-show.ts';
import { diskUsage, vacuum } from './maintenance.ts';
import { createTimeText } from './output/time-text.ts';
import { type Boot, type JournalReader, openJournal } from './query.ts';
import { valueBytes } from './record.ts';

/** Where `logs` runs. */
export interface LogsSurroundings {
  /** The journal's file, if the options name no other. */
  readonly path: string;
  readonly bootId: string;
  readonly nowUsec: number;
  /** The text of `--version`. */
  readonly version: string;
  readonly color: boolean;
  /** Tells the user what is wrong. */
  error(text: string): void;
  /** Ends `--follow`. */
  readonly signal: AbortSignal;
}

/** Does what journalctl(1) does with these options; gives the exit status. */
export async function runLogs(options: LogsOptions, out: NodeJS.WritableStream, surroundings: LogsSurroundings): Promise<number> {
  const { action } = options;
  const path = options.path ?? surroundings.path;
  const print = async (text: string | Uint8Array): Promise<number> => {
    await printed(out, text);
    return 0;
  };
  switch (action.do) {
    case 'help':
      return print(logsHelp);
    case 'version':
      return print(`${surroundings.version}\n`);
    case 'list':
      return print(`${action.text}\n`);
    case 'nothing':
      return 0;
    case 'disk-usage':
      return print(`${diskUsage(path)}\n`);
    case 'vacuum': {
      const outcome = vacuum(path, action, surroundings.nowUsec);
      surroundings.error(outcome.ok ? outcome.value : outcome.error);
      return outcome.ok ? 0 : 1;
    }
    default:
      break;
  }
  const opened = openJournal(path);
  if (!opened.ok) {
    surroundings.error(opened.error);
    return 1;
  }
  using reader = opened.value;
  switch (action.do) {
    case 'fields':
      return print(reader.fieldNames().map((name) => `${name}\n`).join(''));
    case 'field':
      return print(valueList(reader, action.name));
    case 'list-boots':
      return print(bootTable(reader.boots(), options.utc));
    case 'show': {
      const query = toQuery(options, reader, surroundings.bootId);
      if (query.ok) return await showEntries(options, query.value, { out, reader, path, surroundings, ended: ended(out, surroundings.signal) });
      surroundings.error(query.error);
      return 1;
    }
  }
}

function valueList(reader: JournalReader, name: string): Uint8Array {
  return Buffer.concat(reader.fieldValues(name).flatMap((value) => [valueBytes(value), Buffer.from('\n')]));
}

function bootTable(boots: readonly Boot[], utc: boolean): string {
  const time = createTimeText(utc);
  const rows = boots.map(({ bootId, firstUsec, lastUsec }, index) => [String(index - boots.length + 1), bootId, time.full(firstUsec), time.full(lastUsec)]);
  const heads = ['IDX', 'BOOT ID', 'FIRST ENTRY', 'LAST ENTRY'];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [heads, ...rows].map((row, line) =>
    row.map((cell, column) => (column === 0 && line > 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(' ').trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
