import { type Result, err, ok } from '../base/result.ts';

/**
 * The wire between the keeper and the journal: `keeper/PROTOCOL.md`, "The journal's link".
 *
 * Each frame of the keeper but the hello has a sequence number, counted up by one for each keeper instance. The journal
 * acknowledges what it has committed durably; the keeper sends the rest again after a reconnect. A `stream-open` with
 * sequence 0 only repeats, after a reconnect, what is known of a stream whose first `stream-open` may be long committed:
 * it is not acknowledged, and replaces what was known of the stream.
 */
export type JournalFrame =
  | { readonly kind: 'hello'; readonly version: number; readonly instance: bigint }
  | { readonly kind: 'stream-open'; readonly sequence: number; readonly stream: bigint; readonly pid: number; readonly meta: string }
  | {
      readonly kind: 'stream-data';
      readonly sequence: number;
      readonly stream: bigint;
      readonly realtimeUsec: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'stream-close'; readonly sequence: number; readonly stream: bigint }
  /** A record of the manager's own (its `journal` command). */
  | { readonly kind: 'record'; readonly sequence: number; readonly realtimeUsec: number; readonly record: string }
  /** A datagram of /dev/log (`source` is 'syslog') or of the journal's own protocol ('journal') with its sender's credentials. */
  | {
      readonly kind: 'datagram';
      readonly sequence: number;
      readonly source: string;
      readonly pid: number;
      readonly uid: number;
      readonly gid: number;
      readonly realtimeUsec: number;
      readonly bytes: Uint8Array;
    }
  /** Who writes a stream, or (`stream` is 0) sends datagrams from this pid, from here on: what /proc told at that moment. */
  | {
      readonly kind: 'process';
      readonly sequence: number;
      readonly stream: bigint;
      readonly pid: number;
      readonly facts: ProcessFacts | undefined;
    }
  /** So many frames of output were dropped here, because the journal was away or stuck for long. */
  | { readonly kind: 'dropped'; readonly sequence: number; readonly count: number };

/** The files of proc(5) of a process, as they are; '' for one that could not be read. Undefined stands for a process that was gone. */
export interface ProcessFacts {
  /** When the process started, in clock ticks since the boot: with the pid it names the process for good. */
  readonly start: number;
  readonly name: string;
  readonly exe: string;
  /** Only of root's processes, for the keeper must not wait for memory of others. */
  readonly cmdline: string;
  readonly status: string;
  readonly cgroup: string;
  readonly loginuid: string;
  readonly sessionid: string;
}

/** Version of the journal's link; both ends must have the same. */
export const journalVersion = 2;

/** No frame is longer than this. */
export const maximumJournalFrame = 1 << 24;

/** The whole frames at the start of the buffer, and the bytes after them; an error means that the peer is no keeper. Byte fields are views of the buffer. */
export function decodeJournalFrames(
  buffer: Uint8Array,
): Result<{ readonly frames: readonly JournalFrame[]; readonly rest: Uint8Array }, string> {
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const frames: JournalFrame[] = [];
  let at = 0;
  while (buffer.length - at >= 4) {
    const length = view.getUint32(at, true);
    if (length < 1 || length > maximumJournalFrame) return err(`frame length ${length}`);
    if (buffer.length - at - 4 < length) break;
    const frame = decodeFrame(buffer.subarray(at + 4, at + 4 + length));
    if (frame === undefined) return err(`malformed frame of kind ${buffer[at + 4]} and length ${length}`);
    frames.push(frame);
    at += 4 + length;
  }
  return ok({ frames, rest: buffer.subarray(at) });
}

/** The journal's first frame: the last sequence number that it has committed for the keeper's instance, or 0. */
export function encodeJournalHello(lastSequence: number): Uint8Array {
  const bytes = new Uint8Array(17);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 13, true);
  bytes[4] = 1;
  view.setUint32(5, journalVersion, true);
  view.setBigUint64(9, BigInt(lastSequence), true);
  return bytes;
}

/** Tells the keeper that everything up to this sequence number is committed. */
export function encodeJournalAck(sequence: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 9, true);
  bytes[4] = 2;
  view.setBigUint64(5, BigInt(sequence), true);
  return bytes;
}

/** What the journal knows when it asks whether it may end until there is something to do. */
export interface JournalRest {
  /** All up to this sequence number is committed. */
  readonly sequence: number;
  /** How long nothing has come, in microseconds. */
  readonly idleUsec: number;
  /** The number of the first record of the kernel's log that it has not read; undefined if it does not read that. */
  readonly nextKernel: number | undefined;
}

/** Asks the keeper to close the link and to start the journal again when there is something for it. */
export function encodeJournalRest({ sequence, idleUsec, nextKernel }: JournalRest): Uint8Array {
  const bytes = new Uint8Array(30);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 26, true);
  bytes[4] = 3;
  view.setBigUint64(5, BigInt(sequence), true);
  view.setBigUint64(13, BigInt(Math.floor(idleUsec)), true);
  bytes[21] = nextKernel === undefined ? 0 : 1;
  view.setBigUint64(22, BigInt(nextKernel ?? 0), true);
  return bytes;
}

const decodeText = new TextDecoder();

/** Header of a frame with sequence number: kind and sequence. */
const head = 9;

function decodeFrame(frame: Uint8Array): JournalFrame | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const kind = frame[0];
  const number = (at: number) => Number(view.getBigUint64(at, true));
  if (kind === 1) {
    if (frame.length !== 13) return undefined;
    return { kind: 'hello', version: view.getUint32(1, true), instance: view.getBigUint64(5, true) };
  }
  if (frame.length < head + 8) return undefined;
  const sequence = number(1);
  const first = head + 8;
  switch (kind) {
    case 2:
      if (frame.length < first + 4) return undefined;
      return {
        kind: 'stream-open',
        sequence,
        stream: view.getBigUint64(head, true),
        pid: view.getUint32(first, true),
        meta: decodeText.decode(frame.subarray(first + 4)),
      };
    case 3:
      if (frame.length < first + 8) return undefined;
      return {
        kind: 'stream-data',
        sequence,
        stream: view.getBigUint64(head, true),
        realtimeUsec: number(first),
        bytes: frame.subarray(first + 8),
      };
    case 4:
      return { kind: 'stream-close', sequence, stream: view.getBigUint64(head, true) };
    case 5:
      return { kind: 'record', sequence, realtimeUsec: number(head), record: decodeText.decode(frame.subarray(first)) };
    case 6: {
      if (frame.length < first + 13) return undefined;
      const sourceEnd = first + 13 + (frame[first + 12] ?? 0);
      if (frame.length < sourceEnd) return undefined;
      return {
        kind: 'datagram',
        sequence,
        realtimeUsec: number(head),
        pid: view.getUint32(first, true),
        uid: view.getUint32(first + 4, true),
        gid: view.getUint32(first + 8, true),
        source: decodeText.decode(frame.subarray(first + 13, sourceEnd)),
        bytes: frame.subarray(sourceEnd),
      };
    }
    case 7:
      return { kind: 'dropped', sequence, count: number(head) };
    case 8: {
      if (frame.length < first + 12) return undefined;
      const start = number(first + 4);
      const texts = start === 0 ? [] : decodeTexts(frame, first + 12);
      const facts = processFacts(start, texts);
      return { kind: 'process', sequence, stream: view.getBigUint64(head, true), pid: view.getUint32(first, true), facts };
    }
    default:
      return undefined;
  }
}

function decodeTexts(frame: Uint8Array, from: number): readonly string[] {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const texts: string[] = [];
  for (let at = from; at + 4 <= frame.length;) {
    const end = at + 4 + view.getUint32(at, true);
    texts.push(decodeText.decode(frame.subarray(at + 4, end)));
    at = end;
  }
  return texts;
}

function processFacts(start: number, texts: readonly string[]): ProcessFacts | undefined {
  if (start === 0) return undefined;
  const [name = '', exe = '', cmdline = '', status = '', cgroup = '', loginuid = '', sessionid = ''] = texts;
  return { start, name, exe, cmdline, status, cgroup, loginuid, sessionid };
}
