/** The value of a field: text where it is valid UTF-8 without NUL, else its bytes. */
export type FieldValue = string | Uint8Array;

/** One field of an entry; a name may occur more than once in an entry. */
export type Field = readonly [name: string, value: FieldValue];

/** What many entries have in common (who wrote them and how they came), so that it is stored once. */
export interface Origin {
  /** `SYSLOG_IDENTIFIER=`, or '' where there is none. */
  readonly identifier: string;
  /** Field names as in systemd.journal-fields(7). */
  readonly fields: Readonly<Record<string, string>>;
}

/** The content of an entry beside its origin and times. */
export interface Content {
  /** `PRIORITY=`, 0 to 7, or null where the entry has none. */
  readonly priority: number | null;
  readonly message: FieldValue | null;
  /** All other fields. */
  readonly extra: readonly Field[];
}

/** An entry on its way into storage. */
export interface Row extends Content {
  readonly realtimeUsec: number;
  readonly monotonicUsec: number;
  readonly origin: Origin;
  /** The unit that the entry is about: that of the process, or the one that a message of the manager names; '' for none. */
  readonly unit: string;
}

/** An entry as it is read back. */
export interface Entry extends Omit<Row, 'unit'> {
  /** Counts up in the order in which entries were stored; never used twice. */
  readonly id: number;
}

/** The fields of an entry in the order in which they are printed, without the `__` ones. */
export function entryFields(entry: Content & { readonly origin: Origin }): Field[] {
  const fields: Field[] = Object.entries(entry.origin.fields);
  if (entry.priority !== null) fields.push(['PRIORITY', String(entry.priority)]);
  if (entry.message !== null) fields.push(['MESSAGE', entry.message]);
  fields.push(...entry.extra);
  return fields;
}

/** The first value of a field of an entry. */
export function entryField(entry: Entry, name: string): FieldValue | undefined {
  if (name === 'MESSAGE') return entry.message ?? undefined;
  if (name === 'PRIORITY') return entry.priority === null ? undefined : String(entry.priority);
  return entry.origin.fields[name] ?? entry.extra.find((field) => field[0] === name)?.[1];
}

/** The text of a value; bytes that are not UTF-8 become U+FFFD. */
export function valueText(value: FieldValue): string {
  return typeof value === 'string' ? value : new TextDecoder().decode(value);
}

/** The bytes of a value. */
export function valueBytes(value: FieldValue): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** Fields as JSON text: bytes travel as `{"base64": …}`. '' for none. */
export function encodeFields(fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  if (fields.every(([, value]) => typeof value === 'string')) return JSON.stringify(fields);
  return JSON.stringify(
    fields.map(([name, value]) => [name, typeof value === 'string' ? value : { base64: Buffer.from(value).toString('base64') }]),
  );
}

/** The inverse of `encodeFields`; what it did not write is left out. */
export function decodeFields(text: string): Field[] {
  if (text === '') return [];
  const pairs: unknown = JSON.parse(text);
  if (!Array.isArray(pairs)) return [];
  const fields: Field[] = [];
  for (const pair of pairs) {
    if (!Array.isArray(pair)) continue;
    const [name, value]: unknown[] = pair;
    if (typeof name !== 'string') continue;
    if (typeof value === 'string') fields.push([name, value]);
    else if (typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string')
      fields.push([name, Buffer.from(value.base64, 'base64')]);
  }
  return fields;
}
