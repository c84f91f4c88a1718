/** One line of `status`: the label ends where the labels of all lines end. */
export function statusRow(label: string, value: string): string {
  return `${label.padStart(11)}: ${value}`;
}

/** What a line begins with that goes on with the one above. */
export const belowRow = ' '.repeat(13);
