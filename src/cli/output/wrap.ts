import { columnsOf, fitting } from '../../base/columns.ts';

/** The text in lines of at most `width` columns, broken between words; lines after the first begin with so many blanks. A word that is too long stays whole. */
export function wrapped(text: string, width: number | undefined, indent: number): readonly string[] {
  if (width === undefined || columnsOf(text) <= width) return [text];
  const start = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = start;
  for (const word of text.slice(start.length).split(' ')) {
    const isFirst = line.trim() === '';
    if (!isFirst && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** The text, cut at its end to at most so many columns, of which there is one at least. */
export function shortened(text: string, width: number, ellipsis: string): string {
  return columnsOf(text) <= width ? text : fitting(text, width - ellipsis.length) + ellipsis.slice(0, width);
}

/**
 * A line of the log, its message cut near its end where the line is longer than `width` columns, so that its last words are seen;
 * colours stay. As systemctl cuts log lines.
 */
export function cutLogLine(line: string, width: number | undefined, ellipsis: string): string {
  if (width === undefined || columnsOf(line) <= width) return line;
  // Who wrote it stays whole.
  const before = /^.*?: /.exec(line)?.[0] ?? '';
  const start = columnsOf(before) < width - ellipsis.length ? columnsOf(before) : 0;
  const room = Math.max(1, width - start - ellipsis.length);
  const head = Math.round(room * 0.9);
  const whole = columnsOf(line);
  return sliceColumns(line, 0, start + head) + ellipsis + sliceColumns(line, whole - (room - head), Infinity);
}

/** The text, cut in its middle to at most so many columns, so that both of its ends are seen; as the status of a job on a console. */
export function cutInMiddle(text: string, width: number, ellipsis: string): string {
  const whole = columnsOf(text);
  const room = width - ellipsis.length;
  if (whole <= width || room < 2) return text;
  const head = Math.round(room / 2);
  return sliceColumns(text, 0, head) + ellipsis + sliceColumns(text, whole - (room - head), Infinity);
}

/** What stands from one column to before another, with all colours on the way, so that it is painted as it was. */
function sliceColumns(line: string, from: number, to: number): string {
  let column = 0;
  let slice = '';
  for (const [part] of line.matchAll(/\x1b\[[\d;]*m|[\s\S]/gu)) {
    const columns = columnsOf(part);
    if (part.startsWith('\x1b') || (column >= from && column + columns <= to)) slice += part;
    column += columns;
  }
  return slice;
}
