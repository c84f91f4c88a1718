import type { ProcessFacts } from '../port/journal-wire.ts';
import type { Sender } from './origins.ts';
import { processFields } from './process-fields.ts';

/** What /proc can still tell of processes. */
export interface ProcessReader {
  /** The trusted `_…` fields of systemd.journal-fields(7) of a process that ran at this time already; none where that is gone. */
  readonly processFields: (pid: number, realtimeUsec: number) => Readonly<Record<string, string>>;
  /** The words of a process that started then (clock ticks since the boot), as /proc has them; '' where it is gone. */
  readonly commandLine: (pid: number, start: number) => string;
}

/** A process as it is known from the keeper. */
export interface KnownProcess {
  /** Undefined for one that was gone before anybody could look. */
  readonly start: number | undefined;
  readonly serial: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** Who sends datagrams, by pid: what the keeper told last counts. */
export interface Senders {
  told(pid: number, facts: ProcessFacts | undefined): void;
  /** What the keeper told of a process whose command line it did not read. */
  complete(pid: number, facts: ProcessFacts | undefined): KnownProcess;
  find(sender: { readonly pid: number; readonly uid: number; readonly gid: number; readonly realtimeUsec: number }): Sender & {
    readonly start: number | undefined;
  };
}

/** Senders of whom nothing is known yet. */
export function createSenders(reader: ProcessReader): Senders {
  const known = new Map<number, KnownProcess>();
  let serials = 0;

  function complete(pid: number, facts: ProcessFacts | undefined): KnownProcess {
    serials++;
    if (facts === undefined) return { start: undefined, serial: serials, fields: {} };
    const cmdline = facts.cmdline === '' ? reader.commandLine(pid, facts.start) : facts.cmdline;
    return { start: facts.start, serial: serials, fields: processFields(pid, { ...facts, cmdline }) };
  }

  function remember(pid: number, process: KnownProcess): KnownProcess {
    if (known.size >= maximumKnown) known.clear();
    known.set(pid, process);
    return process;
  }

  return {
    complete,
    told: (pid, facts) => void remember(pid, complete(pid, facts)),
    find({ pid, uid, gid, realtimeUsec }) {
      const process =
        known.get(pid) ?? remember(pid, { start: undefined, serial: ++serials, fields: reader.processFields(pid, realtimeUsec) });
      return { pid, uid, gid, serial: process.serial, process: process.fields, start: process.start };
    },
  };
}

const maximumKnown = 4096;
