import { cursorText } from '../cursor.ts';
import { entryFields, valueBytes, valueText, type Entry, type Field, type FieldValue } from '../record.ts';
import type { Format, OutputOptions } from './output.ts';
import { fewLines } from './few-lines.ts';
import { blobText, isPrintable } from './printable.ts';
import { indentLines } from './short.ts';

/** All fields, one on each line. */
export function formatVerbose(options: OutputOptions): Format {
  const isShown = (name: string, value: FieldValue): boolean =>
    isPrintable(value) && (options.columns === undefined || name.length + 1 + Buffer.byteLength(value) < fewLines.bytes);
  return (entry) => {
    const parts: Uint8Array[] = [
      Buffer.from(`${options.time.fullPrecise(entry.realtimeUsec)} [${cursorText(entry, options.journalId)}]\n`),
    ];
    for (const [name, value] of wantedFields(entry, options)) {
      const prefix = `    ${name}=`;
      if (options.all && typeof value !== 'string') parts.push(Buffer.from(prefix), value, Buffer.from('\n'));
      else
        parts.push(
          Buffer.from(`${prefix}${indentLines(options.all || isShown(name, value) ? valueText(value) : blobText(value), prefix.length)}\n`),
        );
    }
    return Buffer.concat(parts);
  };
}

/** The Journal Export Format: a value that is not one line of text has its length before it. */
export function formatExport(options: OutputOptions): Format {
  return (entry) =>
    exportBytes([...addressFields(entry, options), ...wantedFields(entry, options).filter(([name]) => name !== '_BOOT_ID')]);
}

/** Fields as one entry of that format. */
export function exportBytes(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, value] of fields) {
    if (isPrintable(value) && !value.includes('\n')) parts.push(Buffer.from(`${name}=${value}\n`));
    else {
      const bytes = valueBytes(value);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(bytes.length));
      parts.push(Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n'));
    }
  }
  parts.push(Buffer.from('\n'));
  return Buffer.concat(parts);
}

/** What stands around and between the members of a JSON object. */
export interface JsonStyle {
  readonly pretty: boolean;
  readonly before: string;
  readonly after: string;
}

export const jsonStyles = {
  lines: { pretty: false, before: '', after: '\n' },
  pretty: { pretty: true, before: '', after: '\n' },
  events: { pretty: false, before: 'data: ', after: '\n\n' },
  sequence: { pretty: false, before: '\x1e', after: '\n' },
} as const satisfies Record<string, JsonStyle>;

/** The Journal JSON Format: values that are no text are arrays of bytes, long ones null, and those of repeated fields an array. */
export function formatJson(options: OutputOptions, style: JsonStyle): Format {
  return (entry) => {
    const object = jsonObject([...addressFields(entry, options), ...wantedFields(entry, options)], options.all);
    const text = style.pretty
      ? JSON.stringify(object, undefined, '\t').replaceAll(/^(\t"(?:[^"\\]|\\.)*"):/gm, '$1 :')
      : JSON.stringify(object);
    return `${style.before}${text}${style.after}`;
  };
}

/** The fields of an entry as members; `all` is also those that are long. */
export function jsonObject(fields: readonly Field[], all: boolean): Readonly<Record<string, JsonValue | readonly JsonValue[]>> {
  const members = new Map<string, JsonValue[]>();
  for (const [name, value] of fields) {
    const json = jsonValue(value, all);
    const values = members.get(name);
    if (values === undefined) members.set(name, [json]);
    else if (name !== '_BOOT_ID') values.push(json);
  }
  const object: Record<string, JsonValue | JsonValue[]> = {};
  for (const [name, [first = null, ...rest]] of members) object[name] = rest.length === 0 ? first : [first, ...rest];
  return object;
}

type JsonValue = string | readonly number[] | null;

/** Longer values are left out of JSON unless all is asked for. */
const maximumJsonBytes = 4096;

function addressFields(entry: Entry, options: OutputOptions): Field[] {
  return [
    ['__CURSOR', cursorText(entry, options.journalId)],
    ['__REALTIME_TIMESTAMP', String(entry.realtimeUsec)],
    ['__MONOTONIC_TIMESTAMP', String(entry.monotonicUsec)],
    ['_BOOT_ID', entry.origin.fields['_BOOT_ID'] ?? ''],
  ];
}

function wantedFields(entry: Entry, options: OutputOptions): readonly Field[] {
  const fields = entryFields(entry);
  const wanted = options.fields;
  return wanted === undefined ? fields : fields.filter(([name]) => wanted.has(name));
}

function jsonValue(value: FieldValue, all: boolean): JsonValue {
  if (!all && value.length > maximumJsonBytes) return null;
  return isPrintable(value) ? value : [...valueBytes(value)];
}
