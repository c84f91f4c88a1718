import { shortened } from './wrap.ts';

/** How a line is shown that the next one takes the place of. */
export interface LineForm {
  /** The terminal understands control sequences, and they are wanted. */
  readonly sequences: boolean;
  /** It can go back to the beginning of a line at least; else each line stays. */
  readonly redraws: boolean;
}

/** How wide such a line may be, so that it does not wrap, nor does a ^C behind it. */
export function redrawnWidth(columns: number): number {
  return Math.max(4, columns - 3);
}

/** A line at the end of what a terminal shows, which takes the place of the one before it: gives what to write for each change. */
export class RedrawnLine {
  readonly #form: LineForm;
  /** Columns that are in use by the line that is shown. */
  #shown = 0;

  constructor(form: LineForm) {
    this.#form = form;
  }

  /** What shows the line, in place of the one that is shown, cut to its width. Undefined takes it away. */
  show(line: string | undefined, columns: number): string {
    if (line === undefined) return this.clear();
    if (!this.#form.redraws) return `${line}\n`;
    const text = shortened(line, redrawnWidth(columns), '...');
    const before = this.#shown;
    this.#shown = text.length;
    if (this.#form.sequences) return `\r\x1b[K${text}`;
    return `\r${text.padEnd(before)}${text.length < before ? `\r${text}` : ''}`;
  }

  /** What takes the line away, so that something else can be written; '' where none is shown. */
  clear(): string {
    const before = this.#shown;
    this.#shown = 0;
    if (before === 0) return '';
    return this.#form.sequences ? '\r\x1b[K' : `\r${' '.repeat(before)}\r`;
  }
}

/** What a terminal can do with a line, by the environment: without $TERM nothing, as a dumb one. */
export function lineFormOf(environment: Readonly<Record<string, string | undefined>>): LineForm {
  const { TERM: term = 'dumb', NO_COLOR: plain = '' } = environment;
  return { sequences: term !== 'dumb' && plain === '', redraws: term !== 'dumb' };
}
