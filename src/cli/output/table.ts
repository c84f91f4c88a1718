import type { Style, Terminal } from './terminal.ts';

/** A cell: its text, and how to paint it. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface Table {
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly Cell[])[];
  /** The column that is shortened first when lines are too long for the terminal; the last one is shortened before it. */
  readonly shorten?: number;
  /** Columns that hold numbers, which end below each other. */
  readonly numbers?: ReadonlySet<number>;
  /** Rows below which another group begins: a line is drawn below them, where there are colours. */
  readonly groupEnds?: ReadonlySet<number>;
}

/** Prints columns, each as wide as its widest cell; the last one ends where its text does. */
export async function printTable(terminal: Terminal, table: Table): Promise<void> {
  for (const line of await renderTable(table, terminal.style, terminal.width)) terminal.print(line);
}

/** The lines of a table, no longer than `width` columns where one is given. */
export async function renderTable(
  { header, rows, shorten = 0, numbers = new Set(), groupEnds = new Set() }: Table,
  style: Style,
  width?: number,
): Promise<readonly string[]> {
  const measure = await measureOf([...(header ?? []), ...rows.flat().map(textOf)]);
  const columns = (header ?? rows[0] ?? []).length;
  const widths = Array.from({ length: columns }, (_, column) => {
    let widest = measure(header?.[column] ?? '');
    for (const row of rows) widest = Math.max(widest, measure(textOf(row[column] ?? '')));
    return widest;
  });
  if (width !== undefined) fit(widths, width, shorten);
  // A line below a row goes all along it.
  const hasLines = style.underline('') !== '';
  const line = (cells: readonly Cell[], isLined: boolean): string => {
    const parts = cells.map((cell, column) => {
      const limit = widths[column] ?? 0;
      const text = cut(textOf(cell), limit, measure, style.glyphs.ellipsis);
      const isShort = column === columns - 1 && !numbers.has(column) && !isLined;
      const padding = ' '.repeat(isShort ? 0 : limit - measure(text));
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

type Measure = (text: string) => number;

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** Loading the tables of wide characters takes longer than most commands, so it is done only where there are any. */
async function measureOf(texts: readonly string[]): Promise<Measure> {
  if (texts.every((text) => /^[\t\x20-\x7e●○×↻→…└─]*$/.test(text))) return (text) => text.length;
  const { default: stringWidth } = await import('string-width');
  return (text) => stringWidth(text);
}

/** Takes what is too much from the last column and the one to shorten, from whichever is wider, leaving both readable. */
function fit(widths: number[], width: number, shorten: number): void {
  const last = widths.length - 1;
  const least = (column: number): number => Math.min(widths[column] ?? 0, leastWidth);
  const wide = [...new Set([last, shorten])];
  const others = widths.reduce((sum, each, column) => (wide.includes(column) ? sum : sum + each), last);
  const [first = last, second = first] = wide.toSorted((a, b) => (widths[a] ?? 0) - (widths[b] ?? 0));
  const room = width - others;
  if (first === second) {
    widths[last] = Math.max(least(last), Math.min(widths[last] ?? 0, room));
    return;
  }
  // The narrower keeps what it needs up to its half.
  const narrow = Math.max(least(first), Math.min(widths[first] ?? 0, Math.floor(room / 2)));
  widths[first] = narrow;
  widths[second] = Math.max(least(second), Math.min(widths[second] ?? 0, room - narrow));
}

/** Columns are not made narrower than this. */
const leastWidth = 12;

function cut(text: string, limit: number, measure: Measure, ellipsis: string): string {
  if (measure(text) <= limit) return text;
  let kept = text;
  while (kept !== '' && measure(kept) + ellipsis.length > limit) kept = kept.slice(0, -1);
  return kept + ellipsis;
}
