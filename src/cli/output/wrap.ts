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
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/\x1b\[[\d;]*m/g, '').length;
}

/** The text, cut to at most so many columns. */
export function shortened(text: string, width: number, ellipsis: string): string {
  return text.length <= width ? text : text.slice(0, width - ellipsis.length) + ellipsis;
}
