import { cutAt } from '../../base/cut-columns.ts';

/** How much of a message is shown with `--no-full`: as many lines and bytes, and as many columns as the output has. */
export const fewLines = { lines: 3, bytes: 300 } as const;

/** One line of a message; `isWhole` if nothing is missing, in it or after it, that the message has. */
interface ShownLine {
  readonly text: string;
  readonly isWhole: boolean;
}

/** A message in lines that stand `indent` columns from the left, as journalctl(1) shortens them. */
export function shortenedLines(text: string, indent: number, columns: number, unicode: boolean): readonly ShownLine[] {
  const shown: ShownLine[] = [];
  let bytes = 0;
  for (const line of text.replace(/\n$/, '').split('\n')) {
    bytes += Buffer.byteLength(line) + 1;
    const isLast = shown.length + 1 === fewLines.lines || bytes >= fewLines.bytes;
    if (!isLast && indent + Buffer.byteLength(line) + 1 < columns) shown.push({ text: line, isWhole: true });
    else shown.push({ text: shortenedLine(line, columns - indent, isLast ? 100 : 90, unicode), isWhole: false });
    if (isLast) break;
  }
  return shown;
}

function shortenedLine(line: string, room: number, percent: number, unicode: boolean): string {
  if (room < dots.length) return dots;
  if (room > Buffer.byteLength(line) + dots.length) return line + dots;
  // What is no ASCII itself may have an ellipsis that is none, whatever the locale is.
  return cutAt(line, room, percent, unicode || !/^[\x00-\x7f]*$/.test(line) ? '\u2026' : dots);
}

const dots = '...';
