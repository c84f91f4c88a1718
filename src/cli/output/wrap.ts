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

/** Columns that a text takes: colours take none. */
function columnsOf(text: string): number {
  return text.replaceAll(/\x1b\[[\d;]*m/g, '').length;
}

/** The text, cut to at most so many columns. */
export function shortened(text: string, width: number, ellipsis: string): string {
  return text.length <= width ? text : text.slice(0, width - ellipsis.length) + ellipsis;
}

/** The line, cut near its end where it is longer than `width` columns, so that its last words are seen; colours stay. As systemctl cuts log lines. */
export function cutInMiddle(line: string, width: number | undefined, ellipsis: string): string {
  if (width === undefined || columnsOf(line) <= width) return line;
  const kept = Math.max(1, width - ellipsis.length);
  const head = Math.ceil(kept * 0.9);
  return sliceColumns(line, 0, head) + ellipsis + sliceColumns(line, columnsOf(line) - (kept - head), Infinity);
}

/** What stands from one column to before another, with all colours on the way, so that it is painted as it was. */
function sliceColumns(line: string, from: number, to: number): string {
  let column = 0;
  let slice = '';
  for (const [part] of line.matchAll(/\x1b\[[\d;]*m|[\s\S]/g)) {
    if (part.length > 1) slice += part;
    else {
      if (column >= from && column < to) slice += part;
      column += 1;
    }
  }
  return slice;
}
