import { Buffer } from 'node:buffer';

import { hasEscapedByte, textToBytes } from '../base/bytes.ts';
import { type Result, err, ok } from '../base/result.ts';
import { type FieldType, type OpName, type OpRow, type Plan, ops, partlyDone } from '../exec/op.ts';
import { opsHash } from '../exec/ops-hash.ts';
import type { Batch, Command, EndAction, Exit, Inventory, KeeperEvent, KeeperEventBody, Stamp } from './keeper.ts';
import { wireVersion } from './wire-version.ts';

/** No frame is longer than this. */
export const maximumFrame = 1 << 26;

/** What the keeper sends: `keeper/PROTOCOL.md`, "The manager's link". */
export type KeeperFrame =
  | { readonly kind: 'hello'; readonly version: number; readonly opsHash: number }
  | { readonly kind: 'child'; readonly child: number; readonly pid: number; readonly group: string }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'descriptor'; readonly name: string }
  | { readonly kind: 'blob'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly kind: 'ready'; readonly ready: Omit<Inventory, 'children' | 'groups' | 'descriptors' | 'blobs'> }
  | { readonly kind: 'event'; readonly event: KeeperEvent };

/** A buffer that grows, and to which frames are appended. */
export class FrameWriter {
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  constructor(size = 1 << 16) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written since the last `take`, as a copy that is the caller's. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  /** Where the next byte goes. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** Three at once, as each op begins. */
  u8s(first: number, second: number, third: number): void {
    this.#room(3);
    const at = this.#length;
    this.#bytes[at] = first;
    this.#bytes[at + 1] = second;
    this.#bytes[at + 2] = third;
    this.#length = at + 3;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A u64 of at most 2^53. */
  u64(value: number): void {
    this.#room(8);
    this.#view.setUint32(this.#length, value >>> 0, true);
    this.#view.setUint32(this.#length + 4, Math.floor(value / 0x1_0000_0000), true);
    this.#length += 8;
  }

  bigint(value: bigint): void {
    this.#room(8);
    this.#view.setBigUint64(this.#length, BigInt.asUintN(64, value), true);
    this.#length += 8;
  }

  /** Writes an earlier u32 anew. */
  patch(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  string(text: string): void {
    this.text(text);
    this.u8(0);
  }

  /** The same bytes as of a text that was encoded before; what stands for single bytes (`byteText`) becomes those. */
  text(text: string): void {
    if (hasEscapedByte(text)) return this.bytes(textToBytes(text));
    // No character needs more than three bytes for each UTF-16 unit.
    this.#room(4 + text.length * 3);
    const length = this.#bytes.write(text, this.#length + 4, 'utf8');
    this.#view.setUint32(this.#length, length, true);
    this.#length += 4 + length;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(4 + bytes.length);
    this.#view.setUint32(this.#length, bytes.length, true);
    this.#bytes.set(bytes, this.#length + 4);
    this.#length += 4 + bytes.length;
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Appends the manager's first frame. */
export function encodeHello(writer: FrameWriter): void {
  writer.u32(9);
  writer.u8(1);
  writer.u32(wireVersion);
  writer.u32(opsHash);
}

/** Appends a batch as one frame; throws a RangeError if it is longer than a frame may be. */
export function encodeBatch(writer: FrameWriter, batch: Batch): void {
  const start = writer.length;
  writer.u32(0);
  writer.u8(2);
  writer.u64(batch.acknowledge);
  writer.u32(batch.commands.length);
  for (const command of batch.commands) encodeCommand(writer, command);
  const length = writer.length - start - 4;
  if (length > maximumFrame) throw new RangeError(`A batch of ${length} bytes is longer than a frame may be`);
  writer.patch(start, length);
}

/** Says that there is nothing to do until a time (CLOCK_MONOTONIC in microseconds; Infinity for ever), and has not been for so long. */
export function encodeRest(writer: FrameWriter, idleUsec: number, wakeUsec: number): void {
  writer.u32(17);
  writer.u8(3);
  writer.u64(Math.floor(idleUsec));
  if (wakeUsec === Infinity) {
    writer.u32(0xffff_ffff);
    writer.u32(0xffff_ffff);
  } else writer.u64(Math.floor(wakeUsec));
}

/** The whole frames at the start of the buffer, and the bytes after them; an error means that the peer is no keeper. Byte fields are views of the buffer. */
export function decodeKeeperFrames(
  buffer: Uint8Array,
): Result<{ readonly frames: readonly KeeperFrame[]; readonly rest: Uint8Array }, string> {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const frames: KeeperFrame[] = [];
  let at = 0;
  while (buffer.length - at >= 4) {
    const length = view.getUint32(at, true);
    if (length < 1 || length > maximumFrame) return err(`frame length ${length}`);
    if (buffer.length - at - 4 < length) break;
    const reader = new FrameReader(buffer, view, at + 4, at + 4 + length);
    const frame = decodeFrame(reader);
    if (frame === undefined || reader.failed || !reader.ended) {
      return err(`malformed frame of kind ${buffer[at + 4]} and length ${length}`);
    }
    frames.push(frame);
    at += 4 + length;
  }
  return ok({ frames, rest: buffer.subarray(at) });
}

/** Op names → number on the wire, and the names and types of the fields in wire order. */
const opCodes: ReadonlyMap<string, { readonly code: number; readonly fields: readonly string[]; readonly types: readonly FieldType[] }> =
  new Map(
    Object.entries<OpRow>(ops).map(([name, { fields }], code) => [
      name,
      { code, fields: Object.keys(fields), types: Object.values(fields) },
    ]),
  );

/** Number of an op on the wire: its place in the table. */
export function opCode(name: OpName): number {
  return opCodes.get(name)?.code ?? -1;
}

const actions: Readonly<Record<EndAction, number>> = { exit: 0, reboot: 1, poweroff: 2, halt: 3, kexec: 4, reexec: 5 };

const anyUser = 0xffff_ffff;

/** Flags of an op on the wire. */
const tolerateFlag = 1;
const tellFlag = 4;
const exitFlag = 2;

function encodeCommand(writer: FrameWriter, command: Command): void {
  switch (command.do) {
    case 'run': {
      writer.u8(1);
      writer.u64(command.child);
      writer.string(command.group);
      writer.u8((command.reportExec === true ? 1 : 0) | (command.inKeeper === true ? 2 : 0));
      encodePlan(writer, command.plan);
      return;
    }
    case 'signal':
      writer.u8(2);
      writer.u64(command.child);
      writer.u32(command.signal);
      return;
    case 'signal-pid':
      writer.u8(3);
      writer.string(command.group);
      writer.u32(command.pid);
      writer.u32(command.signal);
      return;
    case 'signal-group':
      writer.u8(4);
      writer.string(command.group);
      writer.u32(command.signal);
      writer.u32(command.except.length);
      for (const pid of command.except) writer.u32(pid);
      return;
    case 'make-group':
      writer.u8(5);
      writer.string(command.group);
      writer.string(command.path);
      writer.string(command.mark);
      return;
    case 'watch-group':
      writer.u8(6);
      writer.string(command.group);
      return;
    case 'remove-group':
      writer.u8(7);
      writer.string(command.group);
      return;
    case 'adopt':
      writer.u8(8);
      writer.u64(command.child);
      writer.string(command.group);
      writer.u32(command.pid);
      return;
    case 'poll':
      writer.u8(9);
      writer.string(command.name);
      return;
    case 'unpoll':
      writer.u8(10);
      writer.string(command.name);
      return;
    case 'accept':
      writer.u8(11);
      writer.string(command.name);
      writer.string(command.as);
      writer.u32(command.count);
      return;
    case 'flush':
      writer.u8(22);
      writer.string(command.name);
      return;
    case 'rename':
      writer.u8(12);
      writer.string(command.name);
      writer.string(command.to);
      return;
    case 'watch-hangup':
      writer.u8(13);
      writer.string(command.name);
      return;
    case 'close':
      writer.u8(14);
      writer.string(command.name);
      return;
    case 'put':
      writer.u8(15);
      writer.string(command.key);
      if (typeof command.bytes === 'string') writer.text(command.bytes);
      else writer.bytes(command.bytes);
      return;
    case 'delete':
      writer.u8(16);
      writer.string(command.key);
      return;
    case 'journal':
      writer.u8(17);
      writer.string(command.record);
      return;
    case 'end':
      writer.u8(18);
      writer.u32(command.status);
      writer.u8(actions[command.action]);
      writer.string(command.argument ?? '');
      return;
    case 'attribute':
      writer.u8(24);
      writer.string(command.path);
      writer.string(command.file);
      writer.string(command.value);
      return;
    case 'control':
      writer.u8(27);
      writer.string(command.path);
      writer.string(command.controller);
      return;
    case 'filter':
      writer.u8(28);
      writer.string(command.path);
      writer.u32(command.type);
      writer.u32(command.attach);
      writer.string(command.name);
      writer.bytes(command.program);
      return;
    case 'watch-memory':
      writer.u8(25);
      writer.string(command.group);
      return;
    case 'enter':
      writer.u8(19);
      writer.string(command.group);
      writer.u32(command.pid);
      writer.u32(command.uid ?? anyUser);
      return;
    case 'poll-priority':
      writer.u8(20);
      writer.string(command.name);
      return;
    case 'read':
      writer.u8(21);
      writer.string(command.name);
      writer.u32(command.most);
      return;
    case 'poll-drain':
      writer.u8(23);
      writer.string(command.name);
      return;
    case 'replace':
      writer.u8(26);
      return;
    default:
      command satisfies never;
  }
}

function encodePlan(writer: FrameWriter, plan: Plan): void {
  const start = writer.length;
  writer.u32(0);
  writer.u32(plan.length);
  for (const op of plan) {
    const row = opCodes.get(op.op);
    if (row === undefined) throw new TypeError(`No op ${op.op}`);
    const { exit } = op;
    const flags =
      (op.tolerate === true ? tolerateFlag : 0) |
      (exit === undefined ? 0 : exitFlag) |
      ((op.tolerate === true || partlyDone.has(op.op)) && op.setting !== undefined ? tellFlag : 0);
    writer.u8s(row.code, flags, exit ?? 0);
    const values: Readonly<Record<string, unknown>> = op;
    const { fields, types } = row;
    for (let index = 0; index < fields.length; index++) encodeField(writer, types[index], values[fields[index] ?? '']);
  }
  writer.patch(start, writer.length - start - 4);
}

function encodeField(writer: FrameWriter, type: FieldType | undefined, value: unknown): void {
  if (typeof value === 'number') {
    if (type !== 'u32' && type !== 'i32') throw new TypeError(`A number is no ${type}`);
    writer.u32(value);
  } else if (typeof value === 'string') writer.string(value);
  else if (typeof value === 'bigint') writer.bigint(value);
  else if (value instanceof Uint8Array) writer.bytes(value);
  else if (Array.isArray(value)) {
    writer.u32(value.length);
    for (const item of value) writer.string(String(item));
  } else throw new TypeError(`A field of type ${type} is missing`);
}

/** Reads fields one after another; what lies outside the frame reads as zero or '' and sets `failed`. */
class FrameReader {
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly #end: number;
  failed = false;

  constructor(buffer: Uint8Array, view: DataView, at: number, end: number) {
    this.#buffer = buffer;
    this.#view = view;
    this.#at = at;
    this.#end = end;
  }

  get ended(): boolean {
    return this.#at === this.#end;
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : (this.#buffer[at] ?? 0);
  }

  u32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  string(): string {
    const bytes = this.bytes();
    if (this.u8() !== 0) this.failed = true;
    return text.decode(bytes);
  }

  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#take(length);
    return at < 0 ? empty : this.#buffer.subarray(at, at + length);
  }

  strings(): string[] {
    const count = this.u32();
    const strings: string[] = [];
    for (let i = 0; i < count && !this.failed; i++) strings.push(this.string());
    return strings;
  }

  #take(length: number): number {
    const at = this.#at;
    if (this.failed || this.#end - at < length) {
      this.failed = true;
      return -1;
    }
    this.#at = at + length;
    return at;
  }
}

const text = new TextDecoder();
const empty = new Uint8Array(0);
const hows: readonly Exit['how'][] = ['exited', 'killed', 'dumped'];
const trackings: readonly Inventory['tracking'][] = ['cgroup2', 'cgroup1', 'session'];

function decodeFrame(reader: FrameReader): KeeperFrame | undefined {
  switch (reader.u8()) {
    case 1:
      return { kind: 'hello', version: reader.u32(), opsHash: reader.u32() };
    case 2:
      return { kind: 'child', child: reader.u64(), pid: reader.u32(), group: reader.string() };
    case 3:
      return { kind: 'group', group: reader.string() };
    case 4:
      return { kind: 'descriptor', name: reader.string() };
    case 5:
      return { kind: 'blob', key: reader.string(), bytes: reader.bytes() };
    case 6:
      return decodeReady(reader);
    case 7: {
      const sequence = reader.u64();
      const at = decodeStamp(reader);
      const body = decodeEvent(reader);
      return body && { kind: 'event', event: { sequence, at, ...body } };
    }
    default:
      return undefined;
  }
}

function decodeReady(reader: FrameReader): KeeperFrame | undefined {
  const pid = reader.u32();
  const tracking = trackings[reader.u8()];
  if (tracking === undefined) return undefined;
  const cgroupRoot = reader.string();
  const lastChild = reader.u64();
  const at = decodeStamp(reader);
  const startedAt = decodeStamp(reader);
  const controllers = new Map<string, string>();
  for (let left = reader.u32(); left > 0 && !reader.failed; left--) controllers.set(reader.string(), reader.string());
  return { kind: 'ready', ready: { pid, tracking, cgroupRoot, controllers, lastChild, at, startedAt } };
}

function decodeStamp(reader: FrameReader): Stamp {
  return { monotonicUsec: reader.u64(), realtimeUsec: reader.u64() };
}

function decodeEvent(reader: FrameReader): KeeperEventBody | undefined {
  switch (reader.u8()) {
    case 1:
      return { event: 'spawned', child: reader.u64(), pid: reader.u32() };
    case 2:
      return { event: 'spawn-failed', child: reader.u64(), errno: reader.u32() };
    case 3:
      return { event: 'executed', child: reader.u64() };
    case 4: {
      const child = reader.u64();
      const how = hows[reader.u8()];
      if (how === undefined) return undefined;
      const exit: Exit = {
        how,
        status: reader.u32(),
        failedOp: reader.i32(),
        errno: reader.u32(),
        groupEmpty: reader.u8() !== 0,
        userUsec: reader.u64(),
        systemUsec: reader.u64(),
        maxRssKib: reader.u64(),
        groupUsec: reader.u64(),
      };
      return { event: 'exited', child, exit };
    }
    case 5:
      return { event: 'group-empty', group: reader.string(), usec: reader.u64() };
    case 6:
      return { event: 'readable', name: reader.string() };
    case 7:
      return { event: 'hangup', name: reader.string() };
    case 8:
      return {
        event: 'accepted',
        name: reader.string(),
        as: reader.string(),
        errno: reader.u32(),
        peer: reader.string(),
        local: reader.string(),
        pid: reader.u32(),
        uid: reader.u32(),
        cookie: reader.u64(),
      };
    case 9:
      return {
        event: 'notified',
        group: reader.string(),
        pid: reader.u32(),
        uid: reader.u32(),
        gid: reader.u32(),
        text: reader.string(),
        fds: reader.strings(),
        pidOfFd: reader.u32(),
        mainPidFdId: reader.u64(),
      };
    case 10:
      return { event: 'signalled', signal: reader.u32(), pid: reader.u32(), uid: reader.u32() };
    case 11:
      return { event: 'entered', group: reader.string(), pid: reader.u32(), errno: reader.u32() };
    case 12:
      return { event: 'read', name: reader.string(), errno: reader.u32(), bytes: new Uint8Array(reader.bytes()) };
    case 13:
      return { event: 'attribute-failed', path: reader.string(), file: reader.string(), value: reader.string(), errno: reader.u32() };
    case 14:
      return { event: 'oom-kill', group: reader.string(), kills: reader.u64() };
    case 15:
      return { event: 'ping' };
    case 16:
      return { event: 'tolerated', child: reader.u64(), op: reader.u32(), errno: reader.u32() };
    default:
      return undefined;
  }
}
