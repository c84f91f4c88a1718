import { fieldValue } from './lines.ts';
import type { Field } from './record.ts';

/**
 * Reads a datagram of the native journal protocol (sd_journal_send(3)): for each entry its fields, in order.
 *
 * Fields that only the journal may set (`_…`), and those whose names are not valid, are left out; what follows a
 * malformed field is left out too, as is a field without its newline.
 */
export function parseNative(datagram: Uint8Array): Field[][] {
  const bytes = Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  const entries: Field[][] = [];
  let fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(newline, at);
    if (end < 0) break;
    if (end === at) {
      if (fields.length > 0) entries.push(fields);
      fields = [];
      at = end + 1;
      continue;
    }
    const equals = bytes.subarray(at, end).indexOf(equalsSign);
    if (equals >= 0) {
      add(fields, bytes.subarray(at, at + equals), bytes.subarray(at + equals + 1, end));
      at = end + 1;
      continue;
    }
    const start = end + 9;
    if (start > bytes.length) break;
    const length = bytes.readBigUInt64LE(end + 1);
    if (length > BigInt(bytes.length - start)) break;
    const stop = start + Number(length);
    if (bytes[stop] !== newline) break;
    add(fields, bytes.subarray(at, end), bytes.subarray(start, stop));
    at = stop + 1;
  }
  if (fields.length > 0) entries.push(fields);
  return entries;
}

const newline = 10;
const equalsSign = 61;
const validName = /^[A-Z][A-Z0-9_]{0,63}$/;

function add(fields: Field[], name: Uint8Array, value: Uint8Array): void {
  const text = Buffer.from(name).toString('latin1');
  if (validName.test(text)) fields.push([text, fieldValue(value)]);
}
