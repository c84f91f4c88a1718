import { isDeepStrictEqual } from 'node:util';
import type { Stamp } from '../port/keeper.ts';
import type { JournalFrame } from '../port/journal-wire.ts';
import { unreachable } from '../base/assert.ts';
import { type Beside, parseBeside } from './beside.ts';
import { levelPrefix, takeLines, takeRest, type LineEnd, withoutTrailingBlanks } from './lines.ts';
import { generalLimit, type LogRules, type RateLimit } from './log-rules.ts';
import { parseNative } from './native.ts';
import type { KernelRecord } from './kmsg.ts';
import type { Forwarding, Policy } from './policy.ts';
import { objectFields, objectPid } from './object-fields.ts';
import { createOrigins, divideFields, originUnit, type Host } from './origins.ts';
import { createSenders, type ProcessReader } from './senders.ts';
import { type Field, type FieldValue, type Origin, type Row, valueText } from './record.ts';
import type { Batch, OpenStream, StoredState } from './storage.ts';
import { createStream, stringFields, takeHeader, type Stream } from './stream.ts';
import { parseSyslog } from './syslog.ts';

/** What the journal asks of the machine. */
export interface Surroundings extends ProcessReader {
  readonly host: Host;
  readonly now: () => Stamp;
  /** Keeps entries of the manager's record of what happened, a JSON array; the same may come again after a crash. */
  readonly history?: (entries: string) => void;
  readonly policy: Policy;
  /** Hands the fields of each of the manager's records over to another journal of the machine, if there is one; the same may come again after a crash. */
  readonly handOver?: (fields: Readonly<Record<string, string>>) => boolean;
  /** The trusted fields of the process that writes the manager's records. */
  readonly manager: Readonly<Record<string, string>>;
}

/** Turns the keeper's frames into entries; what it has gathered since the last `settle` is a batch. */
export interface Intake {
  /** Goes on with this keeper: gives the sequence number of the last frame that is not needed again. The streams of another keeper have ended. */
  begin(instance: string): number;
  receive(frame: JournalFrame): void;
  /** Takes in what the kernel says, unless it was taken in before. */
  receiveKernel(record: KernelRecord): void;
  /** Adds an entry of the journal's own. */
  note(text: string, priority: number): void;
  batch(): Batch;
  /** Forgets the batch, which is stored. */
  settle(): void;
  /** Gives up the entries of the batch; what it says of streams and position stays. */
  giveUp(): void;
  /** Makes the batch say everything about the open streams, for storage that knows nothing. */
  repeatStreams(): void;
  readonly entries: number;
  /** About how much memory the batch takes. */
  readonly bytes: number;
  readonly changed: boolean;
  /** What the next journal may know beside what is stored. */
  beside(): string;
}

/** An intake that goes on from what is stored. */
export function createIntake(surroundings: Surroundings, stored: StoredState): Intake {
  const origins = createOrigins(surroundings.host, surroundings.manager);
  const own = origins.make({ _TRANSPORT: 'driver', SYSLOG_IDENTIFIER: 'tysd-journal', _PID: String(process.pid) });
  const streams = new Map<string, Stream>();
  const pids = new Map<number, Stream>();
  const senders = createSenders(surroundings);
  // Of each unit, what all that its processes say has: the last run that was heard of, and what its settings add.
  const units = new Map<string, Readonly<Record<string, string>>>();
  // Of each unit, for all that its processes say, in whatever way.
  const rules = new Map<string, LogRules>();
  const limits = new Map<string, RateLimit>();
  const { policy } = surroundings;
  let position = stored.position;
  let kernelSequence = stored.kernelSequence;
  let rows: Row[] = [];
  let bytes = 0;
  let dirty = new Map<string, OpenStream | undefined>();
  const unstored = new Set<string>();
  let moved = false;
  let clockOffset: number | undefined;
  for (const [id, stream] of stored.streams) open(id, stream);
  recall(parseBeside(stored.beside));

  function recall(beside: Beside): void {
    for (const [unit, fields] of Object.entries(beside.units)) noteUnit(unit, fields);
    for (const [unit, counts] of Object.entries(beside.own)) {
      const its = rules.get(unit);
      if (its !== undefined) its.counts = counts;
    }
    for (const [unit, counts] of Object.entries(beside.general)) {
      const limit = limitOf(unit);
      if (limit !== undefined) limit.counts = counts;
    }
    for (const [id, { start, fields }] of Object.entries(beside.processes)) {
      const stream = streams.get(id);
      if (stream !== undefined) stream.process = { start, serial: 0, fields };
    }
  }

  function besides(): Beside {
    const processes = [...streams].flatMap(([id, { process }]) =>
      process === undefined
        ? []
        : [[id, { ...(process.start !== undefined && { start: process.start }), fields: process.fields }] as const],
    );
    return { units: Object.fromEntries(units), own: countsOf(rules), general: countsOf(limits), processes: Object.fromEntries(processes) };
  }

  function open(id: string, known: OpenStream): Stream {
    const stream = createStream(known, policy.rate);
    streams.set(id, stream);
    pids.set(stream.pid, stream);
    noteUnit(stream.unit, knownFields(stream.fields));
    if (stream.rules !== undefined && rules.get(stream.unit)?.from !== stream.rules.from) rules.set(stream.unit, stream.rules);
    else if (stream.rules === undefined) rules.delete(stream.unit);
    return stream;
  }

  function noteUnit(unit: string, fields: Readonly<Record<string, string>>): void {
    if (unit === '') return;
    if (units.size >= maximumUnits) units.clear();
    units.set(unit, fields);
  }

  function end(id: string, stream: Stream): void {
    takeRest(stream.pending, (line, how) => addLine(id, stream, surroundings.now().realtimeUsec, line, how));
    streams.delete(id);
    if (pids.get(stream.pid) === stream) pids.delete(stream.pid);
    // One that came in this batch is in no file.
    if (unstored.delete(id)) dirty.delete(id);
    else dirty.set(id, undefined);
  }

  function add(row: Row, how: Forwarding = {}): void {
    policy.forward(row, how);
    if ((row.priority ?? 6) > policy.maximumStored) return;
    rows.push(row);
    bytes += rowOverhead + (row.message?.length ?? 0);
    for (const [name, value] of row.extra) bytes += name.length + value.length;
  }

  function monotonicAt(realtimeUsec: number): number {
    clockOffset ??= offsetOf(surroundings.now());
    return Math.max(0, realtimeUsec - clockOffset);
  }

  /** Adds what a unit's process said, if the unit's rules let it. */
  function addFrom(unit: string, row: Row, how?: Forwarding): void {
    const its = rules.get(unit);
    const { keep, dropped } = its?.admit(row.priority ?? 6, row.message ?? nothing, row.realtimeUsec) ?? admitted;
    sayDropped(unit, dropped);
    if (keep && (its?.limited === true || isWithinRate(unit, row))) add(row, how);
  }

  /** RateLimitBurst= of journald.conf(5), for what its unit does not limit. */
  function isWithinRate(unit: string, row: Row): boolean {
    const limit = unit === '' ? undefined : limitOf(unit);
    if (limit === undefined) return true;
    const { keep, dropped } = limit.admit(row.priority ?? 6, row.realtimeUsec);
    sayDropped(unit, dropped);
    return keep;
  }

  /** The limit of the journal for a unit, if there is any. */
  function limitOf(unit: string): RateLimit | undefined {
    const known = limits.get(unit);
    if (known !== undefined || !policy.rate.forAll) return known;
    const limit = generalLimit(policy.rate);
    if (limits.size >= maximumUnits) limits.clear();
    limits.set(unit, limit);
    return limit;
  }

  function sayDropped(unit: string, dropped: number): void {
    if (dropped > 0) note(`Suppressed ${dropped} messages from ${unit}`, 4, { MESSAGE_ID: suppressed, N_DROPPED: String(dropped) });
  }

  function addLine(id: string, stream: Stream, realtimeUsec: number, line: FieldValue, how: LineEnd): void {
    if (stream.header !== undefined) return takeHeader(stream, valueText(line), policy.rate);
    const kept = withoutTrailingBlanks(line);
    const prefix = stream.levelPrefix ? levelPrefix(kept) : undefined;
    const prefixed = prefix !== undefined && prefix.length > 0;
    const message = prefixed ? kept.slice(prefix.length) : kept;
    // As journald does, empty lines are not kept.
    if (message.length === 0) return;
    stream.origin ??= streamOrigin(id, stream);
    const priority = prefixed ? prefix.priority : stream.priority;
    const { origin, unit, forward } = stream;
    const monotonicUsec = monotonicAt(realtimeUsec);
    addFrom(unit, { origin, realtimeUsec, monotonicUsec, unit, priority, message, extra: lineBreaks[how] }, { targets: forward });
  }

  function streamOrigin(id: string, stream: Stream): Origin {
    return origins.make({ ...stream.process?.fields, ...stream.fields, _TRANSPORT: 'stdout', _STREAM_ID: streamId(position.instance, id) });
  }

  function addRecord({ record, realtimeUsec }: JournalFrame & { readonly kind: 'record' }): void {
    if (record.startsWith('[')) return surroundings.history?.(record);
    const given = stringFields(record);
    let message: string | null = null;
    let priority = 6;
    let shared: Record<string, string> | undefined;
    const extra: Field[] = [];
    for (const name in given) {
      const value = given[name] ?? '';
      if (name === 'MESSAGE') message = value;
      else if (name === 'PRIORITY' && onePriority.test(value)) priority = Number(value);
      else if (isSharedByManager(name)) (shared ??= {})[name] = value;
      else extra.push([name, value]);
    }
    const handedOver = surroundings.handOver?.(given) ?? false;
    // What is no object is a message all the same.
    if (message === null && extra.length === 0 && shared === undefined) message = record;
    const unit = given['UNIT'] ?? given['USER_UNIT'] ?? '';
    noteRun(unit, given['INVOCATION_ID'] ?? given['USER_INVOCATION_ID'] ?? '');
    const origin = origins.ofManager(shared);
    extra.push(sentAt(realtimeUsec));
    const monotonicUsec = monotonicAt(realtimeUsec);
    add({ priority, message, extra, origin, realtimeUsec, monotonicUsec, unit: unit || originUnit(origin) }, { handedOver });
  }

  function noteRun(unit: string, run: string): void {
    if (run === '') return;
    const known = units.get(unit);
    if (known?.['_SYSTEMD_INVOCATION_ID'] !== run) noteUnit(unit, { ...known, _SYSTEMD_INVOCATION_ID: run });
  }

  function addDatagram(frame: JournalFrame & { readonly kind: 'datagram' }): void {
    const { realtimeUsec } = frame;
    const monotonicUsec = monotonicAt(realtimeUsec);
    const sender = senders.find(frame);
    const known = knownOf(frame.pid, sender.start, sender.process);
    if (frame.source === 'syslog') {
      const { priority, facility, identifier, message, extra } = parseSyslog(frame.bytes);
      const fields = {
        ...(identifier !== '' && { SYSLOG_IDENTIFIER: identifier }),
        ...(facility !== undefined && { SYSLOG_FACILITY: String(facility) }),
      };
      const origin = origins.ofSender('syslog', sender, known, fields);
      const unit = originUnit(origin);
      const row = { origin, realtimeUsec, monotonicUsec, unit, priority, message, extra: stamped(extra, realtimeUsec) };
      return addFrom(unit, row, { datagram: frame.bytes });
    }
    for (const fields of parseNative(frame.bytes)) {
      const { shared, content } = divideFields(fields, isSharedBySender);
      const origin = origins.ofSender('journal', sender, known, shared);
      // Only root may say that an entry is about another process or unit.
      const told = frame.uid === 0 ? [...content.extra, ...aboutObject(content.extra, realtimeUsec)] : content.extra;
      const about = frame.uid === 0 ? valueText(told.find(([name]) => aboutUnit.has(name))?.[1] ?? '') : '';
      const unit = originUnit(origin);
      const extra = stamped(told, realtimeUsec);
      addFrom(unit, { ...content, extra, origin, realtimeUsec, monotonicUsec, unit: about || unit });
    }
  }

  /** What is to be added to an entry about another process. */
  function aboutObject(fields: readonly Field[], realtimeUsec: number): readonly Field[] {
    const pid = objectPid(fields);
    const process = pid === undefined ? {} : surroundings.processFields(pid, realtimeUsec);
    if (pid === undefined || process['_PID'] === undefined) return [];
    return objectFields({ ...knownOf(pid, undefined, process), ...process });
  }

  /** What we know of a process and /proc does not tell: whose it is where there are no cgroups, and the run of its unit. */
  function knownOf(pid: number, start: number | undefined, process: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const stream = pids.get(pid);
    // A pid that is another's by now says nothing.
    if (stream !== undefined && start !== undefined && stream.process?.start === start) return withoutSyslog(stream.fields);
    return units.get(process['_SYSTEMD_USER_UNIT'] ?? process['_SYSTEMD_UNIT'] ?? '') ?? {};
  }

  function tellProcess(frame: JournalFrame & { readonly kind: 'process' }): void {
    if (frame.stream === 0n) return senders.told(frame.pid, frame.facts);
    const stream = streams.get(String(frame.stream));
    if (stream === undefined || frame.facts === undefined) return;
    const process = senders.complete(frame.pid, frame.facts);
    if (stream.process === undefined || !isDeepStrictEqual(stream.process.fields, process.fields)) stream.origin = undefined;
    stream.process = process;
  }

  function addKernel(record: KernelRecord): void {
    if (record.sequence <= kernelSequence) return;
    kernelSequence = record.sequence;
    moved = true;
    const { priority, facility, identifier, pid, message, extra, monotonicUsec } = record;
    const origin = origins.ofKernel({
      SYSLOG_FACILITY: String(facility),
      ...(identifier === '' ? {} : { SYSLOG_IDENTIFIER: identifier }),
      ...(pid === '' ? {} : { SYSLOG_PID: pid }),
    });
    const stamp: Field = ['_SOURCE_MONOTONIC_TIMESTAMP', String(monotonicUsec)];
    addNow({ origin, unit: '', priority, message, extra: [stamp, ...extra] });
  }

  function note(text: string, priority: number, fields: Readonly<Record<string, string>> = {}): void {
    addNow({ origin: own, unit: '', priority, message: text, extra: Object.entries(fields) });
  }

  function addNow(row: Omit<Row, 'realtimeUsec' | 'monotonicUsec'>): void {
    const { realtimeUsec } = surroundings.now();
    add({ ...row, realtimeUsec, monotonicUsec: monotonicAt(realtimeUsec) });
  }

  function take(frame: JournalFrame): void {
    switch (frame.kind) {
      case 'hello':
        return;
      case 'stream-open': {
        const id = String(frame.stream);
        const known = streams.get(id);
        // A repeated open tells again what is known.
        if (known !== undefined && frame.sequence === 0) return;
        const { meta, pending } = known ?? { meta: frame.meta, pending: nothing };
        if (known === undefined && frame.sequence !== 0) unstored.add(id);
        dirty.set(id, open(id, { pid: frame.pid, meta, pending }));
        return;
      }
      case 'stream-data': {
        const id = String(frame.stream);
        const stream = streams.get(id) ?? open(id, { pid: 0, meta: '{}', pending: nothing });
        const before = stream.pending.length;
        const { meta } = stream;
        stream.pending = takeLines(
          stream.pending,
          frame.bytes,
          (line, how) => addLine(id, stream, frame.realtimeUsec, line, how),
          policy.lineMax,
        );
        if (before > 0 || stream.pending.length > 0 || stream.meta !== meta) dirty.set(id, stream);
        return;
      }
      case 'stream-close': {
        const id = String(frame.stream);
        const stream = streams.get(id);
        if (stream !== undefined) end(id, stream);
        return;
      }
      case 'record':
        return addRecord(frame);
      case 'datagram':
        return addDatagram(frame);
      case 'process':
        return tellProcess(frame);
      case 'dropped':
        return note(`${frame.count} pieces of output were dropped while the journal was away or too slow.`, 4);
      default:
        return unreachable(frame);
    }
  }

  return {
    begin(instance) {
      if (instance === position.instance) return position.sequence;
      for (const [id, stream] of streams) end(id, stream);
      position = { instance, sequence: 0 };
      moved = true;
      return 0;
    },
    receive(frame) {
      const sequence = frame.kind === 'hello' ? 0 : frame.sequence;
      if (sequence !== 0) {
        if (sequence <= position.sequence) return;
        position = { instance: position.instance, sequence };
        moved = true;
      }
      take(frame);
    },
    receiveKernel: addKernel,
    note,
    batch: () => ({ rows, streams: dirty, position, bootId: surroundings.host.bootId, kernelSequence }),
    giveUp() {
      rows = [];
      bytes = 0;
    },
    repeatStreams() {
      dirty = new Map(streams);
      unstored.clear();
    },
    settle() {
      rows = [];
      bytes = 0;
      dirty = new Map();
      unstored.clear();
      moved = false;
      clockOffset = undefined;
    },
    beside: () => JSON.stringify(besides()),
    get entries() {
      return rows.length;
    },
    get bytes() {
      return bytes;
    },
    get changed() {
      return moved || dirty.size > 0 || rows.length > 0;
    },
  };
}

function countsOf(limits: ReadonlyMap<string, Pick<RateLimit, 'counts'>>): Beside['own'] {
  return Object.fromEntries([...limits].flatMap(([unit, { counts }]) => (counts.length > 0 ? [[unit, counts] as const] : [])));
}

const admitted = { keep: true, dropped: 0 } as const;
const nothing = new Uint8Array();

/** The id that journald gives that message, too. */
const suppressed = 'a596d6fe7bfa4994828e72309e95d61e';

const maximumUnits = 20_000;

/** Of a stream's fields, those that are not of its own process or way. */
function knownFields(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const name in fields)
    if (!sharedBySender.has(name) && (!name.startsWith('_') || name === '_SYSTEMD_INVOCATION_ID')) known[name] = fields[name] ?? '';
  return known;
}

function withoutSyslog(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !sharedBySender.has(name)));
}

/** About what an entry takes in memory beside its texts. */
const rowOverhead = 150;

const lineBreaks: Readonly<Record<LineEnd, readonly Field[]>> = {
  newline: [],
  nul: [['_LINE_BREAK', 'nul']],
  'line-max': [['_LINE_BREAK', 'line-max']],
  eof: [['_LINE_BREAK', 'eof']],
};

/** Fields by which a sender of its own accord makes its entries be about another unit (journalctl(1), --unit). */
const aboutUnit: ReadonlySet<string> = new Set(['OBJECT_SYSTEMD_UNIT', 'COREDUMP_UNIT', 'OBJECT_SYSTEMD_USER_UNIT', 'COREDUMP_USER_UNIT']);

const sharedBySender: ReadonlySet<string> = new Set(['SYSLOG_IDENTIFIER', 'SYSLOG_FACILITY']);

function isSharedBySender(name: string): boolean {
  return sharedBySender.has(name);
}

function isSharedByManager(name: string): boolean {
  return sharedBySender.has(name) || (name.startsWith('_') && !name.startsWith('_SOURCE_'));
}

const onePriority = /^[0-7]$/;

/** With the time at which it was sent, which is also the time that the entry has. */
function stamped(extra: readonly Field[], realtimeUsec: number): readonly Field[] {
  return [...extra, sentAt(realtimeUsec)];
}

function sentAt(realtimeUsec: number): Field {
  return ['_SOURCE_REALTIME_TIMESTAMP', String(realtimeUsec)];
}

/** 128 bits that no other stream of any keeper has, as journald has them. */
function streamId(instance: string, id: string): string {
  return [instance, id]
    .map((number) =>
      BigInt(number || '0')
        .toString(16)
        .padStart(16, '0'),
    )
    .join('');
}

function offsetOf(now: Stamp): number {
  return now.realtimeUsec - now.monotonicUsec;
}
