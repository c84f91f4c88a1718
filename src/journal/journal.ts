import { existsSync } from 'node:fs';
import type { Clock } from '../port/clock.ts';
import type { JournalFrame } from '../port/journal-wire.ts';
import { moveAside, type StorageFailure } from './database.ts';
import { createIntake, type Intake, type Surroundings } from './intake.ts';
import type { KernelRecord } from './kmsg.ts';
import type { Limits } from './retention.ts';
import { openStorage, type Storage, type StoredState } from './storage.ts';

/** What the journal needs to do its work. */
export interface JournalOptions {
  readonly path: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  /** Tells people about trouble with the storage. */
  warn(text: string): void;
  /** Tells the keeper what is committed. */
  acknowledge(sequence: number): void;
}

/** The journal: receives the keeper's frames, stores them in batches and acknowledges what is committed. */
export interface Journal extends Disposable {
  lastSequence(instance: bigint): number;
  received(frames: readonly JournalFrame[]): void;
  receivedKernel(record: KernelRecord): void;
  /** Stores what is gathered now. */
  flush(): void;
  /** All that has come is stored, and on the disk. */
  readonly settled: boolean;
  /** The last sequence number that is stored. */
  readonly committed: number;
  /** The last record of the kernel's log of this boot that was taken in; -1 for none. */
  readonly kernelSequence: number;
}

/** Opens the storage and goes on where the journal before this one ended. Trouble with the storage is told, and never thrown. */
export function createJournal(options: JournalOptions): Journal {
  const { clock } = options;
  // Where little may be kept, a batch must not be larger than that.
  const heldBytes = Math.min(maximumHeldBytes, options.limits.maximumBytes / 8);
  let storage: Storage | undefined;
  let trouble: StorageFailure | undefined;
  let troubleUsec = 0;
  let lost = 0;
  let cancelFlush: (() => void) | undefined;
  let cancelSync: (() => void) | undefined;
  let syncing = 0;
  let lastFlushUsec = -Infinity;
  let acknowledged = 0;
  let unchecked = Infinity;
  let checkedUsec = 0;

  const state = open();
  const intake: Intake = createIntake(
    options.surroundings,
    state ?? { position: { instance: '', sequence: 0 }, streams: new Map(), kernelSequence: -1, beside: '' },
  );

  /** Opens the storage, and gives the state in which the journal before this one left it. */
  function open(): StoredState | undefined {
    const first = openStorage(options.path, options.surroundings.host.bootId);
    if (first.ok) return use(first.value);
    if (first.error.kind !== 'corrupt') return failed(first.error);
    setAside(first.error);
    const fresh = openStorage(options.path, options.surroundings.host.bootId);
    return fresh.ok ? use(fresh.value) : failed(fresh.error);
  }

  function use(opened: { readonly storage: Storage; readonly state: StoredState }): StoredState {
    storage = opened.storage;
    return opened.state;
  }

  function setAside(failure: StorageFailure): void {
    try {
      const aside = moveAside(options.path, clock.now().realtimeUsec);
      options.warn(`The journal ${options.path} is damaged (${failure.message}). It was moved to ${aside} and a new one begun.`);
    } catch (error) {
      failed({ kind: 'other', message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Says once what is wrong; the next attempt is made when more comes or a second has passed. */
  function failed(failure: StorageFailure): undefined {
    if (trouble?.kind !== failure.kind)
      options.warn(
        `Cannot write the journal ${options.path}: ${failure.message}. New entries are kept in memory; ${troubleAdvice[failure.kind]}`,
      );
    if (trouble === undefined) troubleUsec = clock.now().monotonicUsec;
    trouble = failure;
    return undefined;
  }

  function schedule(): void {
    if (cancelFlush !== undefined || !intake.changed) return;
    const interval = trouble === undefined ? batchUsec : retryUsec;
    const earliest = clock.now().monotonicUsec + gatherUsec;
    cancelFlush = clock.at(Math.max(earliest, lastFlushUsec + interval), flush);
  }

  function flush(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    lastFlushUsec = clock.now().monotonicUsec;
    if (intake.changed) store();
    schedule();
  }

  function store(): void {
    if (storage === undefined) reopen();
    const failure = storage === undefined ? trouble : commit(storage);
    if (failure !== undefined) {
      failed(failure);
      return holdInMemory();
    }
    settle();
    if (trouble !== undefined)
      options.warn(`The journal ${options.path} is written again${lost > 0 ? `; ${lost} entries were lost` : ''}.`);
    if (lost > 0) intake.note(`${lost} entries were lost because the journal could not be written.`, 4);
    trouble = undefined;
    lost = 0;
  }

  function commit(target: Storage): StorageFailure | undefined {
    const first = target.commit(intake.batch());
    if (first.ok) return undefined;
    if (first.error.kind === 'corrupt') {
      target[Symbol.dispose]();
      setAside(first.error);
      reopen();
    } else if (first.error.kind === 'full') {
      // Older entries make room for new ones.
      target.retain({ maximumBytes: 1, keepFreeBytes: 0, maximumAgeUsec: 0 }, clock.now().realtimeUsec);
    } else return first.error;
    const second = storage?.commit(intake.batch());
    if (second === undefined) return trouble;
    return second.ok ? undefined : second.error;
  }

  function reopen(): void {
    storage = undefined;
    open();
    // A new file knows nothing of the streams.
    intake.repeatStreams();
  }

  /** While there is something to write, it is on the disk within a second. */
  function scheduleSync(): void {
    cancelSync ??= clock.at(clock.now().monotonicUsec + syncUsec, () => {
      cancelSync = undefined;
      syncing++;
      void Promise.resolve(storage?.sync()).finally(() => syncing--);
    });
  }

  function settle(): void {
    const { sequence } = intake.batch().position;
    unchecked += intake.bytes;
    intake.settle();
    acknowledge(sequence);
    scheduleSync();
    retain();
  }

  function acknowledge(sequence: number): void {
    if (sequence > acknowledged) options.acknowledge(sequence);
    acknowledged = sequence;
  }

  /** While nothing can be stored, entries wait here, as many as may; the services, and an end of everything, must not wait for the disk. */
  function holdInMemory(): void {
    const { sequence } = intake.batch().position;
    if (clock.now().monotonicUsec - troubleUsec >= patienceUsec) acknowledge(sequence);
    if (intake.bytes < heldBytes) return;
    lost += intake.entries;
    intake.giveUp();
    acknowledge(sequence);
  }

  function retain(): void {
    const { monotonicUsec, realtimeUsec } = clock.now();
    if (unchecked < checkBytes && monotonicUsec - checkedUsec < checkUsec) return;
    checkedUsec = monotonicUsec;
    if (!existsSync(options.path)) {
      storage?.[Symbol.dispose]();
      reopen();
    }
    const outcome = storage?.retain(options.limits, realtimeUsec);
    if (outcome === undefined) return;
    if (!outcome.ok) failed(outcome.error);
    unchecked = outcome.ok && outcome.value ? Infinity : 0;
  }

  return {
    lastSequence(instance) {
      const sequence = intake.begin(String(instance));
      acknowledged = sequence;
      schedule();
      return sequence;
    },
    received(frames) {
      for (const frame of frames) {
        intake.receive(frame);
        if (intake.bytes >= batchBytes && (trouble === undefined || intake.bytes >= heldBytes)) flush();
      }
      schedule();
    },
    receivedKernel(record) {
      intake.receiveKernel(record);
      schedule();
    },
    flush,
    get settled() {
      return !intake.changed && trouble === undefined && cancelFlush === undefined && cancelSync === undefined && syncing === 0;
    },
    get committed() {
      return acknowledged;
    },
    get kernelSequence() {
      return intake.batch().kernelSequence;
    },
    [Symbol.dispose]() {
      flush();
      if (!intake.changed) storage?.leave(intake.beside());
      cancelFlush?.();
      cancelSync?.();
      storage?.[Symbol.dispose]();
      storage = undefined;
    },
  };
}

/** Under load there is one transaction in this time; after a pause the first comes at once. */
const batchUsec = 50_000;
const gatherUsec = 1_000;
/** With what it takes to do it, less than a second. */
const syncUsec = 800_000;
const retryUsec = 1_000_000;
/** So long frames are not acknowledged, for the keeper to keep them, when they cannot be stored. */
const patienceUsec = 2_000_000;
const batchBytes = 1 << 18;
const maximumHeldBytes = 4 << 20;
const checkBytes = 1 << 20;
const checkUsec = 10_000_000;

const troubleAdvice: Readonly<Record<StorageFailure['kind'], string>> = {
  corrupt: 'move the file away.',
  full: 'free some space.',
  'read-only': 'make its directory writable.',
  other: 'the next attempt follows.',
};
