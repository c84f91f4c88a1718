/** Something that a person who wrote a unit file should know; `line` and `column` count from 1, 0 where they do not apply. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'notice';
  /** A stable short name, such as `unknown-key`. */
  readonly code: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
}
