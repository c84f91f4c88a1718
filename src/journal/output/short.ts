import { entryField, entryFields, valueBytes, valueText, type Entry, type Field, type FieldValue, type Origin } from '../record.ts';
import type { Format, OutputOptions } from './output.ts';
import { shortenedLines } from './few-lines.ts';
import { blobText, isPrintable, plainText } from './printable.ts';
import { fraction, type TimeText } from '../../base/timestamp.ts';

/** Writes the time of an entry at the start of a line. */
type ShortStamp = (entry: Entry, previous: Entry | undefined, time: TimeText) => string;

/** The stamps of the short formats of journalctl(1). */
export const shortStamps = {
  classic: (entry, _, time) => time.classic(sourceTime(entry)),
  classicPrecise: (entry, _, time) => `${time.classic(sourceTime(entry))}.${fraction(sourceTime(entry))}`,
  full: (entry, _, time) => time.full(sourceTime(entry)),
  iso: (entry, _, time) => time.iso(sourceTime(entry)).join(''),
  isoPrecise: (entry, _, time) => time.iso(sourceTime(entry)).join(`.${fraction(sourceTime(entry))}`),
  monotonic: (entry) => `[${seconds(sourceMonotonic(entry), 5)}]`,
  delta: (entry, previous) => `[${seconds(sourceMonotonic(entry), 5)}${delta(entry, previous)}]`,
  unix: (entry) => seconds(sourceTime(entry), 0),
} as const satisfies Record<string, ShortStamp>;

/** One line for each entry: stamp, host, identifier or unit, and message, whose further lines are indented below it. */
export function formatShort(options: OutputOptions, stamp: ShortStamp, { unit = false } = {}): Format {
  let known: { readonly origin: Origin; readonly sender: string } | undefined;
  // Entries of one sender come in runs.
  const senderOf = (entry: Entry): string => {
    if (entry.extra.length > 0) return senderText(entry, options.hostname, unit);
    if (known?.origin !== entry.origin) known = { origin: entry.origin, sender: senderText(entry, options.hostname, unit) };
    return known.sender;
  };
  return (entry, previous) => {
    if (entry.message === null) return '';
    const prefix = `${stamp(entry, previous, options.time)} ${senderOf(entry)}: `;
    if (options.all && typeof entry.message !== 'string') return Buffer.concat([Buffer.from(prefix), entry.message, Buffer.from('\n')]);
    const message = messageText(entry.message, options.all);
    if (options.columns !== undefined && !options.all) return `${prefix}${shortened(entry, message, prefix.length, options)}\n`;
    return `${prefix}${indentLines(message, prefix.length, (line, index) => paint(entry, line, options, index))}\n`;
  };
}

/** Host, identifier or unit, and process of who sent an entry. */
function senderText(entry: Entry, hostname: boolean, unit: boolean): string {
  const host = hostname ? text(entry, '_HOSTNAME') : undefined;
  const process = text(entry, '_PID') ?? text(entry, 'SYSLOG_PID');
  const name = (unit ? unitName(entry) : undefined) ?? identifier(entry);
  return `${host === undefined ? '' : `${host} `}${name}${process === undefined ? '' : `[${process}]`}`;
}

/** The message as `--no-full` shows it. Where there is no room for anything, lines are not indented either. */
function shortened(entry: Entry, message: string, indent: number, options: OutputOptions): string {
  const columns = options.columns ?? 0;
  return shortenedLines(message, indent, columns, options.unicode)
    .map(({ text: line, isWhole }, index) => {
      const margin = index === 0 || columns - indent < 3 ? '' : ' '.repeat(indent);
      return (
        margin +
        (isWhole ? paint(entry, line, options, index) : inColor(line, options.color ? palette[entry.priority ?? 6]?.color : undefined))
      );
    })
    .join('\n');
}

/** Only the message, or the values of the fields that are asked for. */
export function formatCat(options: OutputOptions): Format {
  const wanted = options.fields ?? ['MESSAGE'];
  return (entry) => {
    const fields = entryFields(entry);
    const values = [...wanted].flatMap((name) => fields.filter((field) => field[0] === name));
    const shown = ([name, value]: Field): FieldValue => (name === 'MESSAGE' ? painted(entry, value, options) : value);
    return Buffer.concat(values.flatMap((field) => [valueBytes(shown(field)), newline]));
  };
}

/** Text with each line after the first indented to stand below it. */
export function indentLines(value: string, width: number, painter: (line: string, index: number) => string = (line) => line): string {
  const lines = value.replace(/\n$/, '').split('\n');
  return lines.map(painter).join(`\n${' '.repeat(width)}`);
}

/** A line that stands out. */
export function emphasized(line: string): string {
  return `${bold}${line}${colorEnd}`;
}

/** Colours of a line by the priority of its entry; what was searched for stands out in the first line. `turnsBack`: the colour comes again behind it even at the end. */
function paint(entry: Entry, line: string, options: OutputOptions, index: number, { turnsBack = false } = {}): string {
  const colors = options.color ? palette[entry.priority ?? 6] : undefined;
  if (colors === undefined) return line;
  const { color, highlight } = colors;
  if (index > 0) return inColor(line, color);
  const found = options.highlight?.exec(line);
  const [start, end] = found == null ? [0, 0] : [found.index, found.index + found[0].length];
  const rest = end === line.length && !turnsBack ? '' : color + line.slice(end);
  return `${color}${line.slice(0, start)}${highlight}${line.slice(start, end)}${rest}${colorEnd}`;
}

function inColor(line: string, color: string | undefined): string {
  return color === undefined ? line : `${color}${line}${colorEnd}`;
}

function painted(entry: Entry, value: FieldValue, options: OutputOptions): FieldValue {
  return options.color && typeof value === 'string' ? paint(entry, value, options, 0, { turnsBack: true }) : value;
}

const newline = Buffer.from('\n');
const colorEnd = '\x1b[0m';
const red = '\x1b[0;1;31m';

const bold = '\x1b[0;1;39m';
const urgent = { color: red, highlight: bold };

const palette: Readonly<Record<number, { readonly color: string; readonly highlight: string } | undefined>> = {
  0: urgent,
  1: urgent,
  2: urgent,
  3: urgent,
  4: { color: '\x1b[0;1;38;5;185m', highlight: bold },
  5: { color: bold, highlight: red },
  7: { color: '\x1b[0;38;5;245m', highlight: red },
};

function messageText(message: FieldValue, all: boolean): string {
  if (all) return valueText(message);
  const shown = typeof message === 'string' ? plainText(message) : message;
  return isPrintable(shown) ? shown : blobText(shown);
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

/** When the entry was sent, if it says so, else when it came. */
function sourceTime(entry: Entry): number {
  return stampOf(entry, '_SOURCE_REALTIME_TIMESTAMP') ?? entry.realtimeUsec;
}

function sourceMonotonic(entry: Entry): number {
  return stampOf(entry, '_SOURCE_MONOTONIC_TIMESTAMP') ?? entry.monotonicUsec;
}

function stampOf(entry: Entry, name: string): number | undefined {
  const value = entry.extra.find((field) => field[0] === name)?.[1] ?? entry.origin.fields[name];
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : undefined;
}

/** The time since the entry before; by the wall clock, which is marked, where that was in another boot. */
function delta(entry: Entry, previous: Entry | undefined): string {
  if (previous === undefined) return ' '.repeat(16);
  const sameBoot = entry.origin.fields['_BOOT_ID'] === previous.origin.fields['_BOOT_ID'];
  // What was sent earlier than the one before it is no time after it.
  const usec = sameBoot ? sourceMonotonic(entry) - sourceMonotonic(previous) : entry.realtimeUsec - previous.realtimeUsec;
  return ` <${seconds(Math.max(0, usec), 5)}${sameBoot ? ' ' : '*'}>`;
}
