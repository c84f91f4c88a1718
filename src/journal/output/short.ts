import { entryField, entryFields, valueBytes, valueText, type Entry, type FieldValue } from '../record.ts';
import type { Format, OutputOptions } from './output.ts';
import { blobText, isPrintable, plainText } from './printable.ts';
import { fraction, type TimeText } from '../../base/timestamp.ts';

/** Writes the time of an entry at the start of a line. */
type ShortStamp = (entry: Entry, previous: Entry | undefined, time: TimeText) => string;

/** The stamps of the short formats of journalctl(1). */
export const shortStamps = {
  classic: (entry, _, time) => time.classic(entry.realtimeUsec),
  classicPrecise: (entry, _, time) => `${time.classic(entry.realtimeUsec)}.${fraction(entry.realtimeUsec)}`,
  full: (entry, _, time) => time.full(entry.realtimeUsec),
  iso: (entry, _, time) => time.iso(entry.realtimeUsec).join(''),
  isoPrecise: (entry, _, time) => time.iso(entry.realtimeUsec).join(`.${fraction(entry.realtimeUsec)}`),
  monotonic: (entry) => `[${seconds(entry.monotonicUsec, 5)}]`,
  delta: (entry, previous) => `[${seconds(entry.monotonicUsec, 5)}${delta(entry, previous)}]`,
  unix: (entry) => seconds(entry.realtimeUsec, 0),
} as const satisfies Record<string, ShortStamp>;

/** One line for each entry: stamp, host, identifier or unit, and message, whose further lines are indented below it. */
export function formatShort(options: OutputOptions, stamp: ShortStamp, { unit = false } = {}): Format {
  return (entry, previous) => {
    if (entry.message === null) return '';
    const host = options.hostname ? text(entry, '_HOSTNAME') : undefined;
    const process = text(entry, '_PID') ?? text(entry, 'SYSLOG_PID');
    const prefix = [
      stamp(entry, previous, options.time),
      ...(host === undefined ? [] : [host]),
      `${(unit ? unitName(entry) : undefined) ?? identifier(entry)}${process === undefined ? '' : `[${process}]`}: `,
    ].join(' ');
    if (options.all && typeof entry.message !== 'string') return Buffer.concat([Buffer.from(prefix), entry.message, Buffer.from('\n')]);
    const color = options.color ? colors[entry.priority ?? 6] : undefined;
    return prefix + indentLines(messageText(entry.message, options.all), prefix.length, color) + '\n';
  };
}

/** Only the message, or the values of the fields that are asked for. */
export function formatCat(options: OutputOptions): Format {
  const wanted = options.fields ?? ['MESSAGE'];
  return (entry) => {
    const fields = entryFields(entry);
    const values = [...wanted].flatMap((name) => fields.filter((field) => field[0] === name));
    return Buffer.concat(values.flatMap(([, value]) => [valueBytes(value), newline]));
  };
}

/** Text with each line after the first indented to stand below it. */
export function indentLines(value: string, width: number, color?: string): string {
  const lines = value.replace(/\n$/, '').split('\n');
  const painted = color === undefined ? lines : lines.map((line) => `${color}${line}${colorEnd}`);
  return painted.join(`\n${' '.repeat(width)}`);
}

const newline = Buffer.from('\n');
const colorEnd = '\x1b[0m';
const red = '\x1b[0;1;31m';

const colors: Readonly<Record<number, string | undefined>> = {
  0: red,
  1: red,
  2: red,
  3: red,
  4: '\x1b[0;1;38;5;185m',
  5: '\x1b[0;1;39m',
  7: '\x1b[0;38;5;245m',
};

function messageText(message: FieldValue, all: boolean): string {
  if (all) return valueText(message);
  const shown = typeof message === 'string' ? plainText(message) : message;
  return isPrintable(shown) ? shown : blobText(message);
}

function identifier(entry: Entry): string {
  return text(entry, 'SYSLOG_IDENTIFIER') ?? text(entry, '_COMM') ?? 'unknown';
}

function unitName(entry: Entry): string | undefined {
  const unit = text(entry, '_SYSTEMD_UNIT');
  const userUnit = text(entry, '_SYSTEMD_USER_UNIT');
  return unit === undefined ? userUnit : userUnit === undefined ? unit : `${unit}/${userUnit}`;
}

function text(entry: Entry, name: string): string | undefined {
  const value = entryField(entry, name);
  return value === undefined || !isPrintable(value) ? undefined : value;
}

function seconds(usec: number, width: number): string {
  return `${String(Math.floor(usec / 1_000_000)).padStart(width)}.${fraction(usec)}`;
}

/** The time since the entry before; by the wall clock, which is marked, where that was in another boot. */
function delta(entry: Entry, previous: Entry | undefined): string {
  if (previous === undefined) return ' '.repeat(16);
  const sameBoot = entry.origin.fields['_BOOT_ID'] === previous.origin.fields['_BOOT_ID'];
  const usec = sameBoot ? entry.monotonicUsec - previous.monotonicUsec : entry.realtimeUsec - previous.realtimeUsec;
  return ` <${usec < 0 ? '-' : ''}${seconds(Math.abs(usec), usec < 0 ? 4 : 5)}${sameBoot ? ' ' : '*'}>`;
}
