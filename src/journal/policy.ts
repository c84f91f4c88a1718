import type { Row } from './record.ts';

/** What the journal does with entries beside storing them: journald.conf(5). */
export interface Policy {
  /** The least important priority that is stored; -1 for none. */
  readonly maximumStored: number;
  /** Microseconds and entries in them, for units without a limit of their own, as `30000000 10000`. */
  readonly rate: string | undefined;
  /** The longest line that is kept whole, in bytes. */
  readonly lineMax: number;
  /** Passes an entry on; `targets` are those that its stream asks for. */
  forward(row: Row, targets: readonly ForwardTarget[]): void;
}

export type ForwardTarget = 'console' | 'kmsg';

/** Where entries are passed on to. */
export interface ForwardRule {
  /** All entries, and not only those of streams that ask for it. */
  readonly always: boolean;
  /** The text of an entry, with its newline. */
  readonly line: (row: Row, priority: number) => string;
  /** What cannot be written now is not written. */
  readonly write: (text: string) => void;
  /** The least important priority. */
  readonly maximum: number;
}
