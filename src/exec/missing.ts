/** What the process is to be, or to have, is not there or cannot be had here; `exit` is the status that its child ends with, `errno` the cause that is told. */
export interface Missing {
  readonly kind: 'missing';
  readonly exit: number;
  readonly errno: number;
  readonly message: string;
  /** The setting that asks for it, where the status leaves that open. */
  readonly setting?: string;
}
