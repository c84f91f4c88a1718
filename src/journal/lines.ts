import { isUtf8 } from 'node:buffer';
import type { FieldValue } from './record.ts';

/** The longest line that is kept whole, in bytes, where `LineMax=` of journald.conf(5) does not say another. */
export const usualLineMax = 48 * 1024;

/** How a line of a stream ended; all but `newline` are what `_LINE_BREAK=` of systemd.journal-fields(7) says. */
export type LineEnd = 'newline' | 'nul' | 'line-max' | 'eof';

/** Takes each line of a stream, without its end. */
export type LineSink = (line: FieldValue, end: LineEnd) => void;

/** Hands the complete lines in `pending` followed by `chunk` to the sink and returns the rest: the next `pending`, always shorter than `lineMax` bytes. */
export function takeLines(pending: Uint8Array, chunk: Uint8Array, sink: LineSink, lineMax = usualLineMax): Uint8Array {
  const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
  const last = bytes.lastIndexOf(newline);
  if (last < 0 || bytes.includes(0)) return takeBytewise(bytes, sink, lineMax);
  const whole = bytes.subarray(0, last);
  if (!isUtf8(whole)) return takeBytewise(bytes, sink, lineMax);
  takeText(asBuffer(whole).toString('utf8'), sink, lineMax);
  return takeBytewise(bytes.subarray(last + 1), sink, lineMax);
}

/** Hands over what is left of a stream that has ended. */
export function takeRest(pending: Uint8Array, sink: LineSink): void {
  if (pending.length > 0) sink(fieldValue(pending), 'eof');
}

/** Bytes as a field's value: text if they are valid UTF-8 without NUL. */
export function fieldValue(bytes: Uint8Array): FieldValue {
  return isUtf8(bytes) && !bytes.includes(0) ? asBuffer(bytes).toString('utf8') : new Uint8Array(bytes);
}

/** The priority that a `<N>` at the start of a line gives (sd-daemon(3)) and the length of that prefix; length 0 for none. */
export function levelPrefix(line: FieldValue): { readonly priority: number; readonly length: number } {
  if ((typeof line === 'string' ? line.charCodeAt(0) : line[0]) !== less) return noPrefix;
  const code = typeof line === 'string' ? (index: number) => line.charCodeAt(index) : (index: number) => line[index];
  let at = 1;
  while (code(at) === zero && at < 3 && code(at + 1) !== greater) at++;
  const digit = (code(at) ?? 0) - zero;
  if (!(digit >= 0 && digit <= 7) || code(at + 1) !== greater) return noPrefix;
  return { priority: digit, length: at + 2 };
}

/** Without the blanks at its end, as journald keeps a line of output; one of blanks alone stays. */
export function withoutTrailingBlanks(line: FieldValue): FieldValue {
  const code = typeof line === 'string' ? (index: number) => line.charCodeAt(index) : (index: number) => line[index] ?? 0;
  let end = line.length;
  while (end > 0 && isBlank(code(end - 1))) end--;
  return end === line.length || end === 0 ? line : line.slice(0, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13;
}

const newline = 10;
const less = 60;
const greater = 62;
const zero = 48;
const noPrefix = { priority: 0, length: 0 };

/** Whole lines of valid text, the fast path: slices of one decoded string. */
function takeText(text: string, sink: LineSink, lineMax: number): void {
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    // A UTF-16 unit is at most three bytes, so a shorter line needs no measuring.
    if ((end - start) * 3 < lineMax) sink(text.slice(start, end), 'newline');
    else takeLong(Buffer.from(text.slice(start, end)), 'newline', sink, lineMax);
    start = end + 1;
  }
}

function takeBytewise(bytes: Uint8Array, sink: LineSink, lineMax: number): Uint8Array {
  let start = 0;
  for (;;) {
    const end = nextEnd(bytes, start);
    if (end < 0) break;
    takeLong(bytes.subarray(start, end), bytes[end] === 0 ? 'nul' : 'newline', sink, lineMax);
    start = end + 1;
  }
  let rest = bytes.subarray(start);
  while (rest.length >= lineMax) rest = rest.subarray(takePiece(rest, sink, lineMax));
  return rest.slice();
}

function nextEnd(bytes: Uint8Array, start: number): number {
  const line = bytes.indexOf(newline, start);
  const nul = bytes.subarray(start, line < 0 ? bytes.length : line).indexOf(0);
  return nul < 0 ? line : start + nul;
}

function takeLong(line: Uint8Array, end: LineEnd, sink: LineSink, lineMax: number): void {
  let rest = line;
  while (rest.length >= lineMax) rest = rest.subarray(takePiece(rest, sink, lineMax));
  if (rest.length > 0 || line.length === 0) sink(fieldValue(rest), end);
}

function takePiece(bytes: Uint8Array, sink: LineSink, lineMax: number): number {
  const length = cutBetweenCharacters(bytes, lineMax);
  sink(fieldValue(bytes.subarray(0, length)), 'line-max');
  return length;
}

/** `length`, or up to three less so that no UTF-8 sequence is cut. */
function cutBetweenCharacters(bytes: Uint8Array, length: number): number {
  for (let cut = length; cut > length - 4; cut--) if (((bytes[cut] ?? 0) & 0xc0) !== 0x80) return cut;
  return length;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
