import { columnsOf } from './columns.ts';

/** The text, cut to at most so many columns; of what stays, so many percent are of its beginning and the rest is of its end. */
export function cutAt(text: string, width: number, percent: number, ellipsis: string): string {
  const whole = columnsOf(text);
  if (whole <= width) return text;
  const room = Math.max(1, width - ellipsis.length);
  const head = Math.round((room * percent) / 100);
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
