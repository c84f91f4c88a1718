import { columnsOf, fitting } from '../../base/columns.ts';
import { cutAt } from '../../base/cut-columns.ts';

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
  const found = /^.*?: /.exec(line)?.[0] ?? '';
  const before = columnsOf(found) < width - ellipsis.length ? found : '';
  return before + cutAt(line.slice(before.length), width - columnsOf(before), 90, ellipsis);
}

/** The text, cut in its middle to at most so many columns, so that both of its ends are seen; as the status of a job on a console. */
export function cutInMiddle(text: string, width: number, ellipsis: string): string {
  return width - ellipsis.length < 2 ? text : cutAt(text, width, 50, ellipsis);
}
