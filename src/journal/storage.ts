import { open } from 'node:fs/promises';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { type Result, err, ok } from '../base/result.ts';
import { isDatabaseError, openForWriting, type StorageFailure, storageFailure, UnusableFile } from './database.ts';
import { encodeFields, type Origin, type Row } from './record.ts';
import { deleteOldest, type Limits } from './retention.ts';

/** A stream whose end has not come: what is known of it, and its bytes that are no line yet. */
export interface OpenStream {
  readonly pid: number;
  readonly meta: string;
  readonly pending: Uint8Array;
}

/** How far the frames of a keeper have been stored. */
export interface Position {
  readonly instance: string;
  readonly sequence: number;
}

/** What is stored whole or not at all. */
export interface Batch {
  readonly rows: readonly Row[];
  /** Streams that changed, by id; undefined for one that has ended. */
  readonly streams: ReadonlyMap<string, OpenStream | undefined>;
  readonly position: Position;
  readonly bootId: string;
  /** The last record of the kernel's log of this boot that is in it; -1 for none. */
  readonly kernelSequence: number;
}

/** The writing end of the journal's file. */
export interface Storage extends Disposable {
  /** Stores a batch in one transaction; after a failure nothing of it is stored. */
  commit(batch: Batch): Result<void, StorageFailure>;
  /** Has what is committed on the disk, also if the machine loses power then. Never fails: the next time is soon. */
  sync(): Promise<void>;
  /** Deletes what is too much or too old, a part of it only; true if there is more to delete. */
  retain(limits: Limits, nowUsec: number): Result<boolean, StorageFailure>;
  /** Keeps what the next journal may know if nothing is stored before it. Never fails: it is no loss that anybody would see as one. */
  leave(beside: string): void;
}

/** The state in which a file was left. */
export interface StoredState {
  /** Where the last committed batch ended. */
  readonly position: Position;
  readonly streams: ReadonlyMap<string, OpenStream>;
  /** Of this boot; -1 for none. */
  readonly kernelSequence: number;
  /** What `leave` was given last, if nothing was stored since; else ''. */
  readonly beside: string;
}

/** Opens the journal's file for the one process that writes it, and reads the state in which it was left. */
export function openStorage(
  path: string,
  bootId: string,
): Result<{ readonly storage: Storage; readonly state: StoredState }, StorageFailure> {
  const opened = openForWriting(path);
  if (!opened.ok) return opened;
  try {
    return ok({ storage: createStorage(opened.value), state: readState(opened.value, bootId) });
  } catch (error) {
    const failure = storageFailure(error);
    opened.value.close();
    // Statements that cannot be made are about tables that are not there.
    return err(isDatabaseError(error) && failure.kind === 'other' ? { ...failure, kind: 'corrupt' } : failure);
  }
}

/** Storage in an open database; closes it when disposed. */
export function createStorage(database: DatabaseSync): Storage {
  const statements = prepareStatements(database);
  let origins = new WeakMap<Origin, number>();
  let units = new Map<string, number>();
  let span = lastSpan(database);
  let version = dataVersion();

  function dataVersion(): unknown {
    return statements.dataVersion.get()?.['data_version'];
  }

  function forget(): void {
    origins = new WeakMap();
    units = new Map();
    span = lastSpan(database);
  }

  function nextId(): number {
    const next = Number(statements.next.get()?.['value']);
    if (!Number.isSafeInteger(next) || next < 1) throw new UnusableFile('it does not know its next number');
    return next;
  }

  function originId(origin: Origin, entry: number): number {
    const known = origins.get(origin);
    if (known !== undefined) return known;
    const id = Number(statements.addSource.run(origin.identifier, JSON.stringify(origin.fields), entry).lastInsertRowid);
    origins.set(origin, id);
    return id;
  }

  function unitId(name: string): number | null {
    if (name === '') return null;
    const known = units.get(name);
    if (known !== undefined) return known;
    const found = statements.findUnit.get(name)?.['id'];
    const id = found === undefined ? Number(statements.addUnit.run(name).lastInsertRowid) : Number(found);
    if (units.size >= maximumCachedUnits) units.clear();
    units.set(name, id);
    return id;
  }

  function insertRows(rows: readonly Row[], first: number): void {
    const used = new Map<number, number>();
    const values: SQLInputValue[] = [];
    let id = first - 1;
    for (const row of rows) {
      id += 1;
      const source = originId(row.origin, id);
      used.set(source, id);
      values.push(id, row.realtimeUsec, row.monotonicUsec, source, unitId(row.unit), row.priority, row.message, encodeFields(row.extra));
      if (values.length < rowsAtOnce * columns) continue;
      statements.addMany.run(...values);
      values.length = 0;
    }
    for (let at = 0; at < values.length; at += columns) statements.addOne.run(...values.slice(at, at + columns));
    for (const [source, last] of used) statements.touchSource.run(last, source);
  }

  function store(batch: Batch): Span | undefined {
    let next = span;
    if (batch.rows.length > 0) {
      const first = nextId();
      insertRows(batch.rows, first);
      next = extendSpan(span, batch, first);
      statements.putSpan.run(next.first, next.last, next.minimum, next.maximum, next.boot);
      statements.setNext.run(first + batch.rows.length);
    }
    for (const [id, stream] of batch.streams) {
      if (stream === undefined) statements.deleteStream.run(id);
      else statements.putStream.run(id, stream.pid, stream.meta, stream.pending);
    }
    if (batch.kernelSequence >= 0) statements.setKernel.run(`${batch.bootId} ${batch.kernelSequence}`);
    statements.forgetPositions.run(batch.position.instance);
    statements.putPosition.run(batch.position.instance, batch.position.sequence);
    return next;
  }

  return {
    commit(batch) {
      try {
        statements.begin.run();
        const seen = dataVersion();
        // Another process has changed the file (journalctl --vacuum-size): what is cached of it may be gone.
        if (seen !== version) forget();
        const next = store(batch);
        statements.commit.run();
        span = next;
        version = seen;
        return ok(undefined);
      } catch (error) {
        const failure = storageFailure(error);
        rollBack(database);
        origins = new WeakMap();
        units = new Map();
        return err(failure);
      }
    },
    retain(limits, nowUsec) {
      try {
        const more = deleteOldest(database, limits, nowUsec);
        forget();
        return ok(more);
      } catch (error) {
        const failure = storageFailure(error);
        rollBack(database);
        return err(failure);
      }
    },
    leave(beside) {
      try {
        const { instance, sequence } = statements.position.get() ?? {};
        statements.leave.run(`${String(instance)} ${String(sequence)} ${beside}`);
      } catch {
        // The disk does not take it.
      }
    },
    async sync() {
      // SQLite syncs its log only before it empties it. It has no locks on that file, which closing a descriptor would end.
      try {
        await using log = await open(`${database.location()}-wal`, 'r');
        await log.datasync();
      } catch {
        // There is none, or the disk does not take it; SQLite will say so.
      }
    },
    [Symbol.dispose]() {
      database.close();
    },
  };
}

function readState(database: DatabaseSync, bootId: string): StoredState {
  const position = database.prepare(sql.position).get();
  const streams = new Map<string, OpenStream>();
  for (const { id, pid, meta, pending } of database.prepare('select id, pid, meta, pending from stream').all())
    streams.set(String(id), {
      pid: Number(pid),
      meta: String(meta),
      pending: pending instanceof Uint8Array ? pending : new Uint8Array(),
    });
  const [kernelBoot, kernelSequence] = String(
    database.prepare(`select value from meta where name = 'kernel'`).get()?.['value'] ?? '',
  ).split(' ');
  const left = String(database.prepare(`select value from meta where name = 'beside'`).get()?.['value'] ?? '');
  const head = `${String(position?.['instance'])} ${String(position?.['sequence'])} `;
  return {
    beside: left.startsWith(head) ? left.slice(head.length) : '',
    kernelSequence: kernelBoot === bootId ? Number(kernelSequence) : -1,
    position: { instance: String(position?.['instance'] ?? ''), sequence: Number(position?.['sequence'] ?? 0) },
    streams,
  };
}

const maximumCachedUnits = 10_000;
const columns = 8;
const rowsAtOnce = 25;
/** Large enough that spans are few, small enough that deleting one is done in a few milliseconds. */
const entriesOfSpan = 4096;

interface Span {
  readonly first: number;
  readonly last: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly boot: string;
}

function extendSpan(span: Span | undefined, batch: Batch, first: number): Span {
  const grows = span !== undefined && span.boot === batch.bootId && first - span.first < entriesOfSpan;
  let minimum = grows ? span.minimum : Infinity;
  let maximum = grows ? span.maximum : 0;
  for (const row of batch.rows) {
    if (row.realtimeUsec < minimum) minimum = row.realtimeUsec;
    if (row.realtimeUsec > maximum) maximum = row.realtimeUsec;
  }
  return { first: grows ? span.first : first, last: first + batch.rows.length - 1, minimum, maximum, boot: batch.bootId };
}

function lastSpan(database: DatabaseSync): Span | undefined {
  const row = database.prepare('select * from span order by first desc limit 1').get();
  if (row === undefined) return undefined;
  return {
    first: Number(row['first']),
    last: Number(row['last']),
    minimum: Number(row['minimum']),
    maximum: Number(row['maximum']),
    boot: String(row['boot']),
  };
}

function prepareStatements(database: DatabaseSync): Readonly<Record<keyof typeof sql, StatementSync>> {
  const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(entries);
}

const tuple = `(${Array(columns).fill('?').join(',')})`;

const sql = {
  begin: 'begin immediate',
  commit: 'commit',
  dataVersion: 'pragma data_version',
  next: `select value from meta where name = 'next'`,
  setNext: `update meta set value = ? where name = 'next'`,
  setKernel: `insert or replace into meta values('kernel', ?)`,
  position: 'select instance, sequence from position',
  leave: `insert or replace into meta values('beside', ?)`,
  addOne: `insert into entry values${tuple}`,
  addMany: `insert into entry values${Array(rowsAtOnce).fill(tuple).join(',')}`,
  addSource: 'insert into source(identifier, fields, last) values(?, ?, ?)',
  touchSource: 'update source set last = ? where id = ?',
  findUnit: 'select id from unit where name = ?',
  addUnit: 'insert into unit(name) values(?)',
  putSpan: 'insert or replace into span values(?, ?, ?, ?, ?)',
  putStream: 'insert or replace into stream values(?, ?, ?, ?)',
  deleteStream: 'delete from stream where id = ?',
  putPosition: 'insert or replace into position values(?, ?)',
  forgetPositions: 'delete from position where instance <> ?',
} as const;

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('rollback');
  } catch {
    // There is none to roll back where BEGIN itself failed.
  }
}
