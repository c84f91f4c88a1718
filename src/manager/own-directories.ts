/** The directories of the search path in which the manager itself writes. */
export interface OwnDirectories {
  /** Units that programs make. */
  readonly transient: string;
  /** What set-property sets for good, and until the next boot. */
  readonly control: string;
  readonly runtimeControl: string;
}

/** How a manager runs, as far as its own directories depend on it. */
export interface OwnPlace {
  readonly scope: 'system' | 'user';
  /** It is the init of the machine, so systemd's own directories are its to use. */
  readonly init: boolean;
  readonly runtimeDirectory: string;
  readonly searchPath: readonly string[];
}

/**
 * The directories in which the manager writes, and the search path with them.
 *
 * The init of a machine uses systemd's. A manager beside another init must neither read that one's transient units nor leave
 * its own there, so it has directories of its own in its runtime directory, which take the place of systemd's in the search path.
 */
export function ownDirectories({ scope, init, runtimeDirectory, searchPath }: OwnPlace): {
  readonly directories: OwnDirectories;
  readonly searchPath: readonly string[];
} {
  const systemdTransient = searchPath.find((directory) => directory.endsWith('/systemd/transient'));
  const systemdControl = systemdTransient?.replace(/transient$/, `${scope}.control`);
  const control = searchPath.find((directory) => directory.endsWith(`/systemd/${scope}.control`) && directory !== systemdControl);
  const transient = (init ? systemdTransient : undefined) ?? `${runtimeDirectory}/transient`;
  const runtimeControl = (init ? systemdControl : undefined) ?? `${runtimeDirectory}/${scope}.control`;
  const rest = searchPath.filter((directory) => ![control, systemdTransient, systemdControl].includes(directory));
  return {
    directories: { transient, control: control ?? searchPath[0] ?? runtimeControl, runtimeControl },
    searchPath: [...(control === undefined ? [] : [control]), runtimeControl, transient, ...rest],
  };
}
