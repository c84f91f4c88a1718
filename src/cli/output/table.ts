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
}

/** Prints columns, each as wide as its widest cell; the last one ends where its text does. */
export async function printTable(terminal: Terminal, table: Table): Promise<void> {
  for (const line of await renderTable(table, terminal.style, terminal.width)) terminal.print(line);
}

/** The lines of a table, no longer than `width` columns where one is given. */
export async function renderTable(
  { header, rows, shorten = 0, numbers = new Set() }: Table,
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
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const limit = widths[column] ?? 0;
        const text = cut(textOf(cell), limit, measure, style.glyphs.ellipsis);
        const padding = ' '.repeat(column === columns - 1 && !numbers.has(column) ? 0 : limit - measure(text));
        const painted = typeof cell === 'string' ? text : cell.paint(text);
        return numbers.has(column) ? padding + painted : painted + padding;
      })
      .join(' ')
      .trimEnd();
  const lines = rows.map(line);
  return header === undefined ? lines : [line(header.map((text) => ({ text, paint: style.underline }))), ...lines];
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

/** Takes what is too much from the last column, then from the one to shorten, leaving both readable. */
function fit(widths: number[], width: number, shorten: number): void {
  let excess = widths.reduce((sum, each) => sum + each, widths.length - 1) - width;
  for (const column of [widths.length - 1, shorten]) {
    if (excess <= 0) return;
    const now = widths[column] ?? 0;
    const least = Math.min(now, 12);
    const taken = Math.min(excess, now - least);
    widths[column] = now - taken;
    excess -= taken;
  }
}

function cut(text: string, limit: number, measure: Measure, ellipsis: string): string {
  if (measure(text) <= limit) return text;
  let kept = text;
  while (kept !== '' && measure(kept) + ellipsis.length > limit) kept = kept.slice(0, -1);
  return kept + ellipsis;
}
