import type { SpecifierFacts } from '../specifiers.ts';
import type { UnitFiles } from '../unit-files.ts';

/** Where unit files are looked for and links are made; paths are as the manager sees them, below any --root=. */
export interface InstallContext {
  readonly files: UnitFiles;
  /** What the specifiers in [Install] stand for. */
  readonly facts: SpecifierFacts;
  /** Directories of unit files, the first wins. */
  readonly searchPath: readonly string[];
  /** Where `enable` makes its links: /etc/systemd/system, or the user's. */
  readonly persistentDirectory: string;
  /** The same for `--runtime`: /run/systemd/system. */
  readonly runtimeDirectory: string;
  readonly generatorDirectories: readonly string[];
  readonly transientDirectories: readonly string[];
  /** Where `set-property` writes its drop-ins. */
  readonly controlDirectories: readonly string[];
  readonly presetDirectories: readonly string[];
  /** The unit that the manager has by this name without a file. */
  readonly builtIn?: (name: string) => string | undefined;
}

/** One change to the file system; a plan of them is carried out in order. An `unlink` may be of a directory, which is empty by then. */
export type LinkChange =
  | { readonly change: 'symlink'; readonly path: string; readonly target: string }
  | { readonly change: 'unlink'; readonly path: string };

/** How `enable` and its kin go about it. */
export interface InstallOptions {
  readonly runtime: boolean;
  readonly force: boolean;
}

/** The directory that an operation changes. */
export function targetDirectory(context: InstallContext, options: { readonly runtime: boolean }): string {
  return options.runtime ? context.runtimeDirectory : context.persistentDirectory;
}

/** Whether what lies in a directory is gone after the next boot. */
export function isRuntimeDirectory(directory: string, context: InstallContext): boolean {
  return (
    directory.startsWith('/run/') ||
    directory === context.runtimeDirectory ||
    context.generatorDirectories.includes(directory) ||
    context.transientDirectories.includes(directory)
  );
}

/** Whether a directory holds what administrators set up, as against what packages ship. */
export function isConfigDirectory(directory: string, context: InstallContext): boolean {
  return directory === context.persistentDirectory || directory === context.runtimeDirectory;
}
