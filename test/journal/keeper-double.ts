import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalPath } from '../../src/journal/database.ts';
import { createJournal, type Journal } from '../../src/journal/journal.ts';
import { usualLineMax } from '../../src/journal/lines.ts';
import type { KernelRecord } from '../../src/journal/kmsg.ts';
import type { Policy, RatePolicy } from '../../src/journal/policy.ts';
import { openJournal, type Query } from '../../src/journal/query.ts';
import type { Entry } from '../../src/journal/record.ts';
import type { Limits } from '../../src/journal/retention.ts';
import { FakeClock } from '../../src/port/clock-fake.ts';
import type { JournalFrame, ProcessFacts } from '../../src/port/journal-wire.ts';

/** When the journals of tests begin: µs since 1970. */
export const startUsec = new FakeClock().now().realtimeUsec;

/** The rate of a journal that limits no unit by itself. */
export const unlimited: RatePolicy = { usual: { intervalUsec: 30_000_000, burst: 10_000 }, forAll: false, freeBytes: () => 0 };

/** The rate of one that lets each unit say so much in so many microseconds. */
export function limitedTo(burst: number, intervalUsec: number): RatePolicy {
  return { usual: { intervalUsec, burst }, forAll: true, freeBytes: () => 0 };
}

/** A directory for one test, removed with what is in it. */
export interface Scratch extends Disposable {
  readonly path: string;
}

/** Makes a scratch directory. */
export function createScratch(): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'tysd-journal-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

type Distribute<Frame> = Frame extends { readonly sequence: number } ? Omit<Frame, 'sequence'> : never;
/** A frame to which the keeper gives its number. */
export type Sent = Distribute<JournalFrame>;

/** A keeper that sends frames to a journal, and again what was not acknowledged when the journal comes back. */
export interface KeeperDouble {
  readonly clock: FakeClock;
  readonly warnings: readonly string[];
  readonly unacknowledged: readonly number[];
  send(...frames: readonly Sent[]): void;
  /** Sends again what is not acknowledged, as if the acknowledgements of it had been lost. */
  resend(): void;
  /** Ends the journal like SIGKILL, and starts it anew. */
  kill(): void;
  /** Ends the journal in order, and starts it anew. */
  restart(): void;
  /** Becomes another keeper, as after a boot; nothing of the one before is sent again. */
  reboot(): void;
  /** Lets no acknowledgement through until the next start of the journal. */
  loseAcknowledgements(): void;
  /** The kernel says something. */
  kernel(record: KernelRecord): void;
  flush(): void;
}

export interface KeeperDoubleOptions {
  readonly policy?: Partial<Policy>;
  readonly limits?: Partial<Limits>;
  readonly processFields?: (pid: number) => Readonly<Record<string, string>>;
}

/** A keeper and a journal that stores below a directory. */
export function createKeeperDouble(stateDirectory: string, options: KeeperDoubleOptions = {}): KeeperDouble {
  const clock = new FakeClock();
  const warnings: string[] = [];
  let instance = 1n;
  let sequence = 0;
  let unacknowledged: (JournalFrame & { readonly sequence: number })[] = [];
  let deaf = false;
  let life = 0;
  let journal = start();

  function start(): Journal {
    life++;
    deaf = false;
    const own = life;
    return createJournal({
      path: journalPath(stateDirectory),
      limits: { maximumBytes: 1e12, keepFreeBytes: 0, maximumAgeUsec: 0, ...options.limits },
      clock: {
        now: () => clock.now(),
        soon: (turn) => clock.soon(turn),
        // What a killed journal had planned does not happen.
        at: (usec, elapsed) => clock.at(usec, () => own === life && elapsed()),
      },
      surroundings: {
        host: { bootId: 'b'.repeat(31) + String(instance), machineId: 'c'.repeat(32), hostname: 'box' },
        now: () => clock.now(),
        processFields: options.processFields ?? (() => ({})),
        commandLine: () => '',
        policy: { maximumStored: 7, rate: unlimited, lineMax: usualLineMax, forward: () => undefined, ...options.policy },
        manager: { _PID: '1', _COMM: 'tysd-keeper' },
      },
      warn: (text) => void warnings.push(text),
      acknowledge(last) {
        if (own === life && !deaf) unacknowledged = unacknowledged.filter((frame) => frame.sequence > last);
      },
    });
  }

  function connect(): void {
    const last = journal.lastSequence(instance);
    unacknowledged = unacknowledged.filter((frame) => frame.sequence > last);
    journal.received(unacknowledged);
  }

  connect();
  return {
    clock,
    warnings,
    get unacknowledged() {
      return unacknowledged.map((frame) => frame.sequence);
    },
    send(...frames) {
      const numbered = frames.map((frame) => ({ ...frame, sequence: ++sequence }));
      unacknowledged.push(...numbered);
      journal.received(numbered);
    },
    resend: () => journal.received(unacknowledged),
    kill() {
      journal = start();
      connect();
    },
    restart() {
      journal[Symbol.dispose]();
      journal = start();
      connect();
    },
    reboot() {
      instance++;
      sequence = 0;
      unacknowledged = [];
      journal = start();
      connect();
    },
    loseAcknowledgements: () => (deaf = true),
    kernel: (said) => journal.receivedKernel(said),
    flush: () => journal.flush(),
  };
}

/** The beginning of a stream of a unit. */
export function opened(stream: bigint, unit: string, more: Readonly<Record<string, string>> = {}): Sent {
  return {
    kind: 'stream-open',
    stream,
    pid: Number(stream),
    meta: JSON.stringify({ UNIT: unit, SYSLOG_IDENTIFIER: unit.split('.')[0] ?? '', ...more }),
  };
}

/** Output on a stream, some time after the start. */
export function output(stream: bigint, text: string | Uint8Array, afterUsec = 0): Sent {
  return { kind: 'stream-data', stream, realtimeUsec: startUsec + afterUsec, bytes: Buffer.from(text) };
}

/** What the keeper tells of a process, as of a stream or (0) of a sender of datagrams; undefined for one that is gone. */
export function told(stream: bigint, pid: number, facts: Partial<ProcessFacts> | undefined): Sent {
  const none = { start: 1, name: '', exe: '', cmdline: '', status: '', cgroup: '', loginuid: '', sessionid: '' };
  return { kind: 'process', stream, pid, facts: facts && { ...none, ...facts } };
}

/** A record of the manager. */
export function record(fields: Readonly<Record<string, string>>, afterUsec = 0): Sent {
  return { kind: 'record', realtimeUsec: startUsec + afterUsec, record: JSON.stringify(fields) };
}

/** What a query of the journal below a directory finds. */
export function stored(stateDirectory: string, query: Query = {}): Entry[] {
  const reader = openJournal(journalPath(stateDirectory));
  if (!reader.ok) throw new Error(reader.error);
  using open = reader.value;
  return [...open.entries(query)];
}

/** The messages that a query finds. */
export function messages(stateDirectory: string, query: Query = {}): unknown[] {
  return stored(stateDirectory, query).map((entry) => entry.message);
}
