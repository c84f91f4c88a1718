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

/** The text in one line of at most `width` columns, cut at its end. All that is not ASCII is taken to be wide, so it may be cut early but not late. */
export function shortened(text: string, width: number): string {
  let columns = 0;
  let cut = 0;
  for (const character of text) {
    columns += character < '\x7f' ? 1 : 2;
    if (columns <= width - 3) cut += character.length;
  }
  return columns <= width ? text : `${text.slice(0, cut)}...`;
}
