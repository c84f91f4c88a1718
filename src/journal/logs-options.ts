import type { OutputName } from '../base/output-names.ts';
import type { FieldGroup } from './query.ts';

/** Which boot `--boot=` means: by number (0 the last, -1 the one before, 1 the first) or by id and number from there. */
export interface BootChoice {
  readonly id: string | undefined;
  readonly offset: number;
}

/** What is to be done, other than showing entries. */
export type LogsAction =
  | { readonly do: 'show' }
  | { readonly do: 'help' }
  | { readonly do: 'version' }
  | { readonly do: 'list'; readonly text: string }
  /** The explanations of messages; of all where no ids are named. */
  | { readonly do: 'catalog'; readonly form: 'lines' | 'full'; readonly ids: readonly string[] }
  | { readonly do: 'update-catalog' }
  | { readonly do: 'new-id' }
  | { readonly do: 'fields' }
  | { readonly do: 'field'; readonly name: string }
  | { readonly do: 'list-boots' }
  | { readonly do: 'disk-usage' }
  | { readonly do: 'header' }
  | { readonly do: 'verify' }
  | { readonly do: 'vacuum'; readonly maximumBytes: number; readonly maximumAgeUsec: number }
  /** Accepted, for what it asks is so already. */
  | { readonly do: 'nothing' };

/** What `tysctl logs` and `journalctl` are asked for: see journalctl(1). */
export interface LogsOptions {
  readonly action: LogsAction;
  /** Names of units or patterns of names. */
  readonly units: readonly string[];
  /** The same of units of the asking user's manager. */
  readonly userUnits: readonly string[];
  readonly identifiers: readonly string[];
  readonly priorities: readonly number[] | undefined;
  readonly facilities: readonly number[];
  readonly matches: readonly FieldGroup[];
  readonly sinceUsec: number | undefined;
  readonly untilUsec: number | undefined;
  readonly boot: BootChoice | undefined;
  readonly kernel: boolean;
  readonly grep: RegExp | undefined;
  /** How many entries at most; undefined for all. */
  readonly lines: number | undefined;
  /** Of those, the first or the last; undefined for what journalctl does: the first where something says where to begin. */
  readonly oldest: boolean | undefined;
  readonly reverse: boolean;
  readonly follow: boolean;
  /** A pager begins at the end. */
  readonly pagerEnd: boolean;
  readonly cursor: string | undefined;
  readonly afterCursor: string | undefined;
  readonly cursorFile: string | undefined;
  readonly showCursor: boolean;
  readonly output: OutputName;
  readonly outputFields: ReadonlySet<string> | undefined;
  readonly all: boolean;
  /** Long lines, and messages of many lines, are shown in full. */
  readonly full: boolean;
  /** Messages are explained. */
  readonly catalog: boolean;
  readonly quiet: boolean;
  readonly utc: boolean;
  readonly hostname: boolean;
  /** A journal file to read instead of the usual one. */
  readonly path: string | undefined;
  /** The directory that it is in, if it was given by that. */
  readonly directory: string | undefined;
  /** The root directory of the machine whose journal is read, instead of this one's. */
  readonly root: string | undefined;
  /** What the user is told of the options. */
  readonly remarks: readonly string[];
  /** The journal namespaces that entries may be of, '' for none; undefined for all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** Whose logs: of the system's manager or the user's. */
  readonly scope: 'system' | 'user' | undefined;
}
