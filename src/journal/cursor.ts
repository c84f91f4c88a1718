import type { Entry } from './record.ts';

/** A place in the journal: exact in the journal that it is of, by time in another. */
export interface Cursor {
  readonly journalId: string;
  readonly id: number;
  readonly realtimeUsec: number | undefined;
}

/** The cursor of an entry, in the form that journalctl(1) prints. */
export function cursorText(entry: Entry, journalId: string): string {
  const bootId = entry.origin.fields['_BOOT_ID'] ?? '';
  return `s=${journalId};i=${hex(entry.id)};b=${bootId};m=${hex(entry.monotonicUsec)};t=${hex(entry.realtimeUsec)}`;
}

/** Reads a cursor; undefined where it is none. */
export function parseCursor(text: string): Cursor | undefined {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    const [, name = '', value = ''] = /^([a-z])=([0-9a-f]+)$/.exec(part) ?? [];
    if (name === '') return undefined;
    parts.set(name, value);
  }
  const realtime = parts.get('t');
  const id = parts.get('i');
  if (realtime === undefined && (id === undefined || !parts.has('s'))) return undefined;
  return {
    journalId: parts.get('s') ?? '',
    id: id === undefined ? 0 : parseInt(id, 16),
    realtimeUsec: realtime === undefined ? undefined : parseInt(realtime, 16),
  };
}

function hex(number: number): string {
  return number.toString(16);
}
