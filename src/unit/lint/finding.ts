/** A piece of a file to be replaced: from a place up to another, both counted from 1, the end not included. */
export interface Edit {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

/** How a finding can be mended. */
export interface Fix {
  /** What it does, for people: "write BindsTo=". */
  readonly what: string;
  readonly edits: readonly Edit[];
}

/** What is not as it should be in a unit file; `line` and `column` count from 1, 0 where they do not apply. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  /** A stable short name, such as `unknown-key`. */
  readonly code: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly fix?: Fix;
}
