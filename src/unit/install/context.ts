import type { InstallSettings } from '../settings/install.ts';
import type { UnitFiles } from '../unit-files.ts';

/** Where unit files are looked for and links are made; paths are as the manager sees them, below any --root=. */
export interface InstallContext {
  readonly files: UnitFiles;
  /** Directories of unit files, the first wins. */
  readonly searchPath: readonly string[];
  /** Where `enable` makes its links: /etc/systemd/system, or the user's. */
  readonly persistentDirectory: string;
  /** The same for `--runtime`: /run/systemd/system. */
  readonly runtimeDirectory: string;
  readonly generatorDirectories: readonly string[];
  readonly transientDirectories: readonly string[];
  readonly presetDirectories: readonly string[];
  /** [Install] of a unit, with its drop-ins, specifiers expanded; undefined where its file cannot be loaded. */
  settings(name: string): InstallSettings | undefined;
}

/** One change to the file system; a plan of them is carried out in order. */
export type LinkChange =
  | { readonly change: 'symlink'; readonly path: string; readonly target: string }
  | { readonly change: 'unlink'; readonly path: string };

/** Why a unit was not enabled, disabled or masked; the names are those of errno(3) that systemd returns. */
export interface InstallProblem {
  readonly code:
    | 'ENOENT'
    | 'ERFKILL'
    | 'EADDRNOTAVAIL'
    | 'EEXIST'
    | 'ENOLINK'
    | 'ELOOP'
    | 'EXDEV'
    | 'EUCLEAN'
    | 'EIDRM'
    | 'ETXTBSY'
    | 'EINVAL';
  readonly unit: string;
  readonly message: string;
}

/** What an operation on unit files would do. */
export interface InstallPlan {
  readonly changes: readonly LinkChange[];
  readonly problems: readonly InstallProblem[];
  /** Remarks that are no errors, such as a target that does not exist. */
  readonly notes: readonly string[];
  /** At least one of the units has something in [Install]. */
  readonly hasInstallSettings: boolean;
}

/** How `enable` and its kin go about it. */
export interface InstallOptions {
  readonly runtime: boolean;
  readonly force: boolean;
}

/** The directory that an operation changes. */
export function targetDirectory(context: InstallContext, options: { readonly runtime: boolean }): string {
  return options.runtime ? context.runtimeDirectory : context.persistentDirectory;
}
