import type { LinkChange } from './context.ts';
import type { PresetMode } from './preset.ts';
import type { InstallRecord } from './record.ts';

/** What can be done to the links that enable, mask and alias unit files (systemctl(1), "Unit File Commands"). */
export type InstallAction =
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

/** How it is to be done. */
export interface InstallFlags {
  /** Links go below /run, until the next boot. */
  readonly runtime?: boolean;
  /** Replaces links that lead elsewhere. */
  readonly force?: boolean;
  /** Links for all users, in /etc/systemd/user. */
  readonly global?: boolean;
  readonly presetMode?: PresetMode;
}

/** What was done. */
export interface InstallOutcome {
  readonly changes: readonly LinkChange[];
  /** The changes among notes and problems, in the order in which they came. */
  readonly records: readonly InstallRecord[];
  /** At least one of the units has an [Install] section with something in it; only told apart by `enable` and its kin. */
  readonly hasInstallInfo: boolean;
}

/** Ways in which it can fail. */
export const installFailures = ['no-such-unit', 'masked', 'exists', 'bad-name', 'invalid', 'failed'] as const;

/** Why it was not done. */
export interface InstallFailure {
  readonly code: (typeof installFailures)[number];
  /** The rest of "Failed to enable unit: …". */
  readonly message: string;
  /** The same in the words of errno(3). */
  readonly errno: string;
  /** What was done and found all the same. */
  readonly records: readonly InstallRecord[];
}
