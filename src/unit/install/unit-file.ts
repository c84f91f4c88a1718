/** What `systemctl is-enabled` can print, in the order of `--state=help`. */
export const unitFileStates = [
  'enabled',
  'enabled-runtime',
  'linked',
  'linked-runtime',
  'alias',
  'masked',
  'masked-runtime',
  'static',
  'disabled',
  'indirect',
  'generated',
  'transient',
  'bad',
] as const;

export type UnitFileState = (typeof unitFileStates)[number];

/** A unit file of the search path. */
export interface UnitFile {
  readonly name: string;
  readonly path: string;
  readonly state: UnitFileState;
  /** What the preset files say; absent where it does not matter (static, alias, …). */
  readonly preset?: 'enabled' | 'disabled';
}
