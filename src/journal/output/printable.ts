import type { FieldValue } from '../record.ts';
import { valueBytes } from '../record.ts';

/** Whether a value is text without control characters other than tab and newline. */
export function isPrintable(value: FieldValue): value is string {
  return typeof value === 'string' && !controlCharacter.test(value);
}

/** What is printed in place of a value that is not printable: `[16B blob data]`. */
export function blobText(value: FieldValue): string {
  return `[${byteCount(valueBytes(value).length)} blob data]`;
}

/** A size for people: `512B`, `8.0M`. */
export function byteCount(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < byteUnits.length - 1) {
    amount /= 1024;
    unit++;
  }
  // Cut, not rounded, as systemd does.
  return unit === 0 ? `${bytes}B` : `${(Math.floor(amount * 10) / 10).toFixed(1)}${byteUnits[unit]}`;
}

/** Text for a line of a terminal: tabs as blanks, without escape sequences and carriage returns at the end of lines. */
export function plainText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replaceAll(/\t/g, '        ')
    .replaceAll(escapeSequence, '')
    .replaceAll(/\r+(?=\n|$)/g, '');
}

const byteUnits = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
const controlCharacter = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const special = /[\t\r\x1b]/;
// CSI sequences, and OSC ones up to their end.
const escapeSequence = /\x1b(?:\[[0-9;:<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))/g;
