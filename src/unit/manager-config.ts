import type { Diagnostic } from './diagnostic.ts';
import { type ManagerSettings, managerSections, type TysdSettings } from './settings/manager.ts';
import { ConfigReader, withDropIns } from './config-reader.ts';
import type { SpecifierFacts } from './specifiers.ts';
import type { UnitFiles } from './unit-files.ts';
import type { PathEnvironment } from './search-path.ts';

/** How the manager itself is configured, and what was wrong in the files that say so. */
export interface ManagerConfig {
  readonly manager: ManagerSettings;
  readonly tysd: TysdSettings;
  /** Keys that a file sets; for `show` and for what the command line may still decide. */
  readonly assigned: ReadonlySet<string>;
  /** Where each of these keys is set last, as PATH:LINE. */
  readonly places: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The files that configure the manager, in the order in which they apply (systemd-system.conf(5)): system.conf or user.conf, its
 * drop-ins by name, then tysd.conf and its drop-ins, so that what is said to tysd itself wins.
 */
export function managerConfigPaths(files: UnitFiles, scope: 'system' | 'user', environment: PathEnvironment): readonly string[] {
  const shared = ['/etc', '/run', '/usr/local/lib', '/usr/lib'];
  const home = environment['XDG_CONFIG_HOME'] ?? (environment['HOME'] === undefined ? undefined : `${environment['HOME']}/.config`);
  const roots = scope === 'user' && home !== undefined ? [home, ...shared] : shared;
  const found = [`systemd/${scope}.conf`, scope === 'user' ? 'tysd/user.conf' : 'tysd/tysd.conf'].flatMap((name) =>
    withDropIns(files, roots, name),
  );
  return found;
}

/** Reads the files in this order. A file that is missing is no error; lines that cannot be taken are ignored, each with a diagnostic. */
export function readManagerConfig(files: UnitFiles, paths: readonly string[], facts: SpecifierFacts): ManagerConfig {
  const reader = new ConfigReader(managerSections, facts);
  for (const path of paths) reader.readFile(files, path);
  // The types of the settings are derived from the tables that the values were made of.
  const [manager, tysd] = [
    Object.assign(Object.create(null), reader.values('Manager')),
    Object.assign(Object.create(null), reader.values('Tysd')),
  ];
  return { manager, tysd, assigned: reader.assigned, places: reader.places, paths, diagnostics: reader.diagnostics };
}
