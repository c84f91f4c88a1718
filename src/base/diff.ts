/** A line of a comparison: in both texts, or only in the first or the second. */
export interface DiffLine {
  readonly in: 'both' | 'first' | 'second';
  readonly text: string;
}

/** The shortest way from one list of lines to the other; takes time and memory of the product of their lengths. */
export function diffLines(first: readonly string[], second: readonly string[]): readonly DiffLine[] {
  // longest[i][j]: how many lines the rests from i and j on have in common, in order.
  const longest = Array.from({ length: first.length + 1 }, () => new Uint32Array(second.length + 1));
  const common = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = first.length - 1; i >= 0; i--) {
    const row = longest[i];
    if (row === undefined) continue;
    for (let j = second.length - 1; j >= 0; j--)
      row[j] = first[i] === second[j] ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1));
  }
  const lines: DiffLine[] = [];
  for (let i = 0, j = 0; i < first.length || j < second.length;) {
    const [left, right] = [first[i], second[j]];
    if (left !== undefined && left === right) {
      lines.push({ in: 'both', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || common(i + 1, j) >= common(i, j + 1))) {
      lines.push({ in: 'first', text: left });
      i++;
    } else if (right !== undefined) {
      lines.push({ in: 'second', text: right });
      j++;
    }
  }
  return lines;
}
