/** The text in lines of at most `width` columns, broken between words; lines after the first begin with so many blanks. A word that is too long stays whole. */
export function wrapped(text: string, width: number | undefined, indent: number): readonly string[] {
  if (width === undefined || text.length <= width) return [text];
  const start = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = start;
  for (const word of text.slice(start.length).split(' ')) {
    const isFirst = line.trim() === '';
    if (!isFirst && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** The text, cut to at most so many columns. */
export function shortened(text: string, width: number, ellipsis: string): string {
  return text.length <= width ? text : text.slice(0, width - ellipsis.length) + ellipsis;
}
