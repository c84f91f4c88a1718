import type { Entry } from '../record.ts';
import { type Explaining, explanationOf } from './catalog.ts';
import { formatExport, formatJson, formatVerbose, jsonStyles } from './fields.ts';
import { formatCat, formatShort, shortStamps } from './short.ts';
import type { OutputName } from '../../base/output-names.ts';
import type { TimeText } from '../../base/timestamp.ts';

/** What formats need to know beside the entry. */
export interface OutputOptions {
  readonly time: TimeText;
  /** The journal's id, for cursors. */
  readonly journalId: string;
  /** Print values whole, whatever is in them. */
  readonly all: boolean;
  readonly hostname: boolean;
  readonly color: boolean;
  /** What of messages is to stand out, where there are colours. */
  readonly highlight: RegExp | undefined;
  /** What is long is shortened, for an output of so many columns; undefined where it is shown in full. */
  readonly columns: number | undefined;
  /** The output can show more than ASCII. */
  readonly unicode: boolean;
  /** What explanations of messages have before each line; undefined for none. */
  readonly explained: Explaining | undefined;
  /** Only these fields, where the format shows fields. */
  readonly fields: ReadonlySet<string> | undefined;
}

/** Gives the text of an entry, with its newline; '' where the format shows nothing of it. */
export type Format = (entry: Entry, previous: Entry | undefined) => string | Uint8Array;

/** The format of a name. */
export function createFormat(name: OutputName, options: OutputOptions): Format {
  const format = formats[name](options);
  const { explained } = options;
  if (explained === undefined || !isInLines(name)) return format;
  return (entry, previous) => {
    const text = format(entry, previous);
    return typeof text === 'string' && text !== '' ? text + explanationOf(entry, explained, options.color) : text;
  };
}

/** Whether a format is for people, who are told about boots and missing entries. */
export function isForPeople(name: OutputName): boolean {
  return isInLines(name) || name === 'verbose';
}

function isInLines(name: OutputName): boolean {
  return name.startsWith('short') || name === 'with-unit';
}

const formats: Readonly<Record<OutputName, (options: OutputOptions) => Format>> = {
  short: (options) => formatShort(options, shortStamps.classic),
  'short-full': (options) => formatShort(options, shortStamps.full),
  'short-iso': (options) => formatShort(options, shortStamps.iso),
  'short-iso-precise': (options) => formatShort(options, shortStamps.isoPrecise),
  'short-precise': (options) => formatShort(options, shortStamps.classicPrecise),
  'short-monotonic': (options) => formatShort(options, shortStamps.monotonic),
  'short-delta': (options) => formatShort(options, shortStamps.delta),
  'short-unix': (options) => formatShort(options, shortStamps.unix),
  'with-unit': (options) => formatShort(options, shortStamps.full, { unit: true }),
  verbose: formatVerbose,
  export: formatExport,
  json: (options) => formatJson(options, jsonStyles.lines),
  'json-pretty': (options) => formatJson(options, jsonStyles.pretty),
  'json-sse': (options) => formatJson(options, jsonStyles.events),
  'json-seq': (options) => formatJson(options, jsonStyles.sequence),
  cat: formatCat,
};
