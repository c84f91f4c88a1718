import { columnsOf } from '../../base/columns.ts';
import type { Style, Terminal } from './terminal.ts';
import { shortened } from './wrap.ts';

/** A cell: its text, and how to paint it. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface Table {
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly Cell[])[];
  /** Columns that hold numbers, which end below each other. */
  readonly numbers?: ReadonlySet<number>;
  /** Rows below which another group begins: a line is drawn below them, where there are colours. */
  readonly groupEnds?: ReadonlySet<number>;
}

/** Prints columns, each as wide as its widest cell; the last one ends where its text does. */
export function printTable(terminal: Terminal, table: Table): void {
  const whole = renderTable(table, terminal.style);
  const { width } = terminal;
  const lines = width === undefined ? whole : renderTable(table, terminal.style, width);
  for (const [index, line] of lines.entries()) terminal.print(line, whole[index]);
}

/** The lines of a table, no longer than `width` columns where one is given. */
export function renderTable(
  { header, rows, numbers = new Set(), groupEnds = new Set() }: Table,
  style: Style,
  width?: number,
): readonly string[] {
  const columns = (header ?? rows[0] ?? []).length;
  const wanted = Array.from({ length: columns }, (_, column) => {
    let widest = columnsOf(header?.[column] ?? '');
    for (const row of rows) widest = Math.max(widest, columnsOf(textOf(row[column] ?? '')));
    return widest;
  });
  const widths = width === undefined ? wanted : sharedWidths(wanted, width);
  // A line below a row goes all along it.
  const hasLines = style.underline('') !== '';
  const line = (cells: readonly Cell[], isLined: boolean): string => {
    const parts = cells.map((cell, column) => {
      const limit = widths[column] ?? 0;
      const text = shortened(textOf(cell), limit, style.glyphs.ellipsis);
      const isShort = column === columns - 1 && !numbers.has(column) && !isLined;
      const padding = ' '.repeat(isShort ? 0 : limit - columnsOf(text));
      const painted = typeof cell === 'string' ? text : cell.paint(text);
      return numbers.has(column) ? padding + painted : painted + padding;
    });
    const whole = parts.join(' ');
    return isLined ? underlined(whole, style) : whole.trimEnd();
  };
  const lines = rows.map((row, index) => line(row, hasLines && groupEnds.has(index)));
  return header === undefined ? lines : [line(header, hasLines), ...lines];
}

/** The whole line underlined, whatever is painted in it. */
function underlined(line: string, { underline }: Style): string {
  return line
    .split(/(\x1b\[[\d;]*m[^\x1b]*\x1b\[0m)/)
    .map((part) => (part.startsWith('\x1b[0;') ? part.replace('\x1b[0;', '\x1b[0;4;') : part === '' ? '' : underline(part)))
    .join('');
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/**
 * How wide each column is where not all can have what they want: all have the same, but none more than it wants, and what is
 * left goes to those that want more; as systemd's tables have it. None is narrower than one.
 */
export function sharedWidths(wanted: readonly number[], width: number): readonly number[] {
  // One column between each two.
  const room = width - (wanted.length - 1);
  if (wanted.reduce((sum, each) => sum + each, 0) <= room) return wanted;
  const widths = wanted.map(() => 1);
  let left = Math.max(0, room - wanted.length);
  const open = new Set(wanted.keys());
  const settle = (column: number, columns: number): void => {
    widths[column] = columns;
    left -= columns - 1;
    open.delete(column);
  };
  const share = (): number => 1 + Math.floor(left / open.size);
  const content = (): number | undefined => [...open].find((column) => (wanted[column] ?? 0) <= share());
  for (let column = content(); column !== undefined; column = content()) settle(column, wanted[column] ?? 0);
  for (const column of open) settle(column, share());
  return widths;
}
