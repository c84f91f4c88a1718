import type { GeneratorOutput } from './generator-programs.ts';
import type { InstallContext } from '../unit/install/context.ts';
import type { SpecifierFacts } from '../unit/specifiers.ts';
import type { OwnDirectories } from './own-directories.ts';
import { builtinAlias, hasBuiltin } from '../unit/builtin.ts';
import type { UnitFiles } from '../unit/unit-files.ts';

/** Where `enable --global` makes its links: for all users of the machine. */
export const globalPlaces: GlobalPlaces = { persistentDirectory: '/etc/systemd/user', runtimeDirectory: '/run/systemd/user' };

export type GlobalPlaces = Pick<InstallContext, 'persistentDirectory' | 'runtimeDirectory'>;

/** The directories that enable, mask and presets use in a scope (systemd.unit(5), systemd.preset(5)); `files` are those below any --root=. */
export function installContext(
  scope: 'system' | 'user',
  searchPath: readonly string[],
  files: UnitFiles,
  facts: SpecifierFacts,
  environment: Readonly<Record<string, string | undefined>>,
): InstallContext {
  const { configuration, runtime } = scope === 'system' ? systemPlaces : userPlaces(environment);
  const inRuntime = (name: string): string => `${runtime}/systemd/${name}`;
  return {
    files,
    facts,
    searchPath,
    persistentDirectory: `${configuration}/systemd/${scope}`,
    runtimeDirectory: inRuntime(scope),
    generatorDirectories: ['generator.early', 'generator', 'generator.late'].map(inRuntime),
    transientDirectories: [inRuntime('transient')],
    controlDirectories: [`${configuration}/systemd/${scope}.control`, inRuntime(`${scope}.control`)],
    presetDirectories: presetPlaces.map((place) => `${place}/systemd/${scope}-preset`),
    builtIn: (name) => (hasBuiltin(name, scope) ? name : builtinAlias(name, scope)),
  };
}

/** The same for a manager whose generators put their units elsewhere. */
export function withGenerators(context: InstallContext, output: GeneratorOutput | undefined): InstallContext {
  return output === undefined ? context : { ...context, generatorDirectories: [output.early, output.normal, output.late] };
}

/**
 * The same for a manager that was given a search path of its own (--unit-path=): what enable and its kin make is found only
 * within that path, so they make it in its first directory, and with --runtime in the first that does not outlive the machine.
 */
export function withinOwnPath(context: InstallContext): InstallContext {
  const { searchPath, persistentDirectory, runtimeDirectory } = context;
  return {
    ...context,
    persistentDirectory: searchPath.includes(persistentDirectory) ? persistentDirectory : (searchPath[0] ?? persistentDirectory),
    runtimeDirectory: searchPath.includes(runtimeDirectory)
      ? runtimeDirectory
      : (searchPath.find((directory) => directory.startsWith('/run/')) ?? runtimeDirectory),
  };
}

/** The same for a manager that has these directories of its own in its search path. */
export function withOwnDirectories(
  context: InstallContext,
  { directories, searchPath }: { readonly directories: OwnDirectories; readonly searchPath: readonly string[] },
): InstallContext {
  const { transient, control, runtimeControl } = directories;
  return { ...context, searchPath, transientDirectories: [transient], controlDirectories: [control, runtimeControl] };
}

interface Places {
  readonly configuration: string;
  readonly runtime: string;
}

const systemPlaces: Places = { configuration: '/etc', runtime: '/run' };

function userPlaces(environment: Readonly<Record<string, string | undefined>>): Places {
  const home = environment['HOME'] ?? '/';
  return {
    configuration: absolute(environment['XDG_CONFIG_HOME']) ?? `${home === '/' ? '' : home}/.config`,
    // A user without a runtime directory has none that is searched, so nothing there is found.
    runtime: absolute(environment['XDG_RUNTIME_DIR']) ?? '/run/user',
  };
}

function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined;
}

const presetPlaces: readonly string[] = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'];
