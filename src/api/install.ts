import type { Result } from '../base/result.ts';

/** What can be done to the links that enable, mask and alias unit files (systemctl(1), "Unit File Commands"). */
export type InstallOperation =
  | 'enable'
  | 'disable'
  | 'reenable'
  | 'preset'
  | 'preset-all'
  | 'mask'
  | 'unmask'
  | 'link'
  | 'revert'
  | 'add-wants'
  | 'add-requires'
  | 'set-default';

/**
 * Unit files and the links between them, as the handlers of the API and `tysctl --root` see them.
 *
 * An implementation carries out what unit/install.ts plans; it neither reloads the manager nor starts units.
 */
export interface InstallApi {
  /** Carries out one operation on these units (paths for `link`; `[target, unit…]` for `add-wants` and `add-requires`). */
  apply(operation: InstallOperation, units: readonly string[], options: InstallOptions): Result<InstallOutcome, InstallFailure>;
  /** The state of one unit file, as `is-enabled` prints it; undefined where there is no such file. */
  state(unit: string): UnitFileState | undefined;
  /** All unit files of the search path, sorted by type and name as systemctl(1) sorts units. */
  list(): readonly UnitFile[];
  /** The unit that default.target leads to. */
  defaultTarget(): Result<string, InstallFailure>;
}

export interface InstallOptions {
  /** Links go below /run, until the next boot. */
  readonly runtime?: boolean;
  /** Replaces links that lead elsewhere. */
  readonly force?: boolean;
  /** Links for all users, in /etc/systemd/user. */
  readonly global?: boolean;
  readonly presetMode?: 'full' | 'enable-only' | 'disable-only';
}

export type LinkChange =
  | { readonly change: 'symlink'; readonly path: string; readonly target: string }
  | { readonly change: 'unlink'; readonly path: string };

export interface InstallOutcome {
  readonly changes: readonly LinkChange[];
  /** Remarks for people that do not make the operation fail, each a line. */
  readonly messages: readonly string[];
  /** At least one of the units has an [Install] section with something in it; only told apart by `enable` and its kin. */
  readonly hasInstallInfo: boolean;
}

export interface InstallFailure {
  readonly code: 'no-such-unit' | 'masked' | 'exists' | 'bad-name' | 'invalid' | 'failed';
  /** The rest of "Failed to enable unit: …". */
  readonly message: string;
}

export type UnitFileState =
  | 'enabled'
  | 'enabled-runtime'
  | 'linked'
  | 'linked-runtime'
  | 'alias'
  | 'masked'
  | 'masked-runtime'
  | 'static'
  | 'indirect'
  | 'disabled'
  | 'generated'
  | 'transient'
  | 'bad';

export interface UnitFile {
  readonly name: string;
  readonly path: string;
  readonly state: UnitFileState;
  /** What the preset files say; absent where it does not matter (static, alias, …). */
  readonly preset?: 'enabled' | 'disabled';
}
